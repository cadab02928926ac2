"""Which keys a database has been used with, and which of them its live rows still name (spec 3).

A version is recorded with its key's fingerprint when a process first starts with it, and never changes: a version
that came back with another key would pass for the old one, and whatever names it would fail.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

import msgspec
from msgspec import UNSET, UnsetType
from sqlalchemy import Column, ColumnElement, Select, bindparam, exists, func, insert, select

from fleetprompt.authz import Access, Actor
from fleetprompt.enums import EventType, InstallTokenStatus, PartnerKeyStatus
from fleetprompt.fields import NoArguments
from fleetprompt.runtime.audit import Event, details_of
from fleetprompt.runtime.operations import Ledger, Outcome, mutation
from fleetprompt.runtime.run import MutationTx
from fleetprompt.secrets import KeyRing
from fleetprompt.store.statements import Bound, inserting, parameters, reading
from fleetprompt.store.tables import idempotency_keys, install_tokens, key_versions, partner_keys, sessions, users

KEYS_IN_USE: Final[Mapping[str, str]] = {
    "install_tokens": "install tokens that can be redeemed",
    "partner_keys": "active partner keys",
    "sessions": "sessions, for their cookies",
    "users": "users, for their buyer references",
    "idempotency_keys": "replies that can be replayed",
}
"""The tables whose live rows name a key version, and which rows those are."""


@details_of(EventType.KEY_RING_CHANGED)
class KeyRingChange(msgspec.Struct, frozen=True, rename="camel"):
    """What happened to which key versions, and how many rows it touched where it did so by the batch.

    No key, and nothing derived from one, stands here.
    """

    change: Literal["recorded", "added", "promoted", "retiring", "retired", "replies_forgotten", "buyer_refs_renewed"]
    versions: tuple[str, ...]
    rows: int | UnsetType = UNSET


class RecordedVersions(msgspec.Struct, frozen=True):
    """The versions that were new."""

    versions: tuple[str, ...]


class KeysInUse(msgspec.Struct, frozen=True):
    """The key versions named by live rows, by table, and those recorded with their fingerprints and first times."""

    install_tokens: list[str]
    partner_keys: list[str]
    sessions: list[str]
    users: list[str]
    idempotency_keys: list[str]
    recorded: list[str]
    fingerprints: list[str]
    first_seen_at_ms: int | None

    @property
    def named_by(self) -> dict[str, list[str]]:
        """The tables that name each version."""
        named: dict[str, list[str]] = {}
        for table in KEYS_IN_USE:
            for version in getattr(self, table):
                named.setdefault(version, []).append(table)
        return named

    @property
    def fingerprint_of(self) -> dict[str, str]:
        """The recorded fingerprint of each version that was ever used."""
        return dict(zip(self.recorded, self.fingerprints, strict=True))


class KeyProblem(msgspec.Struct, frozen=True):
    """A version that this ring lacks (`held` is None) or has another key for than the database was used with.

    named_by: the tables whose live rows need it. recorded, held: fingerprints.
    """

    version: str
    named_by: tuple[str, ...]
    recorded: str | None
    held: str | None

    def __str__(self) -> str:
        if self.held is None:
            rows = ", ".join(KEYS_IN_USE[table] for table in self.named_by)
            return f"The key ring lacks {self.version}, which is named by {rows}."
        return (
            f"The key ring has another key for {self.version} than this database was used with"
            f" (fingerprint {self.held}, it was {self.recorded})."
        )


def problems_of(ring: KeyRing, found: KeysInUse) -> list[KeyProblem]:
    """What stands between this ring and this database; with any of it nothing may be served."""
    return [*_problems(ring.fingerprints, found)]


def _problems(held: Mapping[str, str], found: KeysInUse) -> Iterator[KeyProblem]:
    recorded, named_by = found.fingerprint_of, found.named_by
    for version in sorted({*recorded, *named_by}, key=lambda name: int(name.removeprefix("v"))):
        tables = tuple(named_by.get(version, ()))
        if version not in held:
            if tables:
                yield KeyProblem(version, tables, recorded.get(version), None)
        elif version in recorded and recorded[version] != held[version]:
            yield KeyProblem(version, tables, recorded[version], held[version])


def _versions(column: Column[Any], *live: ColumnElement[bool]) -> Select[Any]:
    """The distinct values of an indexed column, one step along its index for each."""
    first = select(func.min(column).label("version")).where(*live).cte(f"{column.table.name}_versions", recursive=True)
    following = select(func.min(column)).where(column > first.c.version, *live).scalar_subquery()
    steps = first.union_all(select(following).where(first.c.version.is_not(None)))
    return select(steps.c.version).where(steps.c.version.is_not(None))


def _unexpired_versions(column: Column[Any], *live: ColumnElement[bool]) -> Select[Any]:
    """Those that rows of the column's table name which have not expired at `now_ms`."""
    versions = _versions(column, *live).subquery(f"{column.table.name}_named")
    expires_at_ms = column.table.c.expires_at_ms
    is_live = exists().where(column == versions.c.version, expires_at_ms > bindparam("now_ms"), *live)
    return select(versions.c.version).where(is_live)


def _array(name: str, query: Select[Any]) -> ColumnElement[Any]:
    return func.array(query.scalar_subquery()).label(name)


_IN_USE: Final = reading(
    "key_versions.in_use",
    select(
        _array(
            "install_tokens",
            _versions(install_tokens.c.key_version, install_tokens.c.status == InstallTokenStatus.ISSUED.value),
        ),
        _array(
            "partner_keys",
            select(partner_keys.c.key_version)
            .where(partner_keys.c.status == PartnerKeyStatus.ACTIVE.value)
            .distinct()
            .order_by(partner_keys.c.key_version),
        ),
        _array("sessions", _unexpired_versions(sessions.c.key_version, sessions.c.ended_at_ms.is_(None))),
        _array("users", _versions(users.c.buyer_ref_version)),
        _array("idempotency_keys", _unexpired_versions(idempotency_keys.c.key_version)),
        _array("recorded", select(key_versions.c.version).order_by(key_versions.c.version)),
        _array("fingerprints", select(key_versions.c.fingerprint).order_by(key_versions.c.version)),
        select(func.min(key_versions.c.first_seen_at_ms)).scalar_subquery().label("first_seen_at_ms"),
    ),
    KeysInUse,
)
_RECORD: Final = inserting(
    "key_versions.record",
    insert(key_versions).values(parameters(*key_versions.columns.keys())),
)


def record(version: str, fingerprint: str, now_ms: int) -> Bound[Any]:
    """Keep what a version's key is known by, for good."""
    return _RECORD.bind(version=version, fingerprint=fingerprint, first_seen_at_ms=now_ms)


def in_use(now_ms: int) -> Bound[KeysInUse]:
    """The key versions that this database needs at `now_ms`, and those it was used with: one row, by index alone."""
    return _IN_USE.bind(now_ms=now_ms)


@mutation("key_versions.record", who=Access.SYSTEM, ledger=Ledger.NONE, emits=(EventType.KEY_RING_CHANGED,))
async def record_key_versions(tx: MutationTx, _: Actor, __: NoArguments) -> Outcome[RecordedVersions]:
    """Record the versions of this process's ring that the database has not seen, with their fingerprints."""
    (found,) = await tx.many(in_use(tx.now_ms))
    fresh = {version: mark for version, mark in tx.ring.fingerprints.items() if version not in found.recorded}
    versions = tuple(fresh)
    if not fresh:
        return Outcome(RecordedVersions(versions))
    changed = Event(
        type=EventType.KEY_RING_CHANGED,
        summary=f"Keys came into use: {', '.join(versions)}.",
        details=KeyRingChange("recorded", versions),
    )
    writes = [record(version, mark, tx.now_ms) for version, mark in fresh.items()]
    return Outcome(RecordedVersions(versions), writes=writes, events=[changed])

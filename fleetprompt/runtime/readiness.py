"""What a process needs before it can serve: a database at this version's schema, and its keys (spec 6.4 Service)."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import msgspec
from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Text,
    cast,
    column,
    extract,
    func,
    literal_column,
    select,
    table,
)

from fleetprompt import __version__
from fleetprompt.authz import Access, Actor
from fleetprompt.errors import Outage, unavailable
from fleetprompt.fields import Command
from fleetprompt.runtime.key_versions import in_use, problems_of
from fleetprompt.runtime.operations import query
from fleetprompt.runtime.run import Look
from fleetprompt.store import migrate
from fleetprompt.store.statements import reading


class Ask(Command):
    """No arguments."""


class Health(msgspec.Struct, frozen=True):
    """That the process answers."""

    ok: bool
    version: str


class KeyVersion(msgspec.Struct, frozen=True, rename="camel"):
    """A key that this process knows, by its version and a fingerprint that gives nothing away."""

    version: str
    fingerprint: str
    signs: bool


class Readiness(msgspec.Struct, frozen=True, rename="camel"):
    """That the process can serve: the database and schema it found, its clock beside the database's, its keys.

    database: `writable`, or `read_only` while it takes no writes. clock_ahead_ms: negative where ours is behind.
    """

    ok: bool
    version: str
    database: str
    migration: str
    clock_ahead_ms: int
    key_versions: list[KeyVersion]


class Standing(msgspec.Struct, frozen=True):
    """What the database says of itself: its revision, its time, and whether it refuses writes."""

    version_num: str
    now_ms: int
    read_only: bool


_SAYS: Final[tuple[ColumnElement[Any], ...]] = (
    column("version_num", Text),
    cast(extract("epoch", func.clock_timestamp()) * 1000, BigInteger).label("now_ms"),
    cast(func.current_setting(literal_column("'transaction_read_only'")), Boolean).label("read_only"),
)
_STANDING: Final = reading("readiness.standing", select(*_SAYS).select_from(table("alembic_version")), Standing)


@cache
def _head() -> str:
    return migrate.head()


@query("service.health", who=Access.ANYONE)
async def health(_: Look, __: Actor, ___: Ask) -> Health:
    """Whether the process answers at all; it asks nothing of the database."""
    return Health(ok=True, version=__version__)


@query("service.readiness", who=Access.ANYONE)
async def readiness(look: Look, _: Actor, __: Ask) -> Readiness:
    """Whether the process can serve: its database answers, at this version's schema, and its keys are the ones needed.

    Raises UNAVAILABLE otherwise.
    """
    standing = await look.one(_STANDING.bind())
    at = "none" if standing is None else standing.version_num
    if standing is None or at != _head():
        message = f"The database is at migration {at}, this version needs {_head()}."
        raise unavailable(message, Outage.OTHER_MIGRATION, retry_after_s=5)
    ring = look.ring
    found = await look.one(in_use(look.now_ms))
    if found is not None and (problems := problems_of(ring, found)):
        raise unavailable(" ".join(map(str, problems)), Outage.KEYS_MISSING, retry_after_s=5)
    return Readiness(
        ok=True,
        version=__version__,
        database="read_only" if standing.read_only else "writable",
        migration=at,
        clock_ahead_ms=look.now_ms - standing.now_ms,
        key_versions=[
            KeyVersion(version, fingerprint, version == ring.current)
            for version, fingerprint in ring.fingerprints.items()
        ],
    )

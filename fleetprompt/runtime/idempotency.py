"""The one idempotency ledger (spec 6.2): who asked for what under which key, and the reply that was given.

The record is read with the mutation's first read and written with its COMMIT, so effect, events and stored reply come
to be together or not at all. A second writer of the same key meets the primary key, runs again, and finds the record.
"""

from __future__ import annotations

import hmac
from typing import Any, Final, Literal
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, insert, select, update

from fleetprompt import secrets
from fleetprompt.clock import DAY_MS
from fleetprompt.errors import Reason, conflict
from fleetprompt.store.statements import Bound, changing, columns_of, inserting, json, parameters, reading
from fleetprompt.store.tables import idempotency_keys as ledger

LIFETIME_MS: Final = DAY_MS


class SecretRecipe(msgspec.Struct, frozen=True, kw_only=True):
    """How a secret that a reply showed is derived again: nothing in here is one."""

    purpose: Literal["install_token", "api_key", "partner_key"]
    id: UUID
    key_version: str
    salt: bytes = b""

    def derive(self, ring: secrets.KeyRing) -> str:
        """The very secret that the first reply carried."""
        if self.purpose == "install_token":
            return secrets.mint_install_token(ring, self.id, self.key_version).reveal()
        if self.purpose == "api_key":
            return secrets.mint_api_key(ring, self.id, self.salt, self.key_version).reveal()
        secret = secrets.partner_secret(ring, self.id, self.salt, self.key_version)
        return secrets.show_partner_secret(secret).reveal()


class CutSecret(msgspec.Struct, frozen=True):
    """Where in the stored body the secret stood, and how to derive it."""

    at: int
    recipe: SecretRecipe


class LedgerScope(msgspec.Struct, frozen=True):
    """Whose key it is, and for which operation."""

    caller: str
    operation: str
    key: str


class SessionChange(msgspec.Struct, frozen=True):
    """What becomes of the browser's session: a new cookie, or None where it ends."""

    cookie: secrets.Secret[str] | None


class Record(msgspec.Struct, frozen=True):
    """One stored reply."""

    fingerprint: bytes
    key_version: str
    status: int
    body: bytes
    etag: str | None
    secret: Any
    request_id: UUID
    expires_at_ms: int


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What a mutation answers: status and encoded body, and whether it is a replay of an earlier one.

    session: what the answer does to the browser's session; such operations stay outside the ledger.
    """

    status: int
    body: bytes
    etag: str | None = None
    session: SessionChange | None = None
    replayed: bool = False


_SCOPE: Final = ("caller", "operation", "key")
_FIND: Final = reading(
    "idempotency.find",
    select(*columns_of(ledger, Record)).where(*(ledger.c[name] == bindparam(name) for name in _SCOPE)),
    Record,
)
_INSERT: Final = inserting("idempotency.insert", insert(ledger).values(parameters(*ledger.columns.keys())))
_REPLACE: Final = changing(
    "idempotency.replace_expired",
    update(ledger)
    .where(
        *(ledger.c[name] == bindparam(f"scope_{name}") for name in _SCOPE),
        ledger.c.expires_at_ms == bindparam("old_expires_at_ms"),
    )
    .values(parameters(*(column.name for column in ledger.columns if column.name not in _SCOPE))),
)


class LedgerEntry:
    """One request's place in the ledger, from its look-up to its record."""

    def __init__(self, scope: LedgerScope, canonical: bytes, ring: secrets.KeyRing, request_id: UUID) -> None:
        self.scope = scope
        self._canonical = canonical
        self.ring: Final = ring
        self._request_id = request_id
        self._expired: Record | None = None
        self.replay: Reply | None = None

    def look_up(self) -> Bound[Record]:
        """The statement that finds an earlier record of this key."""
        return _FIND.bind(caller=self.scope.caller, operation=self.scope.operation, key=self.scope.key)

    def found(self, rows: list[tuple[Any, ...]], now_ms: int) -> None:
        """Take note of what the look-up found. Raises CONFLICT where the key stands for another request."""
        self._expired = self.replay = None
        if not rows:
            return
        record = Record(*rows[0])
        if record.expires_at_ms <= now_ms:
            self._expired = record
            return
        if not hmac.compare_digest(record.fingerprint, self._fingerprint(record.key_version)):
            raise conflict(
                Reason.IDEMPOTENCY_KEY_REUSED,
                "This Idempotency-Key was used for another request; send a new key with a new request.",
            )
        self.replay = Reply(
            status=record.status,
            body=self._whole(record),
            etag=record.etag,
            replayed=record.request_id != self._request_id,
        )

    def record(self, reply: Reply, recipe: SecretRecipe | None, now_ms: int) -> Bound[Any]:
        """The write that stores `reply` with its secret cut out."""
        body, cut = reply.body, None
        if recipe is not None:
            secret = recipe.derive(self.ring).encode()
            at = body.index(secret)
            body, cut = body[:at] + body[at + len(secret) :], CutSecret(at, recipe)
        version = self.ring.current
        values = {
            "fingerprint": self._fingerprint(version),
            "key_version": version,
            "status": reply.status,
            "body": body,
            "etag": reply.etag,
            "secret": json(cut),
            "request_id": self._request_id,
            "created_at_ms": now_ms,
            "expires_at_ms": now_ms + LIFETIME_MS,
        }
        scope = self.scope
        if self._expired is None:
            return _INSERT.bind(caller=scope.caller, operation=scope.operation, key=scope.key, **values)
        return _REPLACE.bind(
            scope_caller=scope.caller,
            scope_operation=scope.operation,
            scope_key=scope.key,
            old_expires_at_ms=self._expired.expires_at_ms,
            **values,
        )

    def _fingerprint(self, version: str) -> bytes:
        return secrets.request_fingerprint(self.ring, self._canonical, version)

    def _whole(self, record: Record) -> bytes:
        if record.secret is None:
            return record.body
        cut = msgspec.convert(record.secret, CutSecret)
        return record.body[: cut.at] + cut.recipe.derive(self.ring).encode() + record.body[cut.at :]

"""Replies that can be replayed no longer, because the key that knows their requests again is given up (spec 3, 6.2)."""

from __future__ import annotations

import secrets
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import ARRAY, LargeBinary, Text, bindparam, func, null, select, tuple_, update

from fleetprompt.authz import Access, Actor
from fleetprompt.enums import EventType
from fleetprompt.fields import Command, Range
from fleetprompt.runtime.audit import Event
from fleetprompt.runtime.job_runs import BATCH_MAX, Batch
from fleetprompt.runtime.key_versions import KeyRingChange
from fleetprompt.runtime.operations import Ledger, Outcome, mutation
from fleetprompt.runtime.run import MutationTx
from fleetprompt.store.statements import Bound, changing, reading
from fleetprompt.store.tables import idempotency_keys as ledger

FINGERPRINT_BYTES: Final = 32


class ForgetReplies(Command):
    """Those under this key version. cause: the event that began it."""

    key_version: str
    cause: UUID
    limit: Annotated[int, Range(1, BATCH_MAX)] = 500


class _Scope(msgspec.Struct, frozen=True):
    caller: str
    operation: str
    key: str


_NAMING: Final = reading(
    "idempotency.naming",
    select(ledger.c.caller, ledger.c.operation, ledger.c.key)
    .where(ledger.c.key_version == bindparam("key_version"), ledger.c.expires_at_ms > bindparam("now_ms"))
    .order_by(ledger.c.expires_at_ms)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True),
    _Scope,
)
_LISTS: Final = [bindparam(name, type_=ARRAY(Text)) for name in ("callers", "operations", "keys")]
_SCOPES: Final = func.unnest(*_LISTS).table_valued("caller", "operation", "key").render_derived()
_FORGET: Final = changing(
    "idempotency.forget",
    update(ledger)
    .where(tuple_(ledger.c.caller, ledger.c.operation, ledger.c.key).in_(select(*_SCOPES.c)))
    .values(
        key_version=bindparam("new_version"),
        fingerprint=bindparam("fits_nothing", type_=LargeBinary),
        body=bindparam("no_body", type_=LargeBinary),
        secret=null(),
    ),
    rows=func.cardinality(_LISTS[0]),
)


def _forget(scopes: list[_Scope], new_version: str) -> Bound[Any]:
    return _FORGET.bind(
        callers=[scope.caller for scope in scopes],
        operations=[scope.operation for scope in scopes],
        keys=[scope.key for scope in scopes],
        new_version=new_version,
        fits_nothing=secrets.token_bytes(FINGERPRINT_BYTES),
        no_body=b"",
    )


@mutation("idempotency.forget", who=Access.SYSTEM, ledger=Ledger.NONE, emits=(EventType.KEY_RING_CHANGED,))
async def forget_replies(tx: MutationTx, _: Actor, command: ForgetReplies) -> Outcome[Batch]:
    """Take what was stored under a key version, so that a retry of such a request is CONFLICT and happens not twice.

    The record itself stays until its time is over, with a fingerprint that no request has.
    """
    scopes = await tx.many(_NAMING.bind(key_version=command.key_version, now_ms=tx.now_ms, limit=command.limit))
    if not scopes:
        return Outcome(Batch(0))
    event = Event(
        type=EventType.KEY_RING_CHANGED,
        summary=f"{len(scopes)} stored replies under {command.key_version} were forgotten.",
        details=KeyRingChange("replies_forgotten", (command.key_version,), len(scopes)),
        cause=command.cause,
    )
    return Outcome(Batch(len(scopes)), writes=[_forget(scopes, tx.ring.current)], events=[event])

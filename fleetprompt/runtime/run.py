"""Running an operation: one transaction with its events and its ledger entry, run again until it stood alone.

A mutation costs two round trips: BEGIN, ledger and first read; then every write with the COMMIT (architecture, the
shape of a verb). It is retried for at most four seconds, invisibly to the caller (spec 3, Isolation).
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from typing import Any, Final, TypeVar
from uuid import UUID

import msgspec

from fleetprompt import ids
from fleetprompt.authz import Actor
from fleetprompt.errors import Code, Outage, Refusal, unauthenticated, unavailable
from fleetprompt.runtime import audit, nonces
from fleetprompt.runtime.idempotency import LedgerEntry, LedgerScope, Reply
from fleetprompt.runtime.operations import Ledger, Operation, Outcome
from fleetprompt.runtime.services import Services
from fleetprompt.store.db import CommitUnknown, ConnectionLost, PooledConnection, Rerun, Rows, Tx
from fleetprompt.store.statements import Bound

RERUN_MS_MAX: Final = 4_000
STALE_PREPARATION: Final = "stale_preparation"
PAUSE_S_MIN: Final = 0.002
PAUSE_S_MAX: Final = 0.1

Row = TypeVar("Row")
Answer = TypeVar("Answer")

_encoder = msgspec.json.Encoder()


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One request for an operation.

    canonical: the request as the ledger fingerprints it. nonce: of a verified signature. status: of a success.
    """

    request_id: UUID
    status: int = 200
    idempotency_key: str | None = None
    canonical: bytes = b""
    nonce: nonces.Nonce | None = None


class Look:
    """What a query reads with: the time, the keys for its cursors, and single statements on the database."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.ring = services.ring
        self.now_ms = services.clock.now_ms()

    async def one(self, bound: Bound[Row]) -> Row | None:
        """The only row, or None."""
        return await self.services.db.one(bound)

    async def many(self, bound: Bound[Row], *, search: bool = False) -> list[Row]:
        """All rows; `search` uses the searches' own share of connections and their short timeout."""
        return await self.services.db.many(bound, search=search)


class ReplayFound(Exception):
    """The ledger holds this request's reply."""

    def __init__(self, reply: Reply) -> None:
        super().__init__()
        self.reply = reply


class StalePreparation(Rerun):
    """What was prepared from a row no longer fits it: it is prepared anew, and the verb runs again."""

    def __init__(self) -> None:
        super().__init__(STALE_PREPARATION)


class _Preparation:
    """What a verb has ready before its transaction: costly, and kept for every rerun that does not find it stale."""

    def __init__(self, operation: Operation, services: Services, actor: Actor, command: msgspec.Struct) -> None:
        self._prepare = operation.prepare
        self._services = services
        self._given = (actor, command)
        self._arguments: Sequence[Any] | None = self._given if operation.prepare is None else None

    async def arguments(self) -> Sequence[Any]:
        """What the verb takes behind its transaction."""
        if self._arguments is None and self._prepare is not None:
            self._arguments = (*self._given, await self._prepare(self._services, *self._given))
        return self._arguments or self._given

    def discard(self) -> None:
        """Prepare anew for the next run."""
        self._arguments = None


class MutationTx(Tx):
    """A mutation's transaction as its verb sees it: reads, the time, fresh ids and the key ring."""

    def __init__(
        self,
        connection: PooledConnection,
        services: Services,
        call: Call,
        entry: LedgerEntry | None,
        *,
        rechecks_replay: bool = False,
    ) -> None:
        self._entry = entry
        self._call = call
        self._rechecks = rechecks_replay
        opening: list[Bound[Any]] = []
        if call.nonce is not None:
            opening.append(call.nonce.look_up())
        if entry is not None:
            opening.append(entry.look_up())
        super().__init__(connection, services.db.isolation, opening, self._opened)
        self.services = services
        self.ring = services.ring if entry is None else entry.ring
        self.settings = services.settings
        self.now_ms = services.clock.now_ms()
        self.nonce_is_new = False

    @property
    def replay(self) -> Reply | None:
        """The reply that the ledger holds for this request; only verbs that recheck replays see one."""
        return None if self._entry is None else self._entry.replay

    def new_id(self) -> UUID:
        """A fresh UUIDv7."""
        return ids.new_uuid()

    def _opened(self, results: list[Rows]) -> None:
        remaining = list(results)
        if self._call.nonce is not None:
            seen = remaining.pop(0)
            if seen and seen[0][0] != self._call.request_id:
                raise unauthenticated("nonce_reused")
            self.nonce_is_new = not seen
        if self._entry is not None:
            self._entry.found(remaining.pop(0), self.now_ms)
            if self._entry.replay is not None and not self._rechecks:
                raise ReplayFound(self._entry.replay)

    def standing_writes(self) -> list[Bound[Any]]:
        """What stays whatever the outcome: the nonce of a verified request."""
        if self._call.nonce is None or not self.nonce_is_new:
            return []
        return [self._call.nonce.consume(self._call.request_id)]


async def ask(operation: Operation, services: Services, actor: Actor, command: msgspec.Struct) -> Any:
    """Run a query and return its result."""
    return await operation.function(Look(services), actor, command)


async def run(operation: Operation, services: Services, actor: Actor, command: msgspec.Struct, call: Call) -> Reply:
    """Run a mutation to its end: every effect, event and ledger entry together, or none of them.

    Raises the verb's refusals; CONFLICT for a reused key; UNAVAILABLE where the conflicts or the outage outlast 4 s.
    """
    entry = _ledger_entry(operation, services, actor, call)
    preparation = _Preparation(operation, services, actor, command)
    async with AsyncExitStack() as stack:
        if entry is not None:
            await stack.enter_async_context(services.turnstile.pass_through(entry.scope))
        return await _until_it_stood_alone(
            services,
            lambda: _once(operation, services, actor, preparation, call, entry),
            is_replayable=entry is not None,
        )


async def consume_nonce(services: Services, call: Call) -> None:
    """Use up the nonce of a verified request that is refused before any operation. Raises UNAUTHENTICATED if used."""

    async def attempt() -> None:
        async with services.db.connection() as connection:
            tx = MutationTx(connection, services, call, None)
            await tx.read()
            await _leave(tx)

    await _until_it_stood_alone(services, attempt, is_replayable=True)


async def _until_it_stood_alone(
    services: Services, attempt: Callable[[], Awaitable[Answer]], *, is_replayable: bool
) -> Answer:
    give_up_at = time.monotonic() + RERUN_MS_MAX / 1000
    pause_s = PAUSE_S_MIN
    while True:
        try:
            return await attempt()
        except Rerun as conflict:
            last = Outage.CONFLICTS
            services.metrics.rerun(conflict.sqlstate)
        except ConnectionLost:
            last = Outage.CONNECTION_LOST
            services.metrics.rerun(last.value)
        except CommitUnknown as error:
            last = Outage.COMMIT_UNKNOWN
            if not is_replayable:
                message = "The database went away while this was being stored; look before you retry."
                raise unavailable(message, last) from error
            services.metrics.rerun(last.value)
        if time.monotonic() + pause_s > give_up_at:
            message = "This was tried again and again, and always in vain; try again shortly."
            raise unavailable(message, last)
        await asyncio.sleep(random.uniform(0, pause_s))
        pause_s = min(pause_s * 2, PAUSE_S_MAX)


def _ledger_entry(operation: Operation, services: Services, actor: Actor, call: Call) -> LedgerEntry | None:
    if operation.ledger is Ledger.NONE or call.idempotency_key is None:
        return None
    scope = LedgerScope(actor.caller, operation.name, call.idempotency_key)
    return LedgerEntry(scope, call.canonical, services.ring, call.request_id)


async def _once(
    operation: Operation,
    services: Services,
    actor: Actor,
    preparation: _Preparation,
    call: Call,
    entry: LedgerEntry | None,
) -> Reply:
    arguments = await preparation.arguments()
    async with services.db.connection() as connection:
        tx = MutationTx(connection, services, call, entry, rechecks_replay=operation.rechecks_replay)
        try:
            outcome = await _decide(operation, tx, call, arguments)
        except ReplayFound as found:
            await _leave(tx)
            return found.reply
        except StalePreparation:
            preparation.discard()
            raise
        except Refusal as refusal:
            if refusal.code is not Code.UNAVAILABLE:
                await _leave(tx)
            raise
        if (replay := tx.replay) is not None:
            await _leave(tx)
            return replay
        reply = Reply(
            status=call.status, body=_encoder.encode(outcome.result), etag=outcome.etag, session=outcome.session
        )
        await tx.commit(_writes(operation, tx, actor, call, entry, outcome, reply))
        return reply


async def _decide(operation: Operation, tx: MutationTx, call: Call, arguments: Sequence[Any]) -> Outcome[Any]:
    """What the verb decides, in a transaction that is open in the end: nonce and ledger have been asked by then."""
    try:
        outcome: Outcome[Any] = await operation.function(tx, *arguments)
    except Refusal as refusal:
        if call.nonce is not None and refusal.code is not Code.UNAVAILABLE:
            await tx.read()
        raise
    await tx.read()
    return outcome


async def _leave(tx: MutationTx) -> None:
    """End a transaction that changes nothing else; one that only read ends when its connection is given back."""
    if standing := tx.standing_writes():
        await tx.commit(standing)


def _writes(
    operation: Operation,
    tx: MutationTx,
    actor: Actor,
    call: Call,
    entry: LedgerEntry | None,
    outcome: Outcome[Any],
    reply: Reply,
) -> list[Bound[Any]]:
    undeclared = {event.type for event in outcome.events} - set(operation.emits)
    if undeclared or (outcome.writes and operation.emits and not outcome.events):
        raise TypeError(f"{operation.name} wrote without its declared events: {sorted(undeclared)}")
    ledger = [entry.record(reply, outcome.recipe, tx.now_ms)] if entry is not None else []
    acted = outcome.actor or actor
    events = [audit.append(event, acted, call.request_id, tx.now_ms) for event in outcome.events]
    return [*tx.standing_writes(), *ledger, *outcome.writes, *events]

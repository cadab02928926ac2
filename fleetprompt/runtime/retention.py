"""How rows leave when their time is over: in batches, by operations without a route (spec 8 Retention)."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from sqlalchemy import ARRAY, Column, ColumnElement, Table, bindparam, delete, func, select, tuple_

from fleetprompt.authz import Access, Actor
from fleetprompt.enums import EventType
from fleetprompt.runtime.audit import Event, details_of
from fleetprompt.runtime.job_runs import Batch, RunBatch
from fleetprompt.runtime.operations import Ledger, Outcome, mutation
from fleetprompt.runtime.run import MutationTx
from fleetprompt.store.db import Rows
from fleetprompt.store.statements import Bound, Statement, changing, reading
from fleetprompt.store.tables import idempotency_keys, request_nonces


@details_of(EventType.RETENTION_PURGED)
class Purged(msgspec.Struct, frozen=True, rename="camel"):
    """How many rows of which table left, all of them over since this time."""

    table: str
    rows: int
    ended_until_ms: int


class Retention:
    """The rows of one table that may leave: those whose `ended` time, in epoch ms, lies far enough back.

    only: what must also hold of them; it matches the condition of the index on `ended`.
    """

    def __init__(self, table: Table, ended: Column[Any], *only: ColumnElement[bool]) -> None:
        self.table: Final = str(table.name)
        keys: list[Column[Any]] = list(table.primary_key.columns)
        self._due: Final[Statement[Any]] = reading(
            f"retention.due.{table.name}",
            select(*keys)
            .where(ended <= bindparam("ended_until_ms"), *only)
            .order_by(ended)
            .limit(bindparam("limit"))
            .with_for_update(of=table, skip_locked=True),
            tuple,
        )
        lists = [bindparam(f"{key.name}_list", type_=ARRAY(key.type)) for key in keys]
        leaving = func.unnest(*lists).table_valued(*(key.name for key in keys)).render_derived()
        self._lists: Final = tuple(each.key for each in lists)
        self._delete: Final = changing(
            f"retention.delete.{table.name}",
            delete(table).where(tuple_(*keys).in_(select(*leaving.c))),
            rows=func.cardinality(lists[0]),
        )

    def due(self, ended_until_ms: int, limit: int) -> Bound[Any]:
        """The keys of those that leave now, locked; what another process works on is left to it."""
        return self._due.bind(ended_until_ms=ended_until_ms, limit=limit)

    def delete(self, keys: Rows) -> Bound[Any]:
        """Take away the rows with these keys, as `due` found them."""
        columns = zip(*keys, strict=True)
        return self._delete.bind(**{name: list(column) for name, column in zip(self._lists, columns, strict=True)})


async def purge(
    tx: MutationTx, retention: Retention, ended_until_ms: int, limit: int, *, audited: bool = True
) -> Outcome[Batch]:
    """Take away one batch of what ended at `ended_until_ms` or before; a batch that was empty leaves no event."""
    (keys,) = await tx.read(retention.due(ended_until_ms, limit))
    if not keys:
        return Outcome(Batch(0))
    details = Purged(retention.table, len(keys), ended_until_ms)
    event = Event(
        type=EventType.RETENTION_PURGED,
        summary=f"{details.rows} rows of {details.table} left, as their time was over.",
        details=details,
    )
    return Outcome(Batch(len(keys)), writes=[retention.delete(keys)], events=[event] if audited else [])


NONCES: Final = Retention(request_nonces, request_nonces.c.keep_until_ms)
LEDGER: Final = Retention(idempotency_keys, idempotency_keys.c.expires_at_ms)


@mutation("nonces.purge", who=Access.SYSTEM, ledger=Ledger.NONE, emits=())
async def purge_nonces(tx: MutationTx, _: Actor, command: RunBatch) -> Outcome[Batch]:
    """Forget nonces 10 minutes after their signature's window; of nonces no event tells (spec 6.7, 8)."""
    return await purge(tx, NONCES, tx.now_ms, command.limit, audited=False)


@mutation("idempotency.purge", who=Access.SYSTEM, ledger=Ledger.NONE, emits=(EventType.RETENTION_PURGED,))
async def purge_ledger(tx: MutationTx, _: Actor, command: RunBatch) -> Outcome[Batch]:
    """Forget replies 24 hours after they were first given (spec 6.2, 8)."""
    return await purge(tx, LEDGER, tx.now_ms, command.limit)

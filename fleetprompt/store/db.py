"""Connections and transactions: who holds one, what is sent together, and what a failure means (spec 3 Isolation).

`Database.one` and `many` send single statements outside any transaction. `Tx` reads inside one: its BEGIN and whatever
else must open it travel with the first read, and `commit` sends every write with the COMMIT, so that a mutation costs
two round trips.
"""

from __future__ import annotations

import asyncio
import os
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, Final, Protocol, TypeVar, cast

import msgspec
import psycopg
from psycopg.types.json import set_json_loads

from fleetprompt.errors import Outage, unavailable
from fleetprompt.settings import Isolation
from fleetprompt.store.pools import (
    CONNECTIONS_MAX,
    PLANNING,
    SEARCH_CONNECTIONS_MAX,
    SEARCH_PLANNING,
    SEARCH_STATEMENT_MS_MAX,
    STATEMENT_MS_MAX,
    Connection,
    Lane,
    pool_of,
)
from fleetprompt.store.statements import Bound, Statement
from fleetprompt.telemetry import Traces, get_logger

Row = TypeVar("Row")
Rows = list[tuple[Any, ...]]

SERIALIZATION_FAILURE: Final = "40001"
READ_ONLY: Final = "25006"
RERUN_SQLSTATES: Final = frozenset({SERIALIZATION_FAILURE, "40P01", "23505"})
DISTRIBUTED_COMMIT_CONFLICT: Final = "could not commit transaction for shard"
EXCHANGE_S_MAX: Final = 4.0
DISTRUST_AGAIN_AFTER_S: Final = 1.0
OUTAGES: Final = {
    "57014": Outage.STATEMENT_TIMEOUT,
    "55P03": Outage.LOCK_TIMEOUT,
    "25P03": Outage.IDLE_TIMEOUT,
    "25006": Outage.READ_ONLY,
    "53100": Outage.DISK_FULL,
    "53200": Outage.OUT_OF_MEMORY,
    "53000": Outage.DATABASE_LIMIT,
    "53300": Outage.DATABASE_LIMIT,
    "53400": Outage.DATABASE_LIMIT,
}
"""What a statement's SQLSTATE says of the database, where another moment may be better."""

logger = get_logger(__name__)

set_json_loads(msgspec.json.decode)


class Rerun(Exception):
    """The transaction conflicted with another one; nothing of it stayed, and running it again decides."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


class CommitUnknown(Exception):
    """The connection was lost while the COMMIT was on its way: it may or may not have happened."""


class ConnectionLost(Exception):
    """The database went away before anything was committed."""


class Reads(Protocol):
    """What a read needs: the database itself, or a transaction's snapshot."""

    async def one(self, bound: Bound[Row]) -> Row | None:
        """The only row, or None."""
        ...

    async def many(self, bound: Bound[Row]) -> list[Row]:
        """All rows."""
        ...


def _rows_of(statement: Statement[Row], rows: Rows) -> list[Row]:
    make = cast("Callable[..., Row]", statement.row)
    return [make(*row) for row in rows]


def _translate(error: psycopg.Error, *, committing: bool) -> Exception:
    """Map a driver's error by its SQLSTATE; constraint names say nothing on a distributed engine."""
    state = error.sqlstate
    if state in RERUN_SQLSTATES:
        return Rerun(state or "")
    if state == "XX000" and DISTRIBUTED_COMMIT_CONFLICT in str(error):
        return Rerun(SERIALIZATION_FAILURE)
    lost = state is None or state.startswith(("08", "57P"))
    if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError) and lost:
        return CommitUnknown() if committing else ConnectionLost()
    if outage := OUTAGES.get(state or ""):
        return unavailable("The database is busy or not writable; try again shortly.", outage)
    return error


class PooledConnection:
    """One pooled connection, used by one caller at a time."""

    def __init__(self, connection: Connection, meter: Callable[[int], None], traces: Traces) -> None:
        self._connection = connection
        self._meter = meter
        self._traces = traces
        # Whether the server behind it is silent or takes no writes: a new connection may find a better one.
        self.leads_nowhere = False
        self._has_written = False

    async def exchange(self, batch: Sequence[Bound[Any]], *, committing: bool = False) -> list[Rows]:
        """Send `batch` in one round trip and return each statement's rows."""
        self._meter(len(batch))
        self._has_written |= committing
        try:
            with self._answered_in_time(), self._traces.exchange([bound.statement.name for bound in batch]):
                return await self._exchange(batch)
        except psycopg.Error as error:
            self.leads_nowhere |= error.sqlstate == READ_ONLY
            translated = _translate(error, committing=committing)
            raise translated from error

    @contextmanager
    def _answered_in_time(self) -> Iterator[None]:
        """Sever the connection where nothing comes over it for longer than any statement may take.

        A server that is cut off by its network neither answers nor refuses, and its own timeouts reach nobody. There
        is time left to try once more over a new connection before the caller is told.
        """
        timer = asyncio.get_running_loop().call_later(EXCHANGE_S_MAX, self._sever)
        try:
            yield
        finally:
            timer.cancel()

    def _sever(self) -> None:
        self.leads_nowhere = True
        logger.warning("the database was silent for too long, and the connection is given up")
        with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(self._connection.fileno())) as line:
            line.shutdown(socket.SHUT_RDWR)

    async def _exchange(self, batch: Sequence[Bound[Any]]) -> list[Rows]:
        if len(batch) == 1:
            return [await self._rows(await self._send(batch[0]))]
        async with self._connection.pipeline():
            cursors = [await self._send(bound) for bound in batch]
        return [await self._rows(cursor) for cursor in cursors]

    async def _send(self, bound: Bound[Any]) -> psycopg.AsyncCursor[Any]:
        cursor = self._connection.cursor(binary=True)
        await cursor.execute(bound.statement.sent, bound.values or None, prepare=True)
        return cursor

    @staticmethod
    async def _rows(cursor: psycopg.AsyncCursor[Any]) -> Rows:
        return [] if cursor.rownumber is None else await cursor.fetchall()

    async def leave(self) -> None:
        """Leave the transaction, whatever state it is in; a broken connection is the pool's to replace.

        What was only read ends with a COMMIT: at a ROLLBACK the driver forgets every statement that it has prepared on
        this connection, and each would have to be parsed and planned anew.
        """
        status = self._connection.info.transaction_status
        if self._connection.closed or status == psycopg.pq.TransactionStatus.IDLE:
            return
        is_sound = status == psycopg.pq.TransactionStatus.INTRANS and not self._has_written
        ending = COMMIT.statement.sent if is_sound else b"ROLLBACK"
        try:
            with self._answered_in_time():
                await self._connection.execute(ending)
        except psycopg.Error:  # at SERIALIZABLE, a COMMIT may also find that the reads conflicted: that ends it as well
            if self._connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
                await self._connection.close()


def _raw(name: str, sql: str) -> Bound[Any]:
    return Bound(Statement(name, sql, None))


BEGIN: Final[dict[Isolation, Bound[Any]]] = {
    Isolation.REPEATABLE_READ: _raw("begin", "BEGIN ISOLATION LEVEL REPEATABLE READ"),
    Isolation.SERIALIZABLE: _raw("begin_serializable", "BEGIN ISOLATION LEVEL SERIALIZABLE"),
}
COMMIT: Final = _raw("commit", "COMMIT")


class Tx:
    """One mutation's transaction. `opening` travels behind BEGIN; `on_open` sees its rows before a read is answered."""

    def __init__(
        self,
        connection: PooledConnection,
        isolation: Isolation,
        opening: Sequence[Bound[Any]],
        on_open: Callable[[list[Rows]], None],
    ) -> None:
        self._connection = connection
        self._isolation = isolation
        self._opening = opening
        self._on_open = on_open
        self.is_open = False

    async def read(self, *batch: Bound[Any]) -> list[Rows]:
        """Send reads together; the first call also opens the transaction."""
        if writes := [bound.statement.name for bound in batch if bound.statement.row is None]:
            raise TypeError(f"{', '.join(writes)}: what a transaction writes goes with its COMMIT")
        if self.is_open:
            return await self._connection.exchange(batch) if batch else []
        opening = [BEGIN[self._isolation], *self._opening]
        results = await self._connection.exchange([*opening, *batch])
        self.is_open = True
        self._on_open(results[1 : len(opening)])
        return results[len(opening) :]

    async def one(self, bound: Bound[Row]) -> Row | None:
        """The only row of one read, or None."""
        rows = _rows_of(bound.statement, (await self.read(bound))[0])
        return rows[0] if rows else None

    async def many(self, bound: Bound[Row]) -> list[Row]:
        """All rows of one read."""
        return _rows_of(bound.statement, (await self.read(bound))[0])

    async def commit(self, writes: Sequence[Bound[Any]]) -> None:
        """Send every write and the COMMIT in one round trip. Raises Rerun, CommitUnknown or UNAVAILABLE."""
        await self._connection.exchange([*writes, COMMIT], committing=True)


class Database:
    """The pools: one for everything, and a small share of connections with a short timeout for searches."""

    def __init__(
        self,
        url: str,
        *,
        connections_max: int = CONNECTIONS_MAX,
        search_connections_max: int = SEARCH_CONNECTIONS_MAX,
        isolation: Isolation = Isolation.REPEATABLE_READ,
        on_wait: Callable[[str, float], None] = lambda pool, seconds: None,
        traces: Traces | None = None,
    ) -> None:
        self.isolation = isolation
        self._traces = traces or Traces()
        self.statements_sent = 0
        self.round_trips = 0
        self._distrusted_at = -DISTRUST_AGAIN_AFTER_S
        main = pool_of(url, "main", size=connections_max, statement_ms_max=STATEMENT_MS_MAX, planning=PLANNING)
        search = pool_of(
            url,
            "search",
            size=search_connections_max,
            statement_ms_max=SEARCH_STATEMENT_MS_MAX,
            planning=SEARCH_PLANNING,
        )
        self._main = Lane(main, on_wait, self._traces)
        self._search = Lane(search, on_wait, self._traces)

    async def open(self) -> None:
        """Start the pools; connections are made in the background and whenever the database comes back."""
        await self._main.pool.open()
        await self._search.pool.open()

    async def close(self) -> None:
        """Close every connection."""
        await self._main.pool.close(timeout=5)
        await self._search.pool.close(timeout=5)

    @asynccontextmanager
    async def connection(self, *, search: bool = False) -> AsyncIterator[PooledConnection]:
        """One connection for as long as the block runs. Raises UNAVAILABLE where none is free in time."""
        lane = self._search if search else self._main
        connection = await lane.take()
        pooled = PooledConnection(connection, self._count, self._traces)
        try:
            yield pooled
        finally:
            try:
                await pooled.leave()
                if pooled.leads_nowhere:
                    await connection.close()
                    await self._distrust_all()
            finally:
                await lane.give_back(connection)

    async def _distrust_all(self) -> None:
        """Make every connection anew: what happened to one may have happened to all, as after a failover."""
        now = time.monotonic()
        if now - self._distrusted_at >= DISTRUST_AGAIN_AFTER_S:
            self._distrusted_at = now
            for lane in (self._main, self._search):
                await lane.pool.drain()

    def _count(self, statements: int) -> None:
        self.statements_sent += statements
        self.round_trips += 1

    async def one(self, bound: Bound[Row]) -> Row | None:
        """The only row of a single statement outside a transaction, or None."""
        rows = await self.many(bound)
        return rows[0] if rows else None

    async def many(self, bound: Bound[Row], *, search: bool = False) -> list[Row]:
        """All rows of a single statement. A connection found dead is replaced once; then UNAVAILABLE."""
        for last_try in (False, True):
            try:
                async with self.connection(search=search) as connection:
                    rows = (await connection.exchange([bound]))[0]
                return _rows_of(bound.statement, rows)
            except ConnectionLost as error:
                if last_try:
                    message = "The database went away; try again shortly."
                    raise unavailable(message, Outage.CONNECTION_LOST) from error
        raise AssertionError("unreachable")

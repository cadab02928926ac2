"""Connections and transactions: who holds one, what is sent together, and what a failure means (spec 3 Isolation).

`Database.one` and `many` send single statements outside any transaction. `Tx` reads inside one: its BEGIN and whatever
else must open it travel with the first read, and `commit` sends every write with the COMMIT, so that a mutation costs
two round trips.
"""

from __future__ import annotations

import asyncio
import os
import select
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, Final, Literal, Protocol, TypeVar, cast

import msgspec
import psycopg
import psycopg_pool
from psycopg.types.json import set_json_loads

from fleetprompt.errors import Outage, unavailable
from fleetprompt.store.statements import Bound, Statement
from fleetprompt.telemetry import Traces, get_logger

Row = TypeVar("Row")
Isolation = Literal["REPEATABLE READ", "SERIALIZABLE"]
Rows = list[tuple[Any, ...]]
Connection = psycopg.AsyncConnection[Any]
Pool = psycopg_pool.AsyncConnectionPool[Connection]

SERIALIZATION_FAILURE: Final = "40001"
READ_ONLY: Final = "25006"
RERUN_SQLSTATES: Final = frozenset({SERIALIZATION_FAILURE, "40P01", "23505"})
DISTRIBUTED_COMMIT_CONFLICT: Final = "could not commit transaction for shard"
CONNECTIONS_MAX: Final = 10
SEARCH_CONNECTIONS_MAX: Final = 2
WAITS: Final = {"main": "wait for a connection", "search": "wait for a search connection"}
POOL_WAIT_S_MAX: Final = 2.0
WAITING_MAX: Final = 200
STATEMENT_MS_MAX: Final = 3_000
SEARCH_STATEMENT_MS_MAX: Final = 300
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
IDLE_IN_TRANSACTION_MS_MAX: Final = 10_000
PLANNING: Final = {"enable_seqscan": "off", "jit": "off"}
"""Statements read indexes from a table's first row on, and are too short to be compiled."""

SEARCH_PLANNING: Final = {**PLANNING, "plan_cache_mode": "force_generic_plan"}
"""Searches are composed so that a plan for any values serves them; each time anew, it would cost as much as they do."""

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


def _was_ended(connection: Connection) -> bool:
    """Whether the server has ended an idle connection: all that such a one ever has to be read is its end.

    Nothing is sent, so asking before each use costs no round trip. The pool's own `check` pauses between dead ones.
    """
    if connection.closed:
        return True
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))


async def _keep_all_prepared(connection: Connection) -> None:
    """Keep every statement prepared: there are only so many, but more than the driver keeps unless it is told."""
    connection.prepared_max = None


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
    "REPEATABLE READ": _raw("begin", "BEGIN ISOLATION LEVEL REPEATABLE READ"),
    "SERIALIZABLE": _raw("begin_serializable", "BEGIN ISOLATION LEVEL SERIALIZABLE"),
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


class _Lane:
    """A pool, and the line of those who wait for one of its connections.

    Who is in line costs an event; waiting within the pool costs a task, a lock and a condition for each. There are as
    many places as connections, so that the pool itself makes nobody wait but for a connection that is being made.
    """

    def __init__(self, pool: Pool, on_wait: Callable[[str, float], None], traces: Traces) -> None:
        self.pool = pool
        self._places = asyncio.Semaphore(pool.max_size)
        self._waiting = 0
        self._on_wait = on_wait
        self._span = WAITS[pool.name]
        self._traces = traces

    async def take(self) -> Connection:
        """A connection that works as far as can be told. Raises UNAVAILABLE where none is free in time."""
        started = time.perf_counter()
        try:
            with self._traces.span(self._span):
                await self._come_first()
                try:
                    return await self._from_pool(POOL_WAIT_S_MAX - (time.perf_counter() - started))
                except BaseException:
                    self._places.release()
                    raise
        except (TimeoutError, psycopg_pool.PoolTimeout, psycopg_pool.TooManyRequests, psycopg_pool.PoolClosed) as error:
            raise unavailable("The database is away or busy; try again shortly.", Outage.NO_CONNECTION) from error
        finally:
            self._on_wait(self.pool.name, time.perf_counter() - started)

    async def give_back(self, connection: Connection) -> None:
        """Let the next one have it."""
        try:
            await self.pool.putconn(connection)
        finally:
            self._places.release()

    async def _come_first(self) -> None:
        if not self._places.locked():
            await self._places.acquire()
            return
        if self._waiting >= WAITING_MAX:
            raise psycopg_pool.TooManyRequests
        self._waiting += 1
        try:
            async with asyncio.timeout(POOL_WAIT_S_MAX):
                await self._places.acquire()
        finally:
            self._waiting -= 1

    async def _from_pool(self, wait_s_max: float) -> Connection:
        while _was_ended(connection := await self.pool.getconn(wait_s_max)):
            await connection.close()
            await self.pool.putconn(connection)
        return connection


class Database:
    """The pools: one for everything, and a small share of connections with a short timeout for searches."""

    def __init__(
        self,
        url: str,
        *,
        connections_max: int = CONNECTIONS_MAX,
        search_connections_max: int = SEARCH_CONNECTIONS_MAX,
        isolation: Isolation = "REPEATABLE READ",
        on_wait: Callable[[str, float], None] = lambda pool, seconds: None,
        traces: Traces | None = None,
    ) -> None:
        self.isolation = isolation
        self._traces = traces or Traces()
        self.statements_sent = 0
        self.round_trips = 0
        self._distrusted_at = -DISTRUST_AGAIN_AFTER_S
        pool = self._pool(url, connections_max, STATEMENT_MS_MAX, "main", PLANNING)
        self._main = _Lane(pool, on_wait, self._traces)
        pool = self._pool(url, search_connections_max, SEARCH_STATEMENT_MS_MAX, "search", SEARCH_PLANNING)
        self._search = _Lane(pool, on_wait, self._traces)

    @staticmethod
    def _pool(url: str, size: int, statement_ms_max: int, name: str, planning: Mapping[str, str]) -> Pool:
        options = {
            "statement_timeout": statement_ms_max,
            "lock_timeout": statement_ms_max * 5 // 6,  # ends first, so that a wait for a lock is told from slow work
            "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION_MS_MAX,
            "timezone": "UTC",
            **planning,
        }
        return psycopg_pool.AsyncConnectionPool(
            url,
            min_size=min(2, size),
            max_size=size,
            open=False,
            name=name,
            timeout=POOL_WAIT_S_MAX,
            reconnect_timeout=1,
            configure=_keep_all_prepared,
            kwargs={
                "autocommit": True,
                "options": " ".join(f"-c {option}={value}" for option, value in options.items()),
                "connect_timeout": 3,
                "application_name": f"fleetprompt-{name}",
                "tcp_user_timeout": 4_000,
                "prepare_threshold": 0,
            },
        )

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

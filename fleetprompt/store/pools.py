"""Pools of connections, and the lines of those who wait for one."""

from __future__ import annotations

import asyncio
import select
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

import psycopg
import psycopg_pool

from fleetprompt.errors import Outage, unavailable
from fleetprompt.telemetry import Traces

Connection = psycopg.AsyncConnection[Any]
Pool = psycopg_pool.AsyncConnectionPool[Connection]

CONNECTIONS_MAX: Final = 10
SEARCH_CONNECTIONS_MAX: Final = 2
WAITS: Final = {"main": "wait for a connection", "search": "wait for a search connection"}
POOL_WAIT_S_MAX: Final = 2.0
WAITING_MAX: Final = 200
STATEMENT_MS_MAX: Final = 3_000
SEARCH_STATEMENT_MS_MAX: Final = 300
IDLE_IN_TRANSACTION_MS_MAX: Final = 10_000
PLANNING: Final = {"enable_seqscan": "off", "jit": "off"}
"""Statements read indexes from a table's first row on, and are too short to be compiled."""

SEARCH_PLANNING: Final = {**PLANNING, "plan_cache_mode": "force_generic_plan"}
"""Searches are composed so that a plan for any values serves them; each time anew, it would cost as much as they do."""


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


def pool_of(url: str, name: str, *, size: int, statement_ms_max: int, planning: Mapping[str, str]) -> Pool:
    """A pool that is not open yet. name: one of `WAITS`. planning: settings of each of its sessions."""
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


class Lane:
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

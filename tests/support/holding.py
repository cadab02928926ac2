"""Other transactions at exactly the wrong moment."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import httpx
import psycopg
import pytest

from fleetprompt.runtime.services import Services
from tests.support.databases import Database

WAITING_WITHIN_S = 5
ANSWERED_WITHIN_S = 0.03
QUEUE_LENGTH = 12

_WAITING = "select count(*) from pg_locks join pg_stat_activity using (pid) where datname = %s and not granted"


@asynccontextmanager
async def until_awaited(database: Database) -> AsyncIterator[psycopg.Connection[tuple[Any, ...]]]:
    """A transaction of the owner's, committed when the block has ended and a connection waits for one of its locks.

    Start the request that is to wait as a task inside the block.
    """
    with database.as_owner() as connection, connection.transaction():
        yield connection
        give_up_at = time.monotonic() + WAITING_WITHIN_S
        while not database.value(_WAITING, database.name):
            assert time.monotonic() < give_up_at, "nobody waits"
            await asyncio.sleep(0.01)


@asynccontextmanager
async def while_a_password_is_verified(
    services: Services, request: Coroutine[Any, Any, httpx.Response], *, reads: int
) -> AsyncIterator[asyncio.Task[httpx.Response]]:
    """Send `request` and run the block behind its first `reads` statements, while its password waits for its turn."""
    queue = [asyncio.create_task(services.passwords.verify(None, "whatever")) for _ in range(QUEUE_LENGTH)]
    awaited = services.db.statements_sent + reads
    sent = asyncio.create_task(request)
    give_up_at = time.monotonic() + WAITING_WITHIN_S
    while services.db.statements_sent < awaited:
        assert time.monotonic() < give_up_at, "nothing is read"
        await asyncio.sleep(0.001)
    await asyncio.sleep(ANSWERED_WITHIN_S)
    yield sent
    assert not sent.done(), "the password was verified too soon"
    await asyncio.gather(*queue)


@contextmanager
def must_run_again(database: Database, update: str, *values: object) -> Iterator[None]:
    """Fail unless a transaction that began before the block, and writes with `update` after it, has to run again."""
    with database.as_owner() as connection:
        connection.execute("begin isolation level repeatable read")
        connection.execute("select count(*) from users")
        yield
        with pytest.raises(psycopg.errors.SerializationFailure):
            connection.execute(update.encode(), values)

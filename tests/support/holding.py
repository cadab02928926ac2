"""Other transactions at exactly the wrong moment."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import psycopg
import pytest

from tests.support.databases import Database

WAITING_WITHIN_S = 5

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


@contextmanager
def must_run_again(database: Database, update: str, *values: object) -> Iterator[None]:
    """Fail unless a transaction that began before the block, and writes with `update` after it, has to run again."""
    with database.as_owner() as connection:
        connection.execute("begin isolation level repeatable read")
        connection.execute("select count(*) from users")
        yield
        with pytest.raises(psycopg.errors.SerializationFailure):
            connection.execute(update.encode(), values)

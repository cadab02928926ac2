"""Other transactions at exactly the wrong moment."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import argon2
import httpx
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


@asynccontextmanager
async def while_a_password_is_verified(
    request: Coroutine[Any, Any, httpx.Response],
) -> AsyncIterator[asyncio.Task[httpx.Response]]:
    """Send `request` and run the block while the password that it brings is being verified."""
    begun, go_on = threading.Event(), threading.Event()
    verify = argon2.PasswordHasher.verify

    def held_back(*arguments: Any) -> Any:
        begun.set()
        assert go_on.wait(WAITING_WITHIN_S), "nobody lets it go on"
        return verify(*arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(argon2.PasswordHasher, "verify", held_back)
        sent = asyncio.create_task(request)
        try:
            assert await asyncio.to_thread(begun.wait, WAITING_WITHIN_S), "no password is verified"
            yield sent
        finally:
            go_on.set()


@contextmanager
def must_run_again(database: Database, update: str, *values: object) -> Iterator[None]:
    """Fail unless a transaction that began before the block, and writes with `update` after it, has to run again."""
    with database.as_owner() as connection:
        connection.execute("begin isolation level repeatable read")
        connection.execute("select count(*) from users")
        yield
        with pytest.raises(psycopg.errors.SerializationFailure):
            connection.execute(update.encode(), values)

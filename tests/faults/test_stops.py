"""A server that is told to stop, once and again, while somebody waits for it (spec 9)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from fleetprompt import ids
from tests.support import market
from tests.support.answers import assert_error, assert_ok
from tests.support.callers import fresh_key
from tests.support.contents import unchanged
from tests.support.databases import Database, Run
from tests.support.people import Person
from tests.support.servers import ServerProcess, Servers, serving

pytestmark = pytest.mark.slow
LISTINGS = "/v1/publisher/listings"
REFUSED_WITHIN_S = 2.0
STOPPED_WITHIN_S = 15.0
STOPPED_AT_ONCE_WITHIN_S = 2.0
WAITING = "select count(*) from pg_locks join pg_stat_activity using (pid) where datname = %s and not granted"


@pytest.fixture
async def servers(anyio_backend: Any, database: Database, run: Run) -> AsyncIterator[Servers]:
    """One that runs."""
    with serving(database, run.folder / "logs", processes=1) as started:
        yield started
        await started.aclose()


@pytest.fixture
async def ada(servers: Servers) -> Person:
    """A publisher."""
    person = await servers.people.publisher()
    await person.csrf_token()
    return person


async def until_it_waits(database: Database) -> None:
    """Return when a request waits for a lock."""
    give_up_at = time.monotonic() + STOPPED_WITHIN_S
    while not database.value(WAITING, database.name):
        assert time.monotonic() < give_up_at, "nobody waits"
        await asyncio.sleep(0.01)


async def until_refused(server: ServerProcess) -> None:
    """Return when new connections are refused."""
    give_up_at = time.monotonic() + REFUSED_WITHIN_S
    while True:
        try:
            async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
                await client.get(f"{server.url}/healthz")
        except httpx.TransportError:
            return
        assert time.monotonic() < give_up_at, "it still accepts"
        await asyncio.sleep(0.05)


async def test_sigterm_lets_what_is_in_flight_finish_and_takes_nothing_new(
    servers: Servers, ada: Person, database: Database
) -> None:
    (server,) = servers.processes
    listing = await market.listing(ada)
    with database.as_owner() as holder:
        with holder.transaction():
            holder.execute("select from listings where id = %s for update", [ids.decode("lst", listing.id)])
            slow = asyncio.create_task(ada.patch(f"{LISTINGS}/{listing.id}", {"summary": "Finished."}))
            await until_it_waits(database)
            server.running.terminate()
            await until_refused(server)
            assert not slow.done()
        assert assert_ok(await slow, "listing")["summary"] == "Finished."
    assert await asyncio.to_thread(server.running.wait, STOPPED_WITHIN_S) == 0
    assert database.value("select summary from listings where id = %s", ids.decode("lst", listing.id)) == "Finished."


async def test_a_second_sigterm_gives_up_what_is_in_flight_and_a_retry_happens_once(
    servers: Servers, ada: Person, database: Database
) -> None:
    (server,) = servers.processes
    listing, key, edit = await market.listing(ada), fresh_key(), {"summary": "Once."}
    with database.as_owner() as holder, holder.transaction(), unchanged(database):
        holder.execute("select from listings where id = %s for update", [ids.decode("lst", listing.id)])
        slow = asyncio.create_task(ada.patch(f"{LISTINGS}/{listing.id}", edit, key=key))
        await until_it_waits(database)
        server.running.terminate()
        await until_refused(server)
        server.running.terminate()
        assert await asyncio.to_thread(server.running.wait, STOPPED_AT_ONCE_WITHIN_S) == 0
        assert_error(await slow, "UNAVAILABLE")
    assert '"reason":"shutting_down"' in server.log()
    server.start()
    await asyncio.to_thread(server.wait_ready)
    answer = await ada.patch(f"{LISTINGS}/{listing.id}", edit, key=key)
    assert assert_ok(answer, "listing")["summary"] == "Once."
    assert "idempotent-replayed" not in answer.headers

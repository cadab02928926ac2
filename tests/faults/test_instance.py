"""An instance whose database is killed or hangs, or which is told to stop: nothing acknowledged is lost (spec 9)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from fleetprompt import ids
from fleetprompt.clock import SystemClock
from tests.faults.commands import fleetprompt
from tests.faults.diaries import Writers
from tests.faults.outages import in_time, until_it_is_back
from tests.support import market
from tests.support.answers import assert_created, assert_error, assert_ok
from tests.support.callers import Line, fresh_key
from tests.support.consistency import assert_consistent
from tests.support.databases import Run
from tests.support.environment import PUBLIC_URL
from tests.support.instances import Instance, instance_in
from tests.support.market import listing_request
from tests.support.people import People, Person
from tests.support.servers import Alternating, ServerProcess

pytestmark = pytest.mark.slow
LOADED_S = 0.7
LISTINGS = "/v1/publisher/listings"


@pytest.fixture(scope="module")
async def instance(anyio_backend: Any, run: Run) -> AsyncIterator[Instance]:
    """One that runs."""
    async with instance_in(run.folder / "faults", run.folder / "logs") as started:
        yield started


@pytest.fixture(scope="module")
async def ada(instance: Instance) -> Person:
    """A publisher."""
    person = await instance.people.publisher()
    await person.csrf_token()
    return person


async def test_r_crash_a_killed_database_is_unavailable_in_time_and_comes_back_by_itself(
    instance: Instance, ada: Person
) -> None:
    acknowledged = [assert_created(await ada.post(LISTINGS, listing_request()), "listing") for _ in range(5)]
    request, key = listing_request(), fresh_key()
    instance.kill_database()
    answer = await until_it_is_back(lambda: ada.post(LISTINGS, request, key=key))
    acknowledged.append(assert_created(answer, "listing"))
    for _ in range(12):
        assert_ok(await in_time(ada.get("/v1/me")))
    for listing in acknowledged:
        assert_ok(await in_time(ada.get(f"{LISTINGS}/{listing['listingId']}")), "listing")
    assert_consistent(instance.database)


async def test_a_database_restarted_under_load_loses_nothing_and_fails_nobody_who_retries(instance: Instance) -> None:
    writers = await Writers.begin(instance)
    for _ in range(2):
        await asyncio.sleep(LOADED_S)
        instance.stop_database()
    await asyncio.sleep(LOADED_S)
    await writers.assert_each_is_there_once()
    answers = await asyncio.gather(*(writers.diary.entries[0].caller.get("/v1/me") for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}


async def test_a_database_that_hangs_is_unavailable_in_time_and_a_retry_happens_once(
    instance: Instance, ada: Person
) -> None:
    key, request = fresh_key(), listing_request(name="Once")
    with instance.database_hung():
        answers = await asyncio.gather(
            in_time(ada.post(LISTINGS, request, key=key)),
            in_time(ada.get("/v1/me")),
            in_time(ada.get("/v1/public/listings/search")),
            in_time(ada.get("/readyz")),
        )
        for answer in answers:
            assert_error(answer, "UNAVAILABLE")
    assert_created(await until_it_is_back(lambda: ada.post(LISTINGS, request, key=key)), "listing")
    assert instance.database.value("select count(*) from listings where name = 'Once'") == 1
    assert_consistent(instance.database)


async def test_a_data_folder_started_twice_serves_from_both_and_outlives_either(
    instance: Instance, ada: Person
) -> None:
    second = ServerProcess("second", instance.server.log_file.parent, instance.server.variables)
    both = Alternating([instance.server, second])
    second.start()
    try:
        await asyncio.to_thread(second.wait_ready)
        person = await People(Line(both, PUBLIC_URL), instance.database, SystemClock()).publisher()
        listings = [await market.listing(person) for _ in range(4)]
        assert await asyncio.to_thread(second.stop) == 0
    finally:
        await both.aclose()
        second.end()
    assert_created(await ada.post(LISTINGS, listing_request()), "listing")
    made = {listing_id for (listing_id,) in instance.database.rows("select id from listings")}
    assert {ids.decode("lst", listing.id) for listing in listings} <= made


async def test_a_second_server_on_the_same_port_says_so_and_disturbs_nobody(instance: Instance, ada: Person) -> None:
    port = str(httpx.URL(instance.server.url).port)
    refused = await asyncio.to_thread(fleetprompt, instance.server.variables, "serve", "--port", port)
    assert refused.returncode == 1
    assert f"127.0.0.1:{port} cannot be listened on" in refused.stderr
    assert "Choose another --port" in refused.stderr
    assert_ok(await ada.get("/v1/me"))

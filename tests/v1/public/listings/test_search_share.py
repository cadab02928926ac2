"""Searches have connections and a time of their own, and can starve nobody (spec 6.3)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.support import market
from tests.support.answers import assert_error, assert_ok
from tests.support.browsing import SEARCH, page
from tests.support.callers import Caller
from tests.support.databases import Database
from tests.support.people import People


@contextmanager
def _nobody_reads_statistics(database: Database) -> Iterator[None]:
    """Keep every statement waiting that reads the listings' statistics, as all searches do."""
    with database.as_owner() as connection, connection.transaction():
        connection.execute("lock table stat_totals in access exclusive mode")
        yield


async def test_a_search_that_takes_too_long_is_unavailable(api: Caller, database: Database) -> None:
    with _nobody_reads_statistics(database):
        began = time.monotonic()
        answer = await api.get(SEARCH)
        took_s = time.monotonic() - began
    assert_error(answer, "UNAVAILABLE")
    assert 0.25 <= took_s < 3  # a wait for a lock ends before the statement's own 300 ms
    await page(api)


async def test_searches_that_hang_leave_the_others_alone(api: Caller, people: People, database: Database) -> None:
    ada = await people.publisher("Ada")
    offer = await market.on_sale(ada)
    with _nobody_reads_statistics(database):
        hanging = [asyncio.create_task(api.get(SEARCH, params={"q": f"word {n}"})) for n in range(30)]
        await asyncio.sleep(0.05)
        began = time.monotonic()
        assert_ok(await api.get(f"/v1/public/releases/{offer.id}"))
        await market.release(offer.listing, "1.1.0")
        took_s = time.monotonic() - began
        assert not all(each.done() for each in hanging)
        answers = await asyncio.gather(*hanging)
    assert took_s < 2
    for answer in answers:
        assert_error(answer, "UNAVAILABLE")
    await page(api)

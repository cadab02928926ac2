"""How statistics reach the days and the totals of 30 days (spec 3 Statistics)."""

from __future__ import annotations

import asyncio

import pytest

from fleetprompt import ids
from fleetprompt.clock import DAY_MS, day_of
from fleetprompt.installs.fold_statistics import fold_statistics
from tests.support import market
from tests.support.answers import assert_ok
from tests.support.application import App
from tests.support.callers import Partner
from tests.support.clock import FakeClock
from tests.support.contents import added_rows, unchanged
from tests.support.jobs import batch
from tests.support.market import Release
from tests.support.people import People, Person


@pytest.fixture(scope="module")
async def partner(people: People) -> Partner:
    """The server of `whs`."""
    return await people.partner("whs")


@pytest.fixture(autouse=True)
def at_noon(clock: FakeClock) -> None:
    """Hours pass in these tests that must not end a day."""
    clock.set(day_of(clock.now_ms()) * DAY_MS + DAY_MS // 2)


def _days(app: App, offer: Release) -> dict[int, tuple[int, int]]:
    rows = app.database.rows(
        "select day, install_intents, redemptions from stat_days where listing_id = %s",
        ids.decode("lst", offer.listing.id),
    )
    return {day: (opened, redeemed) for day, opened, redeemed in rows}


def _totals(app: App, offer: Release) -> list[tuple[int, int]]:
    return app.database.rows(
        "select install_intents_30d, redemptions_30d from stat_totals where listing_id = %s",
        ids.decode("lst", offer.listing.id),
    )


async def _redeem_one_of_two(people: People, partner: Partner, offer: Release) -> None:
    bea = await people.register()
    _, opened = [await market.intent(bea, offer) for _ in range(2)]
    assert_ok(await partner.redeem((await market.token(opened)).text))


async def test_deltas_are_folded_into_their_day_and_the_totals(
    app: App, people: People, ada: Person, partner: Partner, clock: FakeClock
) -> None:
    offer, today = await market.on_sale(ada), day_of(clock.now_ms())
    await _redeem_one_of_two(people, partner, offer)
    assert _days(app, offer) == {}
    with added_rows(app.database) as added:
        assert await batch(app.services, fold_statistics) == 3
    assert added == {"stat_deltas": -3, "stat_days": 1, "stat_totals": 1}
    assert _days(app, offer) == {today: (2, 1)}
    assert _totals(app, offer) == [(2, 1)]
    with unchanged(app.database):
        assert await batch(app.services, fold_statistics) == 0
    await _redeem_one_of_two(people, partner, offer)
    await batch(app.services, fold_statistics)
    assert _days(app, offer) == {today: (4, 2)}
    assert _totals(app, offer) == [(4, 2)]


async def test_a_day_begins_at_midnight_in_utc(app: App, people: People, ada: Person, clock: FakeClock) -> None:
    offer, bea, today = await market.on_sale(ada), await people.register(), day_of(clock.now_ms())
    for now_ms in (today * DAY_MS - 1, today * DAY_MS):
        clock.set(now_ms)
        await market.intent(bea, offer)
    await batch(app.services, fold_statistics)
    assert _days(app, offer) == {today - 1: (1, 0), today: (1, 0)}
    assert _totals(app, offer) == [(2, 0)]


async def test_a_total_loses_a_day_after_30_days_and_goes_when_nothing_is_left(
    app: App, people: People, ada: Person, partner: Partner, clock: FakeClock
) -> None:
    offer, today = await market.on_sale(ada), day_of(clock.now_ms())
    await _redeem_one_of_two(people, partner, offer)
    await batch(app.services, fold_statistics)
    clock.advance(days=1)
    await market.intent(await people.register(), offer)
    for days, expected in ((1, [(3, 1)]), (29, [(3, 1)]), (30, [(1, 0)]), (31, []), (60, [])):
        clock.set((today + days) * DAY_MS)
        while await batch(app.services, fold_statistics):
            pass
        assert _totals(app, offer) == expected
    assert _days(app, offer) == {today: (2, 1), today + 1: (1, 0)}


async def test_many_processes_fold_each_delta_once_in_batches(app: App, people: People, ada: Person) -> None:
    offers, bea = [await market.on_sale(ada) for _ in range(2)], await people.register()
    for _ in range(6):
        for offer in offers:
            await market.intent(bea, offer)
    with added_rows(app.database) as added:
        while app.database.value("select count(*) from stat_deltas"):
            done = await asyncio.gather(*(batch(app.services, fold_statistics, limit=2) for _ in range(4)))
            assert max(done) <= 2
    assert "audit_events" not in added
    for offer in offers:
        assert list(_days(app, offer).values()) == [(6, 0)]
        assert _totals(app, offer) == [(6, 0)]

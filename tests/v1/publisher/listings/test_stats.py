"""GET /v1/publisher/listings/{listingId}/stats."""

from __future__ import annotations

import pytest

from fleetprompt import ids
from tests.support import market
from tests.support.answers import assert_error, assert_ok
from tests.support.application import App
from tests.support.clock import FakeClock
from tests.support.databases import Database
from tests.support.people import People, Person

DAY_MS = 86_400_000
TODAY = 20_000  # 2024-10-04


@pytest.fixture(scope="module")
async def ada(people: People) -> Person:
    """A publisher."""
    return await people.publisher("Ada")


@pytest.fixture
def midday(clock: FakeClock) -> FakeClock:
    """The clock, at noon (UTC) of the day `TODAY`."""
    clock.set(TODAY * DAY_MS + DAY_MS // 2)
    return clock


def folded(database: Database, listing_id: str, day: int, install_intents: int, redemptions: int) -> None:
    """Counts that the folding job has added up already."""
    database.change(
        "insert into stat_days (listing_id, day, install_intents, redemptions) values (%s, %s, %s, %s)",
        ids.decode("lst", listing_id),
        day,
        install_intents,
        redemptions,
    )


def appended(database: Database, listing_id: str, day: int, install_intents: int, redemptions: int) -> None:
    """Counts that no job has folded yet."""
    database.change(
        "insert into stat_deltas (id, listing_id, day, install_intents, redemptions) values (%s, %s, %s, %s, %s)",
        ids.new_uuid(),
        ids.decode("lst", listing_id),
        day,
        install_intents,
        redemptions,
    )


async def test_days_without_anything_are_shown_as_zero(ada: Person, midday: FakeClock) -> None:
    listing = await market.listing(ada)
    stats = assert_ok(await ada.get(f"/v1/publisher/listings/{listing.id}/stats", params={"days": 3}), "stats")
    assert stats == {
        "days": [
            {"day": "2024-10-02", "installIntents": 0, "redemptions": 0},
            {"day": "2024-10-03", "installIntents": 0, "redemptions": 0},
            {"day": "2024-10-04", "installIntents": 0, "redemptions": 0},
        ],
        "total": {"installIntents": 0, "redemptions": 0},
    }


async def test_folded_and_fresh_counts_add_up_and_other_days_and_listings_do_not(
    ada: Person, midday: FakeClock, database: Database
) -> None:
    listing, other = await market.listing(ada), await market.listing(ada)
    folded(database, listing.id, TODAY - 2, 100, 100)
    folded(database, listing.id, TODAY - 1, 5, 3)
    folded(database, listing.id, TODAY, 2, 0)
    appended(database, listing.id, TODAY - 1, 1, 1)
    appended(database, listing.id, TODAY, 1, 0)
    appended(database, listing.id, TODAY, 0, 1)
    appended(database, listing.id, TODAY + 1, 50, 50)
    folded(database, other.id, TODAY, 9, 9)
    appended(database, other.id, TODAY, 9, 9)
    stats = assert_ok(await ada.get(f"/v1/publisher/listings/{listing.id}/stats", params={"days": 2}), "stats")
    assert stats == {
        "days": [
            {"day": "2024-10-03", "installIntents": 6, "redemptions": 4},
            {"day": "2024-10-04", "installIntents": 3, "redemptions": 1},
        ],
        "total": {"installIntents": 9, "redemptions": 5},
    }


async def test_a_day_ends_at_midnight_utc(ada: Person, clock: FakeClock) -> None:
    listing = await market.listing(ada)
    for now_ms, day in ((TODAY * DAY_MS - 1, "2024-10-03"), (TODAY * DAY_MS, "2024-10-04")):
        clock.set(now_ms)
        stats = assert_ok(await ada.get(f"/v1/publisher/listings/{listing.id}/stats", params={"days": 1}), "stats")
        assert [each["day"] for each in stats["days"]] == [day]


@pytest.mark.parametrize(("params", "count"), [({}, 30), ({"days": 1}, 1), ({"days": 90}, 90)])
async def test_one_to_ninety_days_thirty_unless_asked(ada: Person, params: dict[str, int], count: int) -> None:
    listing = await market.listing(ada)
    stats = assert_ok(await ada.get(f"/v1/publisher/listings/{listing.id}/stats", params=params), "stats")
    assert len(stats["days"]) == count


@pytest.mark.parametrize("days", [0, 91, -1, "many", "1.0"])
async def test_other_spans_are_refused_by_name(ada: Person, days: int | str) -> None:
    listing = await market.listing(ada)
    answer = await ada.get(f"/v1/publisher/listings/{listing.id}/stats", params={"days": days})
    assert_error(answer, "VALIDATION_FAILED", fields=["days"])


async def test_i_pubc_05_another_publisher_learns_nothing(ada: Person, people: People, database: Database) -> None:
    bea, listing = await people.publisher("Bea"), await market.listing(ada)
    folded(database, listing.id, TODAY, 9, 9)
    assert_error(await bea.get(f"/v1/publisher/listings/{listing.id}/stats"), "NOT_FOUND")


async def test_statistics_are_one_statement(app: App, ada: Person) -> None:
    listing = await market.listing(ada)
    with app.counting() as cost:
        await ada.get(f"/v1/publisher/listings/{listing.id}/stats")
    assert (cost.statements, cost.round_trips) == (1 + 1, 1 + 1)

"""Published listings by their redemptions in 30 days (ADR 72)."""

from __future__ import annotations

import pytest

from fleetprompt import ids
from tests.support import market
from tests.support.answers import assert_ok
from tests.support.application import App
from tests.support.browsing import suspend_listing, suspend_publisher, walk
from tests.support.callers import Caller
from tests.support.market import Release
from tests.support.people import People, Person

PATH = "/v1/public/listings/popular"


@pytest.fixture(scope="module")
async def ada(people: People) -> Person:
    return await people.publisher("Ada")


def redeemed(app: App, offer: Release, times: int) -> None:
    """As the folding job leaves it."""
    listing_id = ids.decode("lst", offer.listing.id)
    app.database.change("insert into stat_totals values (%s, %s, %s, 20000)", listing_id, times, times)


async def test_the_listings_that_were_redeemed_most_come_first_and_those_that_never_were_not_at_all(
    app: App, api: Caller, people: People, ada: Person
) -> None:
    offers = [await market.on_sale(ada) for _ in range(5)]
    unlisted, suspended = [await market.on_sale(ada) for _ in range(2)]
    hidden = await market.on_sale(await people.publisher("Susan"))
    for offer, times in zip([*offers, unlisted, suspended, hidden], (3, 9, 0, 3, 7, 99, 99, 99), strict=True):
        redeemed(app, offer, times)
    await unlisted.listing.set_status("unlisted")
    suspend_listing(app, suspended.listing.id)
    suspend_publisher(app, hidden.listing.publisher)
    wanted = [offers[number].listing.id for number in (1, 4, 3, 0)]
    for limit in (1, 2, 200):
        assert [each["listingId"] for each in await walk(api, PATH, limit=limit)] == wanted
    with app.counting() as cost:
        (best,) = assert_ok(await api.get(PATH, params={"limit": 1}))["items"]
    assert (cost.statements, cost.round_trips) == (1, 1)
    assert (best["stats"]["redemptions30d"], best["latestRelease"]["version"]) == (9, "1.0.0")

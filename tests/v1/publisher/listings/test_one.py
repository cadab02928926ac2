"""GET /v1/publisher/listings/{listingId}."""

from __future__ import annotations

import pytest

from fleetprompt import ids
from fleetprompt.installs.fold_statistics import fold_statistics
from tests.support import market
from tests.support.answers import assert_created, assert_error, assert_ok, assert_same_refusal
from tests.support.application import App
from tests.support.clock import FakeClock
from tests.support.databases import Database
from tests.support.jobs import batch
from tests.support.people import People, Person

LISTINGS = "/v1/publisher/listings"


@pytest.fixture(scope="module")
async def ada(people: People) -> Person:
    """A publisher."""
    return await people.publisher("Ada")


async def test_the_strong_etag_is_the_one_in_the_body(ada: Person) -> None:
    listing = await market.listing(ada)
    answer = await ada.get(f"{LISTINGS}/{listing.id}")
    assert answer.headers["etag"] == assert_ok(answer, "listing")["etag"] == '"1"'
    assert answer.headers["cache-control"] == "private, no-cache"


async def test_it_shows_its_releases_in_short(ada: Person) -> None:
    listing = await market.listing(ada)
    await market.release(listing, "1.0.0")
    latest = await market.release(listing, "1.1.0")
    await market.release(listing, "2.0.0-rc.1")
    shown = assert_ok(await ada.get(f"{LISTINGS}/{listing.id}"), "listing")
    assert shown["publishedReleases"] == 3
    assert shown["latestRelease"] == {
        "releaseId": latest.id,
        "version": "1.1.0",
        "publishedAtMs": latest.body["publishedAtMs"],
    }


async def test_what_others_do_and_a_new_name_of_the_publisher_do_not_update_it(
    people: People, app: App, clock: FakeClock
) -> None:
    carl, bea, whs = await people.publisher("Carl"), await people.register(), await people.partner("whs")
    offer = await market.on_sale(carl)
    clock.advance(seconds=5)
    assert_ok(await whs.redeem((await market.token(await market.intent(bea, offer))).text))
    reported = {"listingId": offer.listing.id, "kind": "other", "summary": "Odd."}
    assert_created(await bea.post("/v1/reports", reported), "report")
    assert_ok(await carl.put("/v1/publisher/profile", {"displayName": "Carl & Sons"}), "publisher")
    await batch(app.services, fold_statistics)
    shown = assert_ok(await carl.get(f"{LISTINGS}/{offer.listing.id}"), "listing")
    assert shown == offer.listing.body


async def test_a_suspended_listing_tells_its_publisher_why_and_since_when(ada: Person, database: Database) -> None:
    listing = await market.listing(ada)
    database.change(
        "update listings set status = 'suspended', status_before_suspension = 'draft', suspended_at_ms = 17,"
        " suspend_reason = 'It is a copy.', flagged = true, flag_reason = 'Private.' where id = %s",
        ids.decode("lst", listing.id),
    )
    shown = assert_ok(await ada.get(f"{LISTINGS}/{listing.id}"), "listing")
    assert shown["status"] == "suspended"
    assert shown["suspension"] == {"reason": "It is a copy.", "atMs": 17}
    assert "Private." not in str(shown)


@pytest.mark.parametrize("path", ["", "/stats", "/releases"])
async def test_i_pubc_05_another_publishers_listing_reads_like_one_that_never_was(
    ada: Person, people: People, path: str
) -> None:
    bea, listing = await people.publisher("Bea"), await market.listing(ada)
    hidden = await bea.get(f"{LISTINGS}/{listing.id}{path}")
    assert_error(hidden, "NOT_FOUND")
    for unknown in (ids.encode("lst", ids.new_uuid()), ids.encode("rel", ids.new_uuid()), "nonsense"):
        assert_same_refusal(await bea.get(f"{LISTINGS}/{unknown}{path}"), hidden)


async def test_a_read_is_one_statement(app: App, ada: Person) -> None:
    listing = await market.listing(ada)
    with app.counting() as cost:
        await ada.get(f"{LISTINGS}/{listing.id}")
    assert (cost.statements, cost.round_trips) == (1 + 1, 1 + 1)


@pytest.mark.parametrize("path", ["", "/stats", "/releases"])
async def test_i_pubc_06_a_user_without_the_capability_is_unauthorized(ada: Person, people: People, path: str) -> None:
    listing = await market.listing(ada)
    assert_error(await (await people.register()).get(f"{LISTINGS}/{listing.id}{path}"), "UNAUTHORIZED")

"""Every published listing, in slices that can be read side by side (ADR 73)."""

from __future__ import annotations

import pytest

from fleetprompt import ids
from fleetprompt.errors import Code
from tests.support import market
from tests.support.answers import assert_error, assert_ok
from tests.support.application import App
from tests.support.browsing import suspend_listing, suspend_publisher, walk
from tests.support.callers import Caller
from tests.support.people import People, Person

PATH = "/v1/public/listings/addresses"


@pytest.fixture(scope="module")
async def ada(people: People) -> Person:
    return await people.publisher("Ada")


def digits(listing_id: str) -> str:
    return str(ids.decode("lst", listing_id))[-4:]


async def test_each_published_listing_is_in_the_slices_of_its_last_digits_and_in_no_other(
    app: App, api: Caller, people: People, ada: Person
) -> None:
    offers = [await market.on_sale(ada) for _ in range(12)]
    unlisted, suspended = [await market.on_sale(ada) for _ in range(2)]
    hidden = await market.on_sale(await people.publisher("Susan"))
    await market.listing(ada)
    await unlisted.listing.set_status("unlisted")
    suspend_listing(app, suspended.listing.id)
    suspend_publisher(app, hidden.listing.publisher)
    listed = {offer.listing.id for offer in offers}
    for limit in (1, 5, 200):
        found = [each["listingId"] for each in await walk(api, PATH, limit=limit)]
        assert (len(found), set(found)) == (12, listed)
    for length in (1, 2, 4):
        slices = {digits(each)[:length] for each in listed}
        for one in slices:
            found = [each["listingId"] for each in await walk(api, PATH, slice=one, limit=1)]
            assert sorted(found) == sorted(each for each in listed if digits(each).startswith(one))
    everywhere = [each for one in "0123456789abcdef" for each in await walk(api, PATH, slice=one)]
    assert {each["listingId"] for each in everywhere} == listed
    assert len(everywhere) == 12


async def test_an_address_tells_whose_it_is_and_when_it_was_updated(app: App, api: Caller, ada: Person) -> None:
    offer = await market.on_sale(ada)
    with app.counting() as cost:
        page = assert_ok(await api.get(PATH, params={"slice": digits(offer.listing.id)}))
    assert (cost.statements, cost.round_trips) == (1, 1)
    shown = {each["listingId"]: each for each in page["items"]}
    updated_at_ms = assert_ok(await ada.get(f"/v1/publisher/listings/{offer.listing.id}"))["listing"]["updatedAtMs"]
    assert shown[offer.listing.id] == {
        "listingId": offer.listing.id,
        "publisherId": str(ada.publisher_id),
        "updatedAtMs": updated_at_ms,
    }


@pytest.mark.parametrize("wrong", ["0A", "g", "00000", "-1"])
async def test_a_slice_is_one_to_four_hexadecimal_digits(api: Caller, wrong: str) -> None:
    assert_error(await api.get(PATH, params={"slice": wrong}), Code.VALIDATION_FAILED, fields=["slice"])

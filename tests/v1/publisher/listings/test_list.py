"""GET /v1/publisher/listings."""

from __future__ import annotations

import pytest

from tests.support import market
from tests.support.answers import assert_error, assert_ok
from tests.support.application import App
from tests.support.people import People, Person

LISTINGS = "/v1/publisher/listings"


@pytest.fixture(scope="module")
async def ada(people: People) -> Person:
    """A publisher with five listings: three drafts, one published, one unlisted."""
    ada = await people.publisher("Ada")
    made = [
        await market.listing(ada, name=f"Listing {number}", description={"format": "markdown", "markdown": "*Long*."})
        for number in range(5)
    ]
    for listing in made[1:3]:
        await market.release(listing)
        await listing.set_status("published")
    await made[2].set_status("unlisted")
    return ada


async def test_she_sees_her_own_listings_the_newest_first(ada: Person, people: People) -> None:
    await market.listing(await people.publisher("Bea"))
    page = assert_ok(await ada.get(LISTINGS))
    assert page.keys() == {"items", "nextCursor"}
    assert page["nextCursor"] is None
    assert [item["name"] for item in page["items"]] == [f"Listing {number}" for number in (4, 3, 2, 1, 0)]


async def test_an_item_is_the_listing_without_its_description(ada: Person) -> None:
    items = assert_ok(await ada.get(LISTINGS))["items"]
    for item in items:
        whole = assert_ok(await ada.get(f"{LISTINGS}/{item['listingId']}"), "listing")
        assert whole.pop("description")["markdown"] == "*Long*."
        assert item == whole


@pytest.mark.parametrize(
    ("status", "names"),
    [
        ("draft", ["Listing 4", "Listing 3", "Listing 0"]),
        ("published", ["Listing 1"]),
        ("unlisted", ["Listing 2"]),
        ("suspended", []),
    ],
)
async def test_she_sees_those_of_one_status(ada: Person, status: str, names: list[str]) -> None:
    page = assert_ok(await ada.get(LISTINGS, params={"status": status}))
    assert [item["name"] for item in page["items"]] == names


@pytest.mark.parametrize("limit", [1, 2, 3, 200])
@pytest.mark.parametrize("filters", [{}, {"status": "draft"}])
async def test_i_pub_05_pages_hold_every_listing_once(ada: Person, limit: int, filters: dict[str, str]) -> None:
    whole = assert_ok(await ada.get(LISTINGS, params=filters))["items"]
    params: dict[str, str | int] = {**filters, "limit": limit}
    seen = []
    while params.get("cursor", "") is not None:
        page = assert_ok(await ada.get(LISTINGS, params=params))
        assert len(page["items"]) <= limit
        seen += page["items"]
        params["cursor"] = page["nextCursor"]
    assert seen == whole


async def test_a_cursor_works_with_its_own_filters_and_caller_only(ada: Person, people: People) -> None:
    cursor = assert_ok(await ada.get(LISTINGS, params={"limit": 1}))["nextCursor"]
    other = await people.publisher("Cleo")
    for caller, params in ((ada, {"status": "draft", "cursor": cursor}), (other, {"cursor": cursor})):
        assert_error(await caller.get(LISTINGS, params=params), "VALIDATION_FAILED", fields=["cursor"])
    assert_ok(await ada.get(LISTINGS, params={"limit": 3, "cursor": cursor}))


@pytest.mark.parametrize(
    ("params", "fields"),
    [
        ({"limit": 0}, ["limit"]),
        ({"limit": 201}, ["limit"]),
        ({"status": "lost"}, ["status"]),
        ({"status": ["draft", "published"]}, ["status"]),
        ({"publisherId": "pub_1"}, ["publisherId"]),
        ({"cursor": "forged"}, ["cursor"]),
    ],
)
async def test_i_pub_05_what_does_not_fit_is_refused_by_name(
    ada: Person, params: dict[str, int | str | list[str]], fields: list[str]
) -> None:
    assert_error(await ada.get(LISTINGS, params=params), "VALIDATION_FAILED", fields=fields)


async def test_a_page_is_one_statement(app: App, ada: Person) -> None:
    with app.counting() as cost:
        await ada.get(LISTINGS, params={"limit": 2})
    assert (cost.statements, cost.round_trips) == (1 + 1, 1 + 1)


async def test_i_pubc_06_a_user_without_the_capability_is_unauthorized(people: People) -> None:
    assert_error(await (await people.register()).get(LISTINGS), "UNAUTHORIZED")

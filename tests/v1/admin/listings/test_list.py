"""GET /v1/admin/listings."""

from __future__ import annotations

import pytest

from tests.support import market
from tests.support.answers import assert_error, assert_ok
from tests.support.application import App
from tests.support.callers import Query
from tests.support.people import People, Person

LISTINGS = "/v1/admin/listings"

ONLY_IN_DETAIL = {"description", "releases", "revisions", "openIntents", "openReports"}


@pytest.fixture(scope="module")
async def shelf(people: People, ines: Person) -> dict[str, str]:
    """Listings of two publishers, one of whom is suspended, by what became of them; the oldest first."""
    ada, carl = await people.publisher("Ada"), await people.publisher("Carl")
    made = {
        "draft": await market.listing(ada, description={"format": "markdown", "markdown": "Long."}),
        "published": (await market.on_sale(carl)).listing,
        "unlisted": (await market.on_sale(ada)).listing,
        "suspended": (await market.on_sale(ada)).listing,
        "flagged": (await market.on_sale(ada)).listing,
        "flagged draft": await market.listing(carl),
    }
    await made["unlisted"].set_status("unlisted")
    assert_ok(await ines.post(f"{LISTINGS}/{made['suspended'].id}/suspend", {"reason": "A copy."}))
    for name in ("flagged", "flagged draft"):
        assert_ok(await ines.post(f"{LISTINGS}/{made[name].id}/flag", {"flagged": True, "reason": "Odd."}))
    assert_ok(await ines.post(f"/v1/admin/users/{carl.user_id}/suspend", {"reason": "Spam."}))
    return {name: listing.id for name, listing in made.items()}


async def found(ines: Person, limit: int = 50, **filters: str | int) -> list[str]:
    """The ids of all listings that the filters admit, over all pages."""
    seen: list[str] = []
    params: Query = {**filters, "limit": limit}
    while True:
        page = assert_ok(await ines.get(LISTINGS, params=params))
        seen += [item["listingId"] for item in page["items"]]
        if page["nextCursor"] is None:
            return seen
        params = {**filters, "limit": limit, "cursor": page["nextCursor"]}


async def test_an_admin_finds_the_listings_of_one_publisher(ines: Person, shelf: dict[str, str]) -> None:
    of_carl = [shelf["flagged draft"], shelf["published"]]
    item = assert_ok(await ines.get(f"{LISTINGS}/{shelf['published']}"))["listing"]
    carl = item["publisher"]["publisherId"]
    for limit in (1, 50):
        assert await found(ines, limit, publisherId=carl) == of_carl
    assert await found(ines, publisherId=carl, status="published") == [shelf["published"]]
    assert await found(ines, publisherId=carl, flagged="true") == [shelf["flagged draft"]]
    assert await found(ines, publisherId=carl, q="carl") == of_carl
    assert await found(ines, publisherId="pub_nobody") == []


async def test_an_admin_sees_every_listing_the_newest_first(ines: Person, shelf: dict[str, str]) -> None:
    for limit in (1, 2, 5, 6, 200):
        assert await found(ines, limit) == list(shelf.values())[::-1]


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"status": "draft"}, ["flagged draft", "draft"]),
        ({"status": "published"}, ["flagged", "published"]),
        ({"status": "unlisted"}, ["unlisted"]),
        ({"status": "suspended"}, ["suspended"]),
        ({"flagged": "true"}, ["flagged draft", "flagged"]),
        ({"flagged": "false"}, ["suspended", "unlisted", "published", "draft"]),
        ({"flagged": "true", "status": "draft"}, ["flagged draft"]),
        ({"flagged": "false", "status": "published"}, ["published"]),
        ({"flagged": "true", "status": "suspended"}, []),
    ],
)
async def test_filters_go_by_the_listings_own_status_and_flag(
    ines: Person, shelf: dict[str, str], filters: dict[str, str], names: list[str]
) -> None:
    for limit in (1, 50):
        assert await found(ines, limit, **filters) == [shelf[name] for name in names]


async def test_words_are_found_in_any_listing_and_its_publishers_name_with_the_other_filters(
    people: People, ines: Person
) -> None:
    grace = await people.publisher("Grace Hopper Works")
    compiler = await market.listing(grace, name="Compilér Suite", tags=["cobol"], summary="Turns words into code.")
    debugger = (await market.on_sale(grace, name="Debugger")).listing
    other = await market.listing(await people.publisher("Somebody"), name="Compiler for everybody")
    assert_ok(await ines.post(f"{LISTINGS}/{debugger.id}/flag", {"flagged": True}))
    for q, expected in {
        "compiler": [other, compiler],
        "COMPIL": [other, compiler],
        "compliler suite": [compiler],
        "cobol": [compiler],
        "words into": [compiler],
        "hopper": [debugger, compiler],
        "grace compiler": [compiler],
        "hopper bugs": [],
        "debuger": [debugger],
        "nowhere": [],
    }.items():
        assert await found(ines, q=q) == await found(ines, 1, q=q) == [listing.id for listing in expected], q
    assert await found(ines, q="hopper", status="draft") == [compiler.id]
    assert await found(ines, q="hopper", flagged="true") == [debugger.id]
    assert await found(ines, q="hopper", flagged="true", status="draft") == []
    assert await found(ines, q=" ", status="suspended") == await found(ines, status="suspended")


async def test_an_item_is_the_listing_without_its_description(ines: Person, shelf: dict[str, str]) -> None:
    for item in assert_ok(await ines.get(LISTINGS))["items"]:
        shown = assert_ok(await ines.get(f"{LISTINGS}/{item['listingId']}"), "listing")
        assert item == {name: shown[name] for name in shown if name not in ONLY_IN_DETAIL}


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"status": "lost"}, "status"),
        ({"flagged": "yes"}, "flagged"),
        ({"flagged": ["true", "true"]}, "flagged"),
        ({"limit": 201}, "limit"),
        ({"cursor": "forged"}, "cursor"),
        ({"q": "x" * 201}, "q"),
        ({"sort": "name"}, "sort"),
    ],
)
async def test_what_is_not_a_filter_is_refused_by_name(ines: Person, params: Query, field: str) -> None:
    assert_error(await ines.get(LISTINGS, params=params), "VALIDATION_FAILED", fields=[field])


async def test_a_cursor_is_bound_to_its_filters(ines: Person, shelf: dict[str, str]) -> None:
    cursor = assert_ok(await ines.get(LISTINGS, params={"limit": 1}))["nextCursor"]
    other = await ines.get(LISTINGS, params={"cursor": cursor, "status": "draft"})
    assert_error(other, "VALIDATION_FAILED", fields=["cursor"])


async def test_only_admins_list_them(people: People) -> None:
    assert_error(await people.visitor().get(LISTINGS), "UNAUTHENTICATED")
    assert_error(await (await people.publisher()).get(LISTINGS), "UNAUTHORIZED")


async def test_a_page_is_one_statement(app: App, ines: Person, shelf: dict[str, str]) -> None:
    for filters in ({}, {"status": "draft"}, {"flagged": "true"}, {"q": "atlas"}):
        with app.counting() as cost:
            assert_ok(await ines.get(LISTINGS, params=filters))
        assert cost.statements == 1 + 1

"""Searching: filters, orders and pages (spec 6.3, 6.4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleetprompt import ids
from fleetprompt.enums import AssetKind
from tests.support import market
from tests.support.answers import assert_error
from tests.support.application import App
from tests.support.browsing import (
    SEARCH,
    names,
    page,
    reinstate_publisher,
    suspend_listing,
    suspend_publisher,
    walk,
)
from tests.support.callers import Caller
from tests.support.people import People, Person

WORDS = ("Nightjar", "nightly", "Égret", "egrets", "Heron")
TAGS = ("birds", "boats", "night-shift")
CATEGORIES = ("travel", "planning")


@pytest.fixture(scope="module")
async def ada(people: People) -> Person:
    return await people.publisher("Ada")


@pytest.fixture(scope="module")
async def shelf(app: App, people: People, ada: Person) -> list[dict[str, Any]]:
    """Published listings of two publishers, the newest first, as the public sees them."""
    bea = await people.publisher("Bea")
    for n in range(36):
        app.clock.advance(seconds=1)
        made = await market.on_sale(
            (ada, bea)[n % 5 == 0],
            list(AssetKind)[n % 3],
            name=f"{WORDS[n % 5]} {WORDS[n % 4]} {n % 7}",
            summary="An egret at night" if n % 2 else "",
            tags=[tag for bit, tag in enumerate(TAGS) if n & 1 << bit],
            categories=[CATEGORIES[n % 2]],
        )
        if n % 6 == 0:
            app.clock.advance(seconds=100)
            await ada.get("/v1/me")
            await made.listing.publisher.patch(f"/v1/publisher/listings/{made.listing.id}", {"summary": f"Heron {n}"})
    return await walk(people.visitor())


def _ids(items: list[dict[str, Any]]) -> list[str]:
    return [item["listingId"] for item in items]


async def test_i_pub_01_only_published_listings_of_publishers_who_are_not_suspended_are_found(
    app: App, api: Caller, people: People
) -> None:
    cleo, dan = await people.publisher("Cleo"), await people.publisher("Dan")
    older = (await market.on_sale(cleo, name="Pelican public", tags=["pelican"])).listing
    public = (await market.on_sale(cleo, name="Pelican public", tags=["pelican"])).listing
    draft = await market.listing(cleo, name="Pelican draft", tags=["pelican"])
    unlisted = (await market.on_sale(cleo, name="Pelican unlisted", tags=["pelican"])).listing
    await unlisted.set_status("unlisted")
    suspended = (await market.on_sale(cleo, name="Pelican suspended", tags=["pelican"])).listing
    suspend_listing(app, suspended.id)
    of_suspended = (await market.on_sale(dan, name="Pelican of Dan", tags=["pelican"])).listing
    suspend_publisher(app, dan)
    hidden = {draft.id, unlisted.id, suspended.id, of_suspended.id}
    searches: tuple[dict[str, Any], ...] = (
        *({"sort": sort} for sort in ("newest", "updated", "name")),
        *({"q": q, "sort": sort} for q in ("pelican", "pelicn", "dan") for sort in ("relevance", "newest", "name")),
        *({"q": name} for name in ("Pelican draft", "Pelican unlisted", "Pelican suspended", "Pelican of Dan")),
        {"tags": "pelican", "sort": "updated"},
        {"publisherId": dan.publisher_id},
        {"q": "pelican", "publisherId": dan.publisher_id},
        {"publisherId": cleo.publisher_id, "assetKind": "whs_agent", "sort": "name"},
    )
    for params in searches:
        found = await walk(api, **params)
        assert not hidden & set(_ids(found)), params
        assert {item["status"] for item in found} <= {"published"}
    for params in ({"tags": "pelican"}, {"q": "pelican"}, {"q": "pelican", "sort": "name"}):
        assert sorted(_ids(await walk(api, limit=1, **params))) == sorted([public.id, older.id])
    assert {public.id, older.id} <= set(_ids(await walk(api, limit=1)))
    reinstate_publisher(app, dan)
    assert _ids(await walk(api, tags="pelican")) == [of_suspended.id, public.id, older.id]


FILTERS: dict[str, tuple[dict[str, Any], Callable[[dict[str, Any]], bool]]] = {
    "one tag": ({"tags": "birds"}, lambda item: "birds" in item["tags"]),
    "two tags": ({"tags": ["birds", "boats"]}, lambda item: {"birds", "boats"} <= set(item["tags"])),
    "a tag twice": ({"tags": ["birds", "birds"]}, lambda item: "birds" in item["tags"]),
    "a category": ({"categories": "travel"}, lambda item: item["categories"] == ["travel"]),
    "two categories": ({"categories": ["travel", "planning"]}, lambda _: False),
    "a tag that is a word of another": ({"tags": "night"}, lambda _: False),
    "a category that is a tag": ({"categories": "birds"}, lambda _: False),
    "a kind": ({"assetKind": "spec_asset"}, lambda item: item["assetKind"] == "spec_asset"),
    "a text": ({"q": "heron"}, lambda item: "Heron" in item["name"] or "Heron" in item["summary"]),
    "everything": (
        {"q": "egret", "tags": "boats", "categories": "planning", "assetKind": "whs_agent"},
        lambda item: (
            ("gret" in item["name"] or "egret" in item["summary"])
            and "boats" in item["tags"]
            and item["categories"] == ["planning"]
            and item["assetKind"] == "whs_agent"
        ),
    ),
}


@pytest.mark.parametrize("name", FILTERS)
@pytest.mark.parametrize("sort", ["newest", "updated", "name"])
async def test_a_search_finds_what_matches_every_filter_in_each_order(
    name: str, sort: str, api: Caller, shelf: list[dict[str, Any]]
) -> None:
    params, matches = FILTERS[name]
    expected = [item for item in shelf if matches(item)]
    if sort == "updated":
        expected.sort(key=lambda item: (item["updatedAtMs"], item["listingId"]), reverse=True)
    elif sort == "name":
        expected.sort(key=lambda item: (item["name"].replace("É", "e").lower(), item["listingId"]))
    assert _ids(await walk(api, sort=sort, **params)) == _ids(expected)


async def test_a_publisher_is_a_filter_too(api: Caller, ada: Person, shelf: list[dict[str, Any]]) -> None:
    expected = [item for item in shelf if item["publisher"]["publisherId"] == ada.publisher_id]
    assert 0 < len(expected) < len(shelf)
    for sort in ("newest", "updated", "name"):
        found = await walk(api, publisherId=ada.publisher_id, sort=sort)
        assert sorted(_ids(found)) == sorted(_ids(expected))
    assert _ids(await walk(api, publisherId=ada.publisher_id)) == _ids(expected)


@pytest.mark.parametrize("publisher_id", ["pub_", "lst_01h455vb4pex5vsknk084sn02q", "nonsense", "", "pub_" + "z" * 26])
async def test_a_malformed_publisher_id_matches_nothing(
    publisher_id: str, api: Caller, shelf: list[dict[str, Any]]
) -> None:
    assert shelf
    assert await page(api, publisherId=publisher_id) == {"items": [], "nextCursor": None}
    assert await page(api, publisherId=publisher_id, q="heron") == {"items": [], "nextCursor": None}


async def test_an_unknown_publisher_id_matches_nothing(api: Caller) -> None:
    unknown = ids.encode("pub", ids.new_uuid())
    assert await page(api, publisherId=unknown) == {"items": [], "nextCursor": None}


async def test_the_newest_come_first_unless_a_text_is_given(api: Caller, shelf: list[dict[str, Any]]) -> None:
    assert _ids(shelf) == sorted(_ids(shelf), reverse=True)
    assert await names(api) == await names(api, sort="newest")
    assert await names(api, q="heron") == await names(api, q="heron", sort="relevance")
    assert await names(api, q="heron") != await names(api, q="heron", sort="newest")


@pytest.mark.parametrize(
    ("params", "fields"),
    [
        ({"sort": "popular"}, ["sort"]),
        ({"assetKind": "agent"}, ["assetKind"]),
        ({"tags": ["fine", "Not Fine"]}, ["tags[1]"]),
        ({"tags": [f"tag-{n}" for n in range(21)]}, ["tags"]),
        ({"categories": ""}, ["categories[0]"]),
        ({"q": "a\x00b"}, ["q"]),
        ({"limit": 0}, ["limit"]),
        ({"offset": 3}, ["offset"]),
        ({"q": ["a", "b"]}, ["q"]),
        ({"q": "x" * 201, "sort": "popular", "limit": "many", "cursor": ""}, ["q", "sort", "limit", "cursor"]),
    ],
)
async def test_what_a_search_does_not_take_is_refused_by_name(
    params: dict[str, Any], fields: list[str], api: Caller
) -> None:
    assert_error(await api.get(SEARCH, params=params), "VALIDATION_FAILED", fields=fields)


@pytest.mark.parametrize("limit", [0, -1, 201, 1.5, "", "ten", 10**30])
async def test_i_pub_05_a_limit_outside_1_to_200_is_refused_by_name(limit: Any, api: Caller) -> None:
    assert_error(await api.get(SEARCH, params={"limit": limit}), "VALIDATION_FAILED", fields=["limit"])


async def test_i_pub_05_next_cursor_leads_to_the_rest_and_is_null_at_the_end(
    api: Caller, shelf: list[dict[str, Any]]
) -> None:
    assert (await page(api, limit=len(shelf)))["nextCursor"] is None
    assert (await page(api, limit=200))["nextCursor"] is None
    first = await page(api, limit=len(shelf) - 1)
    last = await page(api, limit=len(shelf) - 1, cursor=first["nextCursor"])
    assert first["items"] + last["items"] == shelf
    assert last["nextCursor"] is None


async def test_fifty_are_shown_where_no_limit_is_given(api: Caller, app: App, shelf: list[dict[str, Any]]) -> None:
    assert len((await page(api))["items"]) == min(50, len(await walk(api)))


SEARCHES = st.fixed_dictionaries(
    {},
    optional={
        "q": st.sampled_from(["night", "egret", "heron 3", "hreon", "ada", "bea night"]),
        "tags": st.lists(st.sampled_from(TAGS), min_size=1, unique=True),
        "categories": st.sampled_from(CATEGORIES),
        "assetKind": st.sampled_from(list(AssetKind)),
        "sort": st.sampled_from(["newest", "updated", "name"]),
    },
)


@settings(max_examples=60)
@given(params=SEARCHES, limit=st.integers(1, 40))
async def test_r_pag_01_pages_are_the_same_whichever_limit_is_used(
    params: dict[str, Any], limit: int, api: Caller, shelf: list[dict[str, Any]]
) -> None:
    assert shelf
    whole = await page(api, limit=200, **params)
    assert whole["nextCursor"] is None
    assert await walk(api, limit=limit, **params) == whole["items"]


async def test_r_pag_02_nothing_is_missed_or_doubled_by_creation_order_while_others_come_and_change(
    app: App, api: Caller, people: People, ada: Person
) -> None:
    tags = ["estuary"]
    there = [(await market.on_sale(ada, name=f"Estuary {n}", tags=tags)).listing for n in range(12)]
    wanted = [listing.id for listing in reversed(there)]
    for params in ({"tags": "estuary"}, {"q": "estuary", "sort": "newest"}, {"publisherId": ada.publisher_id}):
        seen: list[str] = []
        cursor: dict[str, str] = {}
        while True:
            fetched = await page(api, limit=3, **params, **cursor)
            seen += _ids(fetched["items"])
            if fetched["nextCursor"] is None:
                break
            cursor = {"cursor": fetched["nextCursor"]}
            await market.on_sale(ada, name="Estuary new", tags=tags)
            app.clock.advance(seconds=1)
            for changed in (there[0], there[-1]):
                await ada.patch(f"/v1/publisher/listings/{changed.id}", {"summary": f"Changed {len(seen)} {params}"})
        assert len(set(seen)) == len(seen)
        assert [each for each in seen if each in wanted] == wanted


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"sort": "updated"},
        {"q": "heron"},
        {"tags": "birds"},
        {"categories": "travel"},
        {"assetKind": "spec_asset"},
        {"publisherId": "pub_nobody"},
    ],
)
async def test_a_cursor_is_bound_to_filters_and_sort_but_not_to_limit(
    elsewhere: dict[str, Any], api: Caller, shelf: list[dict[str, Any]]
) -> None:
    assert shelf
    cursor = (await page(api, limit=2))["nextCursor"]
    assert (await page(api, limit=3, cursor=cursor))["items"]
    answer = await api.get(SEARCH, params={**elsewhere, "limit": 2, "cursor": cursor})
    assert_error(answer, "VALIDATION_FAILED", fields=["cursor"])


@pytest.mark.parametrize(
    ("asked", "again"),
    [
        ({}, {"sort": "newest"}),
        ({"q": " "}, {}),
        ({"q": "night"}, {"q": "night", "sort": "relevance"}),
        ({"tags": ["birds", "boats"]}, {"tags": ["boats", "birds"]}),
    ],
)
async def test_a_cursor_continues_the_same_search_however_it_is_written(
    asked: dict[str, Any], again: dict[str, Any], shelf: list[dict[str, Any]], api: Caller
) -> None:
    cursor = (await page(api, limit=1, **asked))["nextCursor"]
    following = await page(api, limit=1, cursor=cursor, **asked)
    assert following["items"]
    assert await page(api, limit=1, cursor=cursor, **again) == following


@pytest.mark.parametrize("forged", ["x", "e30.AAAA", "a" * 2048, "é"])
async def test_a_forged_cursor_is_refused(forged: str, api: Caller) -> None:
    assert_error(await api.get(SEARCH, params={"cursor": forged}), "VALIDATION_FAILED", fields=["cursor"])


@pytest.mark.parametrize("sort", ["relevance", "newest", "updated", "name"])
async def test_a_search_page_is_one_statement_in_one_round_trip(sort: str, app: App, api: Caller) -> None:
    for params in ({"q": "heron", "tags": "birds", "sort": sort}, {"sort": sort}):
        if params == {"sort": "relevance"}:
            continue
        with app.counting() as cost:
            await page(api, **params)
        assert (cost.statements, cost.round_trips) == (1, 1)


async def test_a_page_has_a_weak_etag_and_is_not_sent_again_to_who_has_it(api: Caller) -> None:
    first = await api.get(SEARCH, params={"tags": "birds"})
    assert first.headers["cache-control"] == "public, max-age=0, must-revalidate"
    assert first.headers["etag"].startswith('W/"')
    again = await api.get(SEARCH, params={"tags": "birds"}, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]

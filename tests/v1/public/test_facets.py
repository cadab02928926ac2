"""How many published listings there are of what (spec 6.4 facets)."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fleetprompt.catalog.fold_facets import fold_facets
from fleetprompt.enums import AssetKind
from tests.conftest import Start
from tests.support import market
from tests.support.answers import assert_ok
from tests.support.application import App
from tests.support.browsing import reinstate_publisher, suspend_listing, suspend_publisher, walk
from tests.support.callers import Caller
from tests.support.databases import Database
from tests.support.jobs import batch
from tests.support.people import People

Counts = dict[str, list[tuple[str, int]]]


async def _facets(caller: Caller) -> Counts:
    body = assert_ok(await caller.get("/v1/public/facets"))
    assert body.keys() == {"kinds", "categories", "tags"}
    for counts in body.values():
        assert all(each.keys() == {"value", "count"} for each in counts)
    return {facet: [(each["value"], each["count"]) for each in counts] for facet, counts in body.items()}


def _ranked(counter: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counter.items(), key=lambda item: (-item[1], item[0]))


async def _counted(caller: Caller) -> Counts:
    """The same, counted in all that a search without filters finds."""
    listings = await walk(caller, limit=200)
    return {
        "kinds": _ranked(Counter(each["assetKind"] for each in listings)),
        "categories": _ranked(Counter(value for each in listings for value in each["categories"])),
        "tags": _ranked(Counter(value for each in listings for value in each["tags"])),
    }


async def test_counts_follow_every_change_at_once_folded_or_not(app: App, api: Caller, people: People) -> None:
    ada, bea = await people.publisher("Ada"), await people.publisher("Bea")

    async def agree() -> Counts:
        facets = await _facets(api)
        assert facets == await _counted(api)
        await batch(app.services, fold_facets)
        assert await _facets(api) == facets
        return facets

    assert await agree() == {"kinds": [], "categories": [], "tags": []}
    first = await market.on_sale(ada, tags=["maps", "routes"], categories=["travel"])
    await market.on_sale(bea, AssetKind.SPEC_ASSET, tags=["maps"], categories=["travel", "work"])
    assert await agree() == {
        "kinds": [("spec_asset", 1), ("whs_agent", 1)],
        "categories": [("travel", 2), ("work", 1)],
        "tags": [("maps", 2), ("routes", 1)],
    }
    await market.listing(ada, tags=["drafts-do-not-count"])
    await agree()
    await ada.patch(f"/v1/publisher/listings/{first.listing.id}", {"tags": ["routes", "trains"]})
    assert (await agree())["tags"] == [("maps", 1), ("routes", 1), ("trains", 1)]
    await first.listing.set_status("unlisted")
    assert (await agree())["tags"] == [("maps", 1)]
    await first.listing.set_status("published")
    suspend_publisher(app, bea)
    assert (await agree())["kinds"] == [("whs_agent", 1)]
    reinstate_publisher(app, bea)
    await agree()
    await first.revoke()
    assert (await agree())["tags"] == [("maps", 1)]


async def test_facets_are_one_statement_in_one_round_trip_and_revalidated(app: App, api: Caller) -> None:
    with app.counting() as cost:
        first = await api.get("/v1/public/facets")
    assert (cost.statements, cost.round_trips) == (1, 1)
    assert first.headers["cache-control"] == "public, max-age=0, must-revalidate"
    again = await api.get("/v1/public/facets", headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304


async def test_the_50_most_frequent_tags_are_shown(start: Start, empty_database: Database) -> None:
    app = await start(on=empty_database)
    for n in range(60):
        count = 100 - n
        empty_database.change("insert into facet_counts values ('tag', %s, %s)", f"tag-{n:02}", count)
    changes = {"tag-00": -100, "tag-49": -10, "tag-55": 40, "brand-new": 70}
    for n, (value, change) in enumerate(changes.items()):
        empty_database.change(
            "insert into facet_deltas values (gen_random_uuid(), 'tag', %s, %s), (gen_random_uuid(), 'tag', %s, %s)",
            *(value, change - n, value, n),
        )
    counts = Counter({f"tag-{n:02}": 100 - n for n in range(60)})
    counts.update(changes)
    expected = [each for each in _ranked(counts) if each[1] > 0][:50]
    visitor = app.people.visitor()
    assert (await _facets(visitor))["tags"] == expected
    assert await batch(app.services, fold_facets) == 8
    assert (await _facets(visitor))["tags"] == expected
    assert empty_database.value("select count(*) from facet_counts where value = 'tag-00'") == 0


CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["add", "edit", "status", "suspend listing", "suspend", "reinstate", "fold"]),
        st.integers(0, 1),
        st.integers(0, 5),
        st.lists(st.sampled_from(["a", "b", "c"]), unique=True, max_size=3),
    ),
    max_size=12,
)


@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(changes=CHANGES)
async def test_counts_are_exact_after_any_history(changes: list[Any], app: App, api: Caller, people: People) -> None:
    publishers = [await people.publisher("Ada"), await people.publisher("Bea")]
    made: list[list[market.Release]] = [[], []]
    for change, who, which, tags in changes:
        publisher, own = publishers[who], made[who]
        if change == "add":
            own.append(await market.on_sale(publisher, tags=tags))
        elif change == "suspend":
            suspend_publisher(app, publisher)
        elif change == "reinstate":
            reinstate_publisher(app, publisher)
        elif change == "fold":
            await batch(app.services, fold_facets, limit=1 + which)
        elif which < len(own):
            listing = own[which].listing
            if change == "edit":
                await publisher.patch(f"/v1/publisher/listings/{listing.id}", {"tags": tags})
            elif change == "status":
                status = "unlisted" if listing.body["status"] == "published" else "published"
                await listing.set_status(status)
        assert await _facets(api) == await _counted(api)


@pytest.mark.parametrize("status", ["draft", "unlisted", "suspended"])
async def test_what_a_suspended_publisher_has_hidden_already_is_taken_away_once(
    status: str, app: App, api: Caller, people: People
) -> None:
    ada = await people.publisher("Ada")
    shown = await _facets(api)
    offer = await market.on_sale(ada, tags=[f"of-{status}"])
    if status == "suspended":
        suspend_listing(app, offer.listing.id)
        app.database.change(
            "insert into facet_deltas values (gen_random_uuid(), 'tag', %s, -1),"
            " (gen_random_uuid(), 'assetKind', 'whs_agent', -1)",
            f"of-{status}",
        )
    else:
        await offer.listing.set_status(status)
    assert await _facets(api) == shown
    suspend_publisher(app, ada)
    assert await _facets(api) == shown

"""GET /v1/admin/listings/{listingId} with its releases and revisions, and GET /v1/admin/releases/{releaseId}."""

from __future__ import annotations

from typing import Any

import pytest

from fleetprompt import ids
from tests.support import market
from tests.support.answers import assert_error, assert_ok, assert_same_refusal
from tests.support.application import App
from tests.support.callers import Query
from tests.support.clock import FakeClock
from tests.support.market import Listing
from tests.support.people import People, Person

LISTINGS = "/v1/admin/listings"
DESCRIPTION = {"format": "markdown", "markdown": "It maps **everything**."}


async def edited(listing: Listing, times: int) -> None:
    """Edit a listing this many times."""
    for number in range(times):
        answer = await listing.publisher.patch(f"/v1/publisher/listings/{listing.id}", {"summary": f"Edit {number}"})
        assert_ok(answer, "listing")


async def all_items(ines: Person, path: str, limit: int) -> list[dict[str, Any]]:
    """Every item of a list, over its pages."""
    found: list[dict[str, Any]] = []
    params: Query = {"limit": limit}
    while True:
        page = assert_ok(await ines.get(path, params=params))
        found += page["items"]
        if page["nextCursor"] is None:
            return found
        params = {"limit": limit, "cursor": page["nextCursor"]}


async def test_an_admin_sees_all_there_is_to_a_listing(ada: Person, ines: Person, clock: FakeClock) -> None:
    listing = await market.listing(
        ada,
        name="Atlas",
        summary="Maps.",
        description=DESCRIPTION,
        tags=["maps"],
        categories=["travel"],
        images=[{"url": "https://example.org/a.png", "alt": "A map"}],
        links={"docsUrl": "https://example.org/docs"},
    )
    release = await market.release(listing, notes=DESCRIPTION)
    clock.advance(seconds=9)
    own = f"/v1/publisher/listings/{listing.id}"
    patched = {"summary": "Better maps.", "description": None, "links": None}
    now = assert_ok(await ada.patch(own, patched), "listing")
    answer = await ines.get(f"{LISTINGS}/{listing.id}")
    shown = assert_ok(answer, "listing")
    assert answer.headers["etag"] == shown["etag"] == now["etag"]
    assert answer.headers["cache-control"] == "private, no-cache"
    publisher = {
        "publisherId": ada.publisher_id,
        "handle": shown["publisher"]["handle"],
        "displayName": "Ada",
        "verified": {"status": "unverified"},
    }
    item = {name: release.body[name] for name in release.body if name != "notes"}
    revision = {
        "revision": 1,
        "replacedAtMs": clock.now_ms(),
        "name": "Atlas",
        "summary": "Maps.",
        "tags": ["maps"],
        "categories": ["travel"],
        "images": [{"url": "https://example.org/a.png", "alt": "A map"}],
        "links": {"docsUrl": "https://example.org/docs"},
    }
    assert shown == {
        **now,
        "publisher": publisher,
        "flagged": False,
        "revision": 2,
        "openIntents": 0,
        "openReports": 0,
        "releases": {"items": [item], "nextCursor": None},
        "revisions": {"items": [revision], "nextCursor": None},
    }
    whole = assert_ok(await ines.get(f"{LISTINGS}/{listing.id}/revisions/1"), "revision")
    assert whole == {**revision, "description": DESCRIPTION}
    standing = {"listing": {"name": "Atlas", "status": "draft", "publishedReleases": 1}, "openIntents": 0}
    assert assert_ok(await ines.get(f"/v1/admin/releases/{release.id}"), "release") == {**release.body, **standing}


async def test_whatever_its_status_and_its_publishers(ada: Person, ines: Person, people: People) -> None:
    carl = await people.publisher("Carl")
    draft, offer = await market.listing(carl), await market.on_sale(carl)
    assert_ok(await ines.post(f"{LISTINGS}/{offer.listing.id}/suspend", {"reason": "A copy."}))
    assert_ok(await ines.post(f"/v1/admin/users/{carl.user_id}/suspend", {"reason": "Spam."}))
    for listing_id, status in ((draft.id, "draft"), (offer.listing.id, "suspended")):
        shown = assert_ok(await ines.get(f"{LISTINGS}/{listing_id}"), "listing")
        assert shown["status"] == status
        assert shown["publisher"]["suspendedAtMs"] > 0


async def test_the_embedded_pages_go_on_in_their_own_lists(ada: Person, ines: Person) -> None:
    listing = await market.listing(ada, description=DESCRIPTION)
    releases = [(await market.release(listing, f"1.{minor}.0")).id for minor in range(22)]
    await edited(listing, 23)
    shown = assert_ok(await ines.get(f"{LISTINGS}/{listing.id}"), "listing")
    for name, key, expected in (
        ("releases", "releaseId", list(reversed(releases))),
        ("revisions", "revision", list(range(23, 0, -1))),
    ):
        path, page = f"{LISTINGS}/{listing.id}/{name}", shown[name]
        assert [item[key] for item in page["items"]] == expected[:20]
        rest = assert_ok(await ines.get(path, params={"cursor": page["nextCursor"]}))
        assert [item[key] for item in rest["items"]] == expected[20:]
        assert rest["nextCursor"] is None
        assert [item[key] for item in await all_items(ines, path, 4)] == expected
        assert all("description" not in item and "notes" not in item for item in page["items"])
        other = f"{LISTINGS}/{(await market.listing(ada)).id}/{name}"
        foreign = await ines.get(other, params={"cursor": page["nextCursor"]})
        assert_error(foreign, "VALIDATION_FAILED", fields=["cursor"])


async def test_a_listing_without_history_has_empty_pages(ada: Person, ines: Person) -> None:
    listing = await market.listing(ada)
    for name in ("releases", "revisions"):
        assert assert_ok(await ines.get(f"{LISTINGS}/{listing.id}/{name}")) == {"items": [], "nextCursor": None}


async def test_what_is_not_there_is_not_found(ada: Person, ines: Person) -> None:
    listing = await market.listing(ada)
    absent = ids.encode("lst", ids.new_uuid())
    answers = [
        await ines.get(path)
        for path in (
            f"{LISTINGS}/{absent}",
            f"{LISTINGS}/rel_nothing",
            f"{LISTINGS}/{absent}/releases",
            f"{LISTINGS}/{absent}/revisions",
            f"{LISTINGS}/{absent}/revisions/1",
            f"{LISTINGS}/{listing.id}/revisions/1",
            f"{LISTINGS}/{listing.id}/revisions/2147483647",
            f"/v1/admin/releases/{ids.encode('rel', ids.new_uuid())}",
            "/v1/admin/releases/lst_nothing",
        )
    ]
    for answer in answers:
        assert_error(answer, "NOT_FOUND")
        assert_same_refusal(answer, answers[0])


@pytest.mark.parametrize("revision", ["0", "-1", "2147483648", "one", "01"])
async def test_a_revision_is_a_whole_number(ada: Person, ines: Person, revision: str) -> None:
    listing = await market.listing(ada)
    answer = await ines.get(f"{LISTINGS}/{listing.id}/revisions/{revision}")
    assert_error(answer, "VALIDATION_FAILED", fields=["revision"])


async def test_only_admins_see_them(ada: Person, people: People) -> None:
    release = await market.on_sale(ada)
    of_listing = f"{LISTINGS}/{release.listing.id}"
    for path in (
        of_listing,
        f"{of_listing}/releases",
        f"{of_listing}/revisions",
        f"{of_listing}/revisions/1",
        f"/v1/admin/releases/{release.id}",
    ):
        assert_error(await people.visitor().get(path), "UNAUTHENTICATED")
        assert_error(await ada.get(path), "UNAUTHORIZED")


async def test_a_listing_with_its_history_costs_three_statements(app: App, ada: Person, ines: Person) -> None:
    release = await market.on_sale(ada)
    for path, statements in (
        (f"{LISTINGS}/{release.listing.id}", 3),
        (f"{LISTINGS}/{release.listing.id}/releases", 1),
        (f"{LISTINGS}/{release.listing.id}/revisions", 1),
        (f"/v1/admin/releases/{release.id}", 1),
    ):
        with app.counting() as cost:
            assert_ok(await ines.get(path))
        assert cost.statements == 1 + statements

"""GET /v1/publisher/listings/{listingId}/releases."""

from __future__ import annotations

import pytest

from tests.support import market
from tests.support.answers import assert_error, assert_ok
from tests.support.application import App
from tests.support.market import Listing
from tests.support.people import People

VERSIONS = ["1.0.0", "2.0.0-rc.1", "0.9.0+build.3", "1.1.0"]


@pytest.fixture(scope="module")
async def listing(people: People) -> Listing:
    """A draft with four releases, of which 1.0.0 is revoked."""
    listing = await market.listing(await people.publisher("Ada"))
    for version in VERSIONS:
        release = await market.release(listing, version, notes={"format": "markdown", "markdown": "*Long*."})
        if version == "1.0.0":
            await release.revoke("It leaks.")
    return listing


@pytest.fixture
def path(listing: Listing) -> str:
    """Where its releases are listed."""
    return f"/v1/publisher/listings/{listing.id}/releases"


async def test_she_sees_all_releases_the_newest_first(listing: Listing, path: str) -> None:
    page = assert_ok(await listing.publisher.get(path))
    assert page["nextCursor"] is None
    assert [item["version"] for item in page["items"]] == VERSIONS[::-1]


async def test_i_rel_02_a_revoked_release_is_listed_with_its_reason(listing: Listing, path: str) -> None:
    *_, oldest = assert_ok(await listing.publisher.get(path))["items"]
    assert (oldest["version"], oldest["status"], oldest["revokeReason"]) == ("1.0.0", "revoked", "It leaks.")


async def test_an_item_is_the_release_without_its_notes(listing: Listing, path: str) -> None:
    for item in assert_ok(await listing.publisher.get(path))["items"]:
        whole = assert_ok(await listing.publisher.get(f"/v1/publisher/releases/{item['releaseId']}"), "release")
        assert whole.pop("notes")["markdown"] == "*Long*."
        assert item == whole


@pytest.mark.parametrize(
    ("version", "found"),
    [
        ("1.0.0", ["1.0.0"]),
        ("1.0.0+other.build", ["1.0.0"]),
        ("0.9.0", ["0.9.0+build.3"]),
        ("2.0.0-rc.1", ["2.0.0-rc.1"]),
        ("2.0.0", []),
    ],
)
async def test_a_version_finds_the_release_that_holds_it(
    listing: Listing, path: str, version: str, found: list[str]
) -> None:
    page = assert_ok(await listing.publisher.get(path, params={"version": version}))
    assert [item["version"] for item in page["items"]] == found
    assert page["nextCursor"] is None


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 200])
async def test_i_pub_05_pages_hold_every_release_once(listing: Listing, path: str, limit: int) -> None:
    params: dict[str, str | int] = {"limit": limit}
    seen = []
    while params.get("cursor", "") is not None:
        page = assert_ok(await listing.publisher.get(path, params=params))
        seen += [item["version"] for item in page["items"]]
        params["cursor"] = page["nextCursor"]
    assert seen == VERSIONS[::-1]


async def test_a_cursor_works_on_its_own_listing_only(listing: Listing, path: str) -> None:
    other = await market.listing(listing.publisher)
    cursor = assert_ok(await listing.publisher.get(path, params={"limit": 1}))["nextCursor"]
    elsewhere = f"/v1/publisher/listings/{other.id}/releases"
    answer = await listing.publisher.get(elsewhere, params={"cursor": cursor})
    assert_error(answer, "VALIDATION_FAILED", fields=["cursor"])


async def test_a_listing_without_releases_has_an_empty_page(listing: Listing) -> None:
    other = await market.listing(listing.publisher)
    page = assert_ok(await listing.publisher.get(f"/v1/publisher/listings/{other.id}/releases"))
    assert page == {"items": [], "nextCursor": None}


@pytest.mark.parametrize(
    ("params", "fields"),
    [
        ({"limit": 0}, ["limit"]),
        ({"version": "1.0"}, ["version"]),
        ({"version": ["1.0.0", "1.1.0"]}, ["version"]),
        ({"cursor": "forged", "status": "revoked"}, ["status"]),
    ],
)
async def test_what_does_not_fit_is_refused_by_name(
    listing: Listing, path: str, params: dict[str, int | str | list[str]], fields: list[str]
) -> None:
    assert_error(await listing.publisher.get(path, params=params), "VALIDATION_FAILED", fields=fields)


async def test_a_page_is_one_statement_also_where_it_is_empty(app: App, listing: Listing, path: str) -> None:
    bare = await market.listing(listing.publisher)
    for address in (path, f"/v1/publisher/listings/{bare.id}/releases"):
        with app.counting() as cost:
            assert_ok(await listing.publisher.get(address, params={"limit": 2}))
        assert (cost.statements, cost.round_trips) == (1 + 1, 1 + 1)

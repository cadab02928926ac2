"""One published listing (spec 6.5 ListingDetail)."""

from __future__ import annotations

from typing import Any

import pytest

from fleetprompt import ids
from tests.support import market
from tests.support.answers import assert_error, assert_ok, assert_same_refusal
from tests.support.application import App
from tests.support.browsing import page, reinstate_publisher, suspend_listing, suspend_publisher, walk
from tests.support.callers import Caller
from tests.support.people import People, Person


@pytest.fixture(scope="module")
async def ada(people: People) -> Person:
    return await people.publisher("Ada")


def _path(listing_id: str) -> str:
    return f"/v1/public/listings/{listing_id}"


async def _detail(caller: Caller, listing_id: str) -> dict[str, Any]:
    detail: dict[str, Any] = assert_ok(await caller.get(_path(listing_id)), "listingDetail")
    return detail


async def test_a_listing_is_shown_as_it_was_written(api: Caller, ada: Person) -> None:
    written: dict[str, Any] = {
        "summary": "Plans routes.",
        "tags": ["routes", "maps"],
        "categories": ["travel"],
        "images": [{"url": "https://example.org/a.png", "alt": "A map"}],
        "links": {"docsUrl": "https://example.org/docs"},
    }
    source = {"format": "markdown", "markdown": "It plans *routes*."}
    offer = await market.on_sale(ada, name="Atlas", description=source, **written)
    detail = await _detail(api, offer.listing.id)
    for field, value in {"name": "Atlas", "status": "published", "assetKind": "whs_agent", **written}.items():
        assert detail["listing"][field] == value
    assert detail["description"] == {**source, "html": "<p>It plans <em>routes</em>.</p>\n"}
    assert detail["listing"]["publisher"]["displayName"] == "Ada"
    assert detail["listing"]["stats"] == {"installIntents30d": 0, "redemptions30d": 0}
    assert detail["latestRelease"] == {
        "releaseId": offer.id, "version": "1.0.0", "publishedAtMs": offer.body["publishedAtMs"],
    }  # fmt: skip
    assert detail["releases"] == {
        "items": [{**detail["latestRelease"], "status": "published"}],
        "nextCursor": None,
    }
    assert {**detail["listing"], "latestRelease": detail["latestRelease"]} in await walk(api)


async def test_a_description_that_was_never_written_is_empty(api: Caller, ada: Person) -> None:
    offer = await market.on_sale(ada)
    assert (await _detail(api, offer.listing.id))["description"] == {"format": "markdown", "markdown": "", "html": ""}


async def test_the_latest_release_is_the_highest_stable_one(api: Caller, ada: Person) -> None:
    offer = await market.on_sale(ada)
    newer = await market.release(offer.listing, "1.10.0")
    for version in ("1.9.0", "2.0.0-rc.1"):
        await market.release(offer.listing, version)
    assert (await _detail(api, offer.listing.id))["latestRelease"]["releaseId"] == newer.id
    await newer.revoke()
    assert (await _detail(api, offer.listing.id))["latestRelease"]["version"] == "1.9.0"


async def test_it_embeds_20_releases_and_their_cursor_continues_the_list_of_releases(api: Caller, ada: Person) -> None:
    offer = await market.on_sale(ada)
    versions = ["1.0.0", *(f"1.0.{n}" for n in range(1, 20))]
    for version in versions[1:]:
        await market.release(offer.listing, version)
    assert (await _detail(api, offer.listing.id))["releases"]["nextCursor"] is None
    later = await market.release(offer.listing, "1.0.20")
    await market.release(offer.listing, "1.0.21")
    await later.revoke()
    embedded = (await _detail(api, offer.listing.id))["releases"]
    assert [item["version"] for item in embedded["items"]] == ["1.0.21", *reversed(versions[1:])]
    for include_revoked in ({}, {"includeRevoked": "false"}):
        rest = await page(
            api, f"{_path(offer.listing.id)}/releases", cursor=embedded["nextCursor"], limit=5, **include_revoked
        )
        assert [item["version"] for item in rest["items"]] == ["1.0.0"]
        assert rest["nextCursor"] is None


async def test_the_embedded_cursor_is_good_for_this_listings_published_releases_only(api: Caller, ada: Person) -> None:
    offer, other = await market.on_sale(ada), await market.on_sale(ada)
    for n in range(1, 21):
        await market.release(offer.listing, f"1.0.{n}")
    cursor = (await _detail(api, offer.listing.id))["releases"]["nextCursor"]
    for path, params in (
        (f"{_path(other.listing.id)}/releases", {}),
        (f"{_path(offer.listing.id)}/releases", {"includeRevoked": "true"}),
        ("/v1/public/listings/search", {}),
    ):
        answer = await api.get(path, params={**params, "cursor": cursor})
        assert_error(answer, "VALIDATION_FAILED", fields=["cursor"])


async def test_i_pub_02_what_is_not_public_is_not_found_like_what_never_existed(
    app: App, api: Caller, people: People, ada: Person
) -> None:
    dan = await people.publisher("Dan")
    draft = await market.listing(ada)
    unlisted = (await market.on_sale(ada)).listing
    assert_ok(await api.get(_path(unlisted.id)))
    await unlisted.set_status("unlisted")
    suspended = (await market.on_sale(ada)).listing
    suspend_listing(app, suspended.id)
    of_suspended = (await market.on_sale(dan)).listing
    suspend_publisher(app, dan)
    never = await api.get(_path(ids.encode("lst", ids.new_uuid())))
    assert_error(never, "NOT_FOUND")
    for hidden in (draft, unlisted, suspended, of_suspended):
        assert_same_refusal(await api.get(_path(hidden.id)), never)
        assert_same_refusal(await ada.get(_path(hidden.id)), never)
    for malformed in ("lst_", "x", ada.publisher_id, draft.id.upper(), f"{draft.id}0"):
        assert_same_refusal(await api.get(_path(str(malformed))), never)
    reinstate_publisher(app, dan)
    assert_ok(await api.get(_path(of_suspended.id)))


async def test_statistics_of_30_days_are_shown(app: App, api: Caller, ada: Person) -> None:
    offer = await market.on_sale(ada, name="Counted listing")
    app.database.change("insert into stat_totals values (%s, 7, 3, 20000)", ids.decode("lst", offer.listing.id))
    stats = {"installIntents30d": 7, "redemptions30d": 3}
    assert (await _detail(api, offer.listing.id))["listing"]["stats"] == stats
    assert [item["stats"] for item in await walk(api, q="counted listing")] == [stats]


async def test_a_detail_is_one_statement_in_one_round_trip(app: App, api: Caller, ada: Person) -> None:
    offer = await market.on_sale(ada)
    with app.counting() as cost:
        await _detail(api, offer.listing.id)
    assert (cost.statements, cost.round_trips) == (1, 1)


async def test_the_etag_changes_with_what_is_shown(api: Caller, ada: Person) -> None:
    offer = await market.on_sale(ada)
    path = _path(offer.listing.id)
    first = await api.get(path)
    assert first.headers["cache-control"] == "public, max-age=0, must-revalidate"
    etag = first.headers["etag"]
    assert (await api.get(path, headers={"if-none-match": f'"other", {etag}'})).status_code == 304
    await market.release(offer.listing, "1.1.0")
    changed = await api.get(path, headers={"if-none-match": etag})
    assert changed.status_code == 200
    assert changed.headers["etag"] != etag

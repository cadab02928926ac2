"""The releases of a published listing (spec 3 Revoked releases, 6.4)."""

from __future__ import annotations

import pytest

from fleetprompt import ids
from tests.support import market
from tests.support.answers import assert_error, assert_same_refusal
from tests.support.application import App
from tests.support.browsing import page, suspend_publisher, walk
from tests.support.callers import Caller
from tests.support.people import People, Person


@pytest.fixture(scope="module")
async def ada(people: People) -> Person:
    return await people.publisher("Ada")


def _path(listing_id: str) -> str:
    return f"/v1/public/listings/{listing_id}/releases"


async def _versions(caller: Caller, listing_id: str, **params: str | int) -> list[str]:
    return [item["version"] for item in await walk(caller, _path(listing_id), **params)]


async def test_i_pub_04_revoked_releases_are_hidden_by_default_and_labelled_where_asked_for(
    api: Caller, ada: Person
) -> None:
    offer = await market.on_sale(ada)
    revoked = await market.release(offer.listing, "1.1.0")
    await market.release(offer.listing, "1.2.0")
    await revoked.revoke("It leaks secrets of ours.")
    path = _path(offer.listing.id)
    assert await _versions(api, offer.listing.id) == ["1.2.0", "1.0.0"]
    assert await _versions(api, offer.listing.id, includeRevoked="false") == ["1.2.0", "1.0.0"]
    everything = await walk(api, path, includeRevoked="true")
    assert [(item["version"], item["status"]) for item in everything] == [
        ("1.2.0", "published"),
        ("1.1.0", "revoked"),
        ("1.0.0", "published"),
    ]
    assert everything[1]["revokedAtMs"] == revoked.body["revokedAtMs"]
    assert ["revokedAtMs" in item for item in everything] == [False, True, False]
    assert "leaks" not in (await api.get(path, params={"includeRevoked": "true"})).text


async def test_items_carry_everything_but_notes(api: Caller, ada: Person) -> None:
    listing = await market.listing(ada)
    written = {
        "compat": {"minWHSVersion": "2.1"},
        "assetDigest": "sha256:" + "a" * 64,
        "artifacts": [
            {"kind": "manifest", "sha256": "b" * 64, "sizeBytes": 2**40, "download": {"mode": "none", "hint": "x"}}
        ],
    }
    made = await market.release(listing, "1.0.0", **written, notes={"format": "markdown", "markdown": "New."})
    await listing.set_status("published")
    (item,) = (await page(api, _path(listing.id)))["items"]
    assert item == {
        "releaseId": made.id,
        "listingId": listing.id,
        "version": "1.0.0",
        "status": "published",
        "refs": {"whsAgentId": "agent-1", "whsDeploymentId": "deployment-1"},
        "publishedAtMs": made.body["publishedAtMs"],
        **written,
    }


async def test_pages_are_the_same_whichever_limit_is_used(api: Caller, ada: Person) -> None:
    offer = await market.on_sale(ada)
    for n in range(1, 7):
        made = await market.release(offer.listing, f"1.0.{n}")
        if n % 3 == 0:
            await made.revoke()
    for params, versions in (
        ({}, ["1.0.5", "1.0.4", "1.0.2", "1.0.1", "1.0.0"]),
        ({"includeRevoked": "true"}, [*(f"1.0.{n}" for n in range(6, 0, -1)), "1.0.0"]),
    ):
        for limit in (1, 2, 3, 5, 7, 200):
            assert await _versions(api, offer.listing.id, limit=limit, **params) == versions


async def test_a_page_behind_which_all_was_revoked_is_empty(api: Caller, ada: Person) -> None:
    offer = await market.on_sale(ada)
    kept = await market.release(offer.listing, "1.1.0")
    first = await page(api, _path(offer.listing.id), limit=1)
    await offer.revoke()
    rest = await page(api, _path(offer.listing.id), limit=1, cursor=first["nextCursor"])
    assert rest == {"items": [], "nextCursor": None}
    assert await _versions(api, offer.listing.id) == [kept.body["version"]]


async def test_i_pub_02_releases_of_what_is_not_public_are_not_found(
    app: App, api: Caller, people: People, ada: Person
) -> None:
    dan = await people.publisher("Dan")
    unlisted = (await market.on_sale(ada)).listing
    await unlisted.set_status("unlisted")
    draft = (await market.release(await market.listing(ada))).listing
    of_suspended = (await market.on_sale(dan)).listing
    suspend_publisher(app, dan)
    never = await api.get(_path(ids.encode("lst", ids.new_uuid())))
    assert_error(never, "NOT_FOUND")
    for hidden in (unlisted.id, draft.id, of_suspended.id, "lst_nonsense"):
        for caller in (api, ada):
            assert_same_refusal(await caller.get(_path(hidden)), never)
            assert_same_refusal(await caller.get(_path(hidden), params={"includeRevoked": "true"}), never)


@pytest.mark.parametrize("value", ["1", "True", "yes", ""])
async def test_include_revoked_is_true_or_false(value: str, api: Caller, ada: Person) -> None:
    offer = await market.on_sale(ada)
    answer = await api.get(_path(offer.listing.id), params={"includeRevoked": value})
    assert_error(answer, "VALIDATION_FAILED", fields=["includeRevoked"])


async def test_a_page_is_one_statement_in_one_round_trip(app: App, api: Caller, ada: Person) -> None:
    offer = await market.on_sale(ada)
    for params in ({}, {"includeRevoked": "true"}):
        with app.counting() as cost:
            await page(api, _path(offer.listing.id), **params)
        assert (cost.statements, cost.round_trips) == (1, 1)

"""One release by its id (spec 3 Revoked releases, 6.5 Release)."""

from __future__ import annotations

from typing import Any

import pytest

from fleetprompt import ids
from tests.support import market
from tests.support.answers import assert_error, assert_ok, assert_same_refusal
from tests.support.application import App
from tests.support.browsing import suspend_listing, suspend_publisher
from tests.support.callers import Caller
from tests.support.people import People, Person


@pytest.fixture(scope="module")
async def ada(people: People) -> Person:
    return await people.publisher("Ada")


def _path(release_id: str) -> str:
    return f"/v1/public/releases/{release_id}"


async def _release(caller: Caller, release_id: str) -> dict[str, Any]:
    body: dict[str, Any] = assert_ok(await caller.get(_path(release_id)), "release")
    return body


async def test_a_release_is_shown_with_its_notes(app: App, api: Caller, ada: Person) -> None:
    offer = await market.on_sale(ada)
    notes = {"format": "markdown", "markdown": "Fixes **that**."}
    made = await market.release(offer.listing, "1.1.0", notes=notes)
    with app.counting() as cost:
        shown = await _release(api, made.id)
    assert (cost.statements, cost.round_trips) == (1, 1)
    assert shown == {
        "releaseId": made.id,
        "listingId": offer.listing.id,
        "version": "1.1.0",
        "status": "published",
        "compat": {},
        "refs": {"whsAgentId": "agent-1", "whsDeploymentId": "deployment-1"},
        "artifacts": [],
        "notes": {**notes, "html": "<p>Fixes <strong>that</strong>.</p>\n"},
        "publishedAtMs": made.body["publishedAtMs"],
    }
    assert "notes" not in await _release(api, offer.id)


async def test_i_pub_04_a_revoked_release_is_readable_by_id_while_its_listing_is_published(
    api: Caller, ada: Person
) -> None:
    offer = await market.on_sale(ada)
    await market.release(offer.listing, "1.1.0")
    await offer.revoke("It leaks secrets of ours.")
    shown = await _release(api, offer.id)
    assert (shown["status"], shown["revokedAtMs"]) == ("revoked", offer.body["revokedAtMs"])
    assert "revokeReason" not in shown
    await offer.listing.set_status("unlisted")
    assert_error(await api.get(_path(offer.id)), "NOT_FOUND")


async def test_i_pub_02_releases_of_what_is_not_public_are_not_found(
    app: App, api: Caller, people: People, ada: Person
) -> None:
    dan = await people.publisher("Dan")
    of_draft = await market.release(await market.listing(ada))
    only = await market.on_sale(ada)
    await only.revoke()
    of_suspended_listing = await market.on_sale(ada)
    suspend_listing(app, of_suspended_listing.listing.id)
    of_suspended_publisher = await market.on_sale(dan)
    suspend_publisher(app, dan)
    never = await api.get(_path(ids.encode("rel", ids.new_uuid())))
    assert_error(never, "NOT_FOUND")
    for hidden in (of_draft.id, only.id, of_suspended_listing.id, of_suspended_publisher.id, only.listing.id, "rel_x"):
        assert_same_refusal(await api.get(_path(hidden)), never)
        assert_same_refusal(await ada.get(_path(hidden)), never)

"""POST /v1/admin/listings/{listingId}/reinstate."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from fleetprompt import ids
from tests.support import market
from tests.support.answers import assert_error, assert_ok, assert_replayed, assert_same_refusal
from tests.support.application import App
from tests.support.callers import fresh_key
from tests.support.clock import FakeClock
from tests.support.contents import added_rows, unchanged
from tests.support.databases import Database
from tests.support.events import events_of
from tests.support.market import Release
from tests.support.people import People, Person
from tests.v1.publisher.facets import facet_changes

LISTINGS = "/v1/admin/listings"
REASON = {"reason": "The complaint was mistaken."}


async def suspended(ines: Person, offer: Release) -> dict[str, Any]:
    """The listing of `offer`, suspended, as the admin saw it."""
    answer = await ines.post(f"{LISTINGS}/{offer.listing.id}/suspend", {"reason": "It is a copy."})
    shown: dict[str, Any] = assert_ok(answer, "listing")
    return shown


async def release_in(ada: Person, status: str) -> Release:
    """A release of a listing with this status."""
    made = await market.listing(ada, tags=["maps"])
    release = await market.release(made)
    if status in {"published", "unlisted"}:
        await made.set_status("published")
    if status == "unlisted":
        await made.set_status("unlisted")
    return release


@pytest.mark.parametrize("before", ["draft", "published", "unlisted"])
async def test_a_listing_returns_to_the_status_that_it_had(
    ada: Person, ines: Person, clock: FakeClock, database: Database, before: str
) -> None:
    offer = await release_in(ada, before)
    await suspended(ines, offer)
    clock.advance(seconds=7)
    with added_rows(database) as added, facet_changes(database) as changed:
        answer = await ines.post(f"{LISTINGS}/{offer.listing.id}/reinstate", REASON)
    reinstated = assert_ok(answer, "listing")
    assert reinstated["status"] == before
    assert reinstated["updatedAtMs"] == clock.now_ms()
    assert "suspension" not in reinstated
    assert answer.headers["etag"] == reinstated["etag"]
    gained = {("assetKind", "whs_agent"): 1, ("tag", "maps"): 1} if before == "published" else {}
    assert changed == gained
    assert added.keys() - {"facet_deltas"} == {"audit_events", "idempotency_keys"}
    (event,) = events_of(database, answer)
    assert (event.type, event.details) == ("listing.reinstated", {"to": before, **REASON})
    own = assert_ok(await ada.get(f"/v1/publisher/listings/{offer.listing.id}"), "listing")
    assert own["status"] == before
    assert "suspension" not in own


async def test_one_that_lost_its_last_release_meanwhile_becomes_unlisted(
    ada: Person, ines: Person, database: Database
) -> None:
    offer = await release_in(ada, "published")
    await suspended(ines, offer)
    await offer.revoke()
    with facet_changes(database) as changed:
        answer = await ines.post(f"{LISTINGS}/{offer.listing.id}/reinstate", REASON)
    assert assert_ok(answer, "listing")["status"] == "unlisted"
    assert changed == {}
    (event,) = events_of(database, answer)
    assert (event.type, event.details) == ("listing.reinstated", {"to": "unlisted", **REASON})


async def test_what_was_edited_since_the_review_stays_suspended(ada: Person, ines: Person, database: Database) -> None:
    offer = await release_in(ada, "published")
    reviewed = (await suspended(ines, offer))["etag"]
    own, path = f"/v1/publisher/listings/{offer.listing.id}", f"{LISTINGS}/{offer.listing.id}/reinstate"
    edited = assert_ok(await ada.patch(own, {"summary": "Something worse."}), "listing")["etag"]
    with unchanged(database):
        answer = await ines.post(path, REASON, headers={"If-Match": reviewed})
    assert_error(answer, "CONFLICT", "stale_edit")
    assert_ok(await ines.post(path, REASON, headers={"If-Match": edited}), "listing")


async def test_without_if_match_it_is_reinstated_as_it_is(ada: Person, ines: Person) -> None:
    offer = await release_in(ada, "published")
    await suspended(ines, offer)
    own = f"/v1/publisher/listings/{offer.listing.id}"
    assert_ok(await ada.patch(own, {"summary": "Something else."}), "listing")
    assert_ok(await ines.post(f"{LISTINGS}/{offer.listing.id}/reinstate", REASON), "listing")


@pytest.mark.parametrize("status", ["draft", "published", "unlisted"])
async def test_only_a_suspended_listing_is_reinstated(
    ada: Person, ines: Person, database: Database, status: str
) -> None:
    offer = await release_in(ada, status)
    with unchanged(database):
        answer = await ines.post(f"{LISTINGS}/{offer.listing.id}/reinstate", REASON)
    assert_error(answer, "CONFLICT", "transition")


async def test_what_waited_for_it_works_again(ada: Person, ines: Person, people: People) -> None:
    offer, bea, partner = await market.on_sale(ada), await people.register("Bea"), await people.partner("whs")
    waiting, redeemed = [await market.token(await market.intent(bea, offer)) for _ in range(2)]
    key = fresh_key()
    first = await partner.redeem(redeemed.text, key=key)
    await suspended(ines, offer)
    assert_error(await partner.redeem(waiting.text), "NOT_FOUND")
    assert_ok(await ines.post(f"{LISTINGS}/{offer.listing.id}/reinstate", REASON))
    assert_ok(await partner.redeem(waiting.text))
    assert_replayed(await partner.redeem(redeemed.text, key=key), first)
    await market.token(await market.intent(bea, offer))


async def test_r_race_reinstating_against_revoking_the_last_release_keeps_rule_8(
    ada: Person, ines: Person, database: Database
) -> None:
    for _ in range(6):
        offer = await release_in(ada, "published")
        await suspended(ines, offer)
        with facet_changes(database) as changed:
            reinstated, revoked = await asyncio.gather(
                ines.post(f"{LISTINGS}/{offer.listing.id}/reinstate", REASON),
                ada.post(f"/v1/publisher/releases/{offer.id}/revoke", {"reason": "Broken."}),
            )
        assert_ok(reinstated, "listing")
        assert_ok(revoked, "release")
        own = assert_ok(await ada.get(f"/v1/publisher/listings/{offer.listing.id}"), "listing")
        assert (own["status"], own["publishedReleases"]) == ("unlisted", 0)
        assert changed == {}


async def test_r_race_an_edit_that_came_first_is_not_reinstated_unseen(ada: Person, ines: Person) -> None:
    for _ in range(6):
        offer = await release_in(ada, "published")
        reviewed = {"If-Match": (await suspended(ines, offer))["etag"]}
        own = f"/v1/publisher/listings/{offer.listing.id}"
        reinstated, edited = await asyncio.gather(
            ines.post(f"{LISTINGS}/{offer.listing.id}/reinstate", REASON, headers=reviewed),
            ada.patch(own, {"summary": "Something worse."}),
        )
        assert_ok(edited, "listing")
        if reinstated.is_success:
            assert reinstated.json()["listing"]["summary"] == ""
        else:
            assert_error(reinstated, "CONFLICT", "stale_edit")


@pytest.mark.parametrize("if_match", ["", "3", '"3', '"3" x'])
async def test_a_malformed_if_match_is_refused_by_name(
    ada: Person, ines: Person, database: Database, if_match: str
) -> None:
    offer = await release_in(ada, "draft")
    await suspended(ines, offer)
    with unchanged(database):
        answer = await ines.post(f"{LISTINGS}/{offer.listing.id}/reinstate", REASON, headers={"If-Match": if_match})
    assert_error(answer, "VALIDATION_FAILED", fields=["If-Match"])


async def test_a_listing_that_is_not_there_is_not_found_whatever_the_etag(ines: Person) -> None:
    unknown = f"{LISTINGS}/{ids.encode('lst', ids.new_uuid())}/reinstate"
    plain = await ines.post(unknown, REASON)
    with_etag = await ines.post(unknown, REASON, headers={"If-Match": '"7"'})
    assert_error(plain, "NOT_FOUND")
    assert_same_refusal(plain, with_etag)


async def test_another_etag_under_the_same_key_is_another_request(ada: Person, ines: Person) -> None:
    offer, key = await release_in(ada, "published"), fresh_key()
    etag = (await suspended(ines, offer))["etag"]
    path = f"{LISTINGS}/{offer.listing.id}/reinstate"
    first = await ines.post(path, REASON, key=key, headers={"If-Match": etag})
    assert_replayed(await ines.post(path, REASON, key=key, headers={"If-Match": etag}), first)
    assert_error(await ines.post(path, REASON, key=key), "CONFLICT", "idempotency_key_reused")


async def test_it_costs_two_round_trips_and_a_replay_one(app: App, ada: Person, ines: Person) -> None:
    offer, key = await release_in(ada, "published"), fresh_key()
    await suspended(ines, offer)
    for round_trips in (2, 1):
        with app.counting() as cost:
            await ines.post(f"{LISTINGS}/{offer.listing.id}/reinstate", REASON, key=key)
        assert cost.round_trips == 1 + round_trips

"""POST /v1/admin/listings/{listingId}/suspend."""

from __future__ import annotations

import asyncio

import pytest

from fleetprompt import ids
from tests.support import market
from tests.support.answers import assert_error, assert_ok, assert_replayed, assert_same_refusal
from tests.support.application import App
from tests.support.callers import Caller, fresh_key
from tests.support.clock import FakeClock
from tests.support.contents import added_rows, unchanged
from tests.support.databases import Database
from tests.support.events import events_of
from tests.support.market import Listing
from tests.support.people import People, Person
from tests.v1.publisher.facets import facet_changes

LISTINGS = "/v1/admin/listings"
REASON = {"reason": "It is a copy of another one."}


async def listing_in(ada: Person, status: str) -> Listing:
    """A listing with a published release and this status."""
    made = await market.listing(ada, tags=["maps"], categories=["logistics"])
    await market.release(made)
    if status in {"published", "unlisted"}:
        await made.set_status("published")
    if status == "unlisted":
        await made.set_status("unlisted")
    return made


@pytest.mark.parametrize("before", ["draft", "published", "unlisted"])
async def test_an_admin_suspends_a_listing_whatever_its_status(
    ada: Person, ines: Person, clock: FakeClock, database: Database, before: str
) -> None:
    listing = await listing_in(ada, before)
    clock.advance(seconds=7)
    with added_rows(database) as added:
        answer = await ines.post(f"{LISTINGS}/{listing.id}/suspend", REASON)
    suspended = assert_ok(answer, "listing")
    now_ms = clock.now_ms()
    assert suspended["status"] == "suspended"
    assert suspended["suspension"] == {**REASON, "atMs": now_ms, "statusBefore": before}
    assert suspended["updatedAtMs"] == now_ms
    assert suspended["flagged"] is False
    assert suspended["publisher"]["publisherId"] == ada.publisher_id
    assert answer.headers["etag"] == suspended["etag"]
    facets = {"facet_deltas": 3} if before == "published" else {}
    assert added == {"audit_events": 1, "idempotency_keys": 1, **facets}
    (event,) = events_of(database, answer)
    assert (event.type, event.actor) == ("listing.suspended", ("user", ines.user_id))
    assert event.details == {"from": before, **REASON}
    assert (event.publisher_id, event.cause) == (ada.publisher_id, None)


async def test_the_facets_lose_what_was_published(ada: Person, ines: Person, database: Database) -> None:
    published, draft = await listing_in(ada, "published"), await listing_in(ada, "draft")
    with facet_changes(database) as changed:
        assert_ok(await ines.post(f"{LISTINGS}/{published.id}/suspend", REASON))
    assert changed == {("assetKind", "whs_agent"): -1, ("tag", "maps"): -1, ("category", "logistics"): -1}
    with facet_changes(database) as changed:
        assert_ok(await ines.post(f"{LISTINGS}/{draft.id}/suspend", REASON))
    assert changed == {}


async def test_a_suspended_listing_cannot_be_suspended_again(ada: Person, ines: Person, database: Database) -> None:
    listing = await listing_in(ada, "published")
    assert_ok(await ines.post(f"{LISTINGS}/{listing.id}/suspend", REASON))
    with unchanged(database):
        answer = await ines.post(f"{LISTINGS}/{listing.id}/suspend", {"reason": "Another one."})
    assert_error(answer, "CONFLICT", "transition")


async def test_i_pub_02_the_public_finds_it_nowhere_until_it_is_reinstated(
    ada: Person, ines: Person, api: Caller
) -> None:
    offer = await market.on_sale(ada)
    detail = f"/v1/public/listings/{offer.listing.id}"
    paths = (detail, f"{detail}/releases", f"/v1/public/releases/{offer.id}")
    search = {"q": offer.listing.body["name"], "publisherId": str(ada.publisher_id)}
    (found,) = assert_ok(await api.get("/v1/public/listings/search", params=search))["items"]
    assert found["listingId"] == offer.listing.id
    for path in paths:
        assert_ok(await api.get(path))
    assert_ok(await ines.post(f"{LISTINGS}/{offer.listing.id}/suspend", REASON))
    assert assert_ok(await api.get("/v1/public/listings/search", params=search))["items"] == []
    absent = await api.get(f"/v1/public/listings/{ids.encode('lst', ids.new_uuid())}")
    assert_error(absent, "NOT_FOUND")
    for path in paths:
        assert_same_refusal(await api.get(path), absent)
    assert_ok(await ines.post(f"{LISTINGS}/{offer.listing.id}/reinstate", REASON))
    for path in paths:
        assert_ok(await api.get(path))


async def test_its_publisher_sees_why_and_may_edit_and_revoke_but_not_publish(ada: Person, ines: Person) -> None:
    listing = await listing_in(ada, "published")
    release = await market.release(listing, "1.1.0")
    suspended = assert_ok(await ines.post(f"{LISTINGS}/{listing.id}/suspend", REASON), "listing")
    own = f"/v1/publisher/listings/{listing.id}"
    shown = assert_ok(await ada.get(own), "listing")
    assert shown["status"] == "suspended"
    assert shown["suspension"] == {**REASON, "atMs": suspended["suspension"]["atMs"]}
    assert "flagged" not in shown
    assert_ok(await ada.patch(own, {"summary": "Another summary."}), "listing")
    await release.revoke()
    for status in ("draft", "published", "unlisted"):
        assert_error(await ada.post(f"{own}/status", {"status": status}), "CONFLICT", "suspended")
    request = market.release_request(listing.kind, "2.0.0")
    assert_error(await ada.post(f"{own}/releases", request), "CONFLICT", "suspended")


async def test_i_inst_05_nobody_opens_an_intent_for_it(ada: Person, ines: Person, people: People) -> None:
    offer, bea = await market.on_sale(ada), await people.register("Bea")
    assert_ok(await ines.post(f"{LISTINGS}/{offer.listing.id}/suspend", REASON))
    request = {"listingId": offer.listing.id, "releaseId": offer.id, "targetSystem": "whs"}
    refused = await bea.post("/v1/install/intents", request)
    assert_error(refused, "NOT_FOUND")
    absent = await bea.post("/v1/install/intents", request | {"listingId": ids.encode("lst", ids.new_uuid())})
    assert_same_refusal(refused, absent)


async def test_a_buyer_sees_it_suspended_and_mints_no_token(ada: Person, ines: Person, people: People) -> None:
    offer, bea = await market.on_sale(ada), await people.register("Bea")
    intent = await market.intent(bea, offer)
    assert_ok(await ines.post(f"{LISTINGS}/{offer.listing.id}/suspend", REASON))
    shown = assert_ok(await bea.get(f"/v1/install/intents/{intent.id}"), "installIntent")
    assert shown["listing"]["status"] == "suspended"
    assert shown["status"] == "created"
    assert_error(await bea.post(f"/v1/install/intents/{intent.id}/token"), "CONFLICT", "not_installable")
    assert_ok(await bea.post(f"/v1/install/intents/{intent.id}/cancel"), "installIntent")


async def test_a_partner_redeems_no_token_of_it_and_replays_no_redemption(
    ada: Person, ines: Person, people: People, database: Database
) -> None:
    offer, bea, partner = await market.on_sale(ada), await people.register("Bea"), await people.partner("whs")
    redeemed, waiting = [await market.token(await market.intent(bea, offer)) for _ in range(2)]
    key = fresh_key()
    assert_ok(await partner.redeem(redeemed.text, key=key))
    assert_ok(await ines.post(f"{LISTINGS}/{offer.listing.id}/suspend", REASON))
    with unchanged(database, but=("request_nonces",)):
        late = await partner.redeem(waiting.text)
        replay = await partner.redeem(redeemed.text, key=key)
        unknown = await partner.redeem("fpt_nothing")
    assert_error(late, "NOT_FOUND")
    assert_same_refusal(late, unknown)
    assert_same_refusal(replay, unknown)


async def test_r_race_of_two_suspensions_one_is_told_that_it_came_late(
    ada: Person, ines: Person, database: Database
) -> None:
    listing = await listing_in(ada, "published")
    with facet_changes(database) as changed:
        answers = await asyncio.gather(*(ines.post(f"{LISTINGS}/{listing.id}/suspend", REASON) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert changed[("tag", "maps")] == -1


async def test_r_race_suspending_against_unlisting_keeps_the_status_that_came_first(
    ada: Person, ines: Person, database: Database
) -> None:
    for _ in range(6):
        listing = await listing_in(ada, "published")
        with facet_changes(database) as changed:
            suspended, moved = await asyncio.gather(
                ines.post(f"{LISTINGS}/{listing.id}/suspend", REASON),
                ada.post(f"/v1/publisher/listings/{listing.id}/status", {"status": "unlisted"}),
            )
        status_before = assert_ok(suspended, "listing")["suspension"]["statusBefore"]
        if moved.is_success:
            assert status_before == "unlisted"
        else:
            assert_error(moved, "CONFLICT", "suspended")
            assert status_before == "published"
        assert changed[("tag", "maps")] == -1


async def test_r_race_suspending_against_redeeming_leaves_no_redemption_behind_it(
    ada: Person, ines: Person, people: People
) -> None:
    bea, partner = await people.register("Bea"), await people.partner("whs")
    for _ in range(6):
        offer = await market.on_sale(ada)
        token, key = await market.token(await market.intent(bea, offer)), fresh_key()
        suspended, redeemed = await asyncio.gather(
            ines.post(f"{LISTINGS}/{offer.listing.id}/suspend", REASON), partner.redeem(token.text, key=key)
        )
        assert_ok(suspended, "listing")
        if not redeemed.is_success:
            assert_error(redeemed, "NOT_FOUND")
        assert_error(await partner.redeem(token.text, key=key), "NOT_FOUND")


@pytest.mark.parametrize("reason", [None, "", "x" * 1001, 3])
async def test_a_reason_is_required_and_bounded(ada: Person, ines: Person, database: Database, reason: object) -> None:
    listing = await listing_in(ada, "draft")
    with unchanged(database):
        answer = await ines.post(f"{LISTINGS}/{listing.id}/suspend", {"reason": reason})
    assert_error(answer, "VALIDATION_FAILED", fields=["reason"])


async def test_the_longest_reason_fits_into_the_event(ada: Person, ines: Person, database: Database) -> None:
    listing, reason = await listing_in(ada, "published"), "\U0001f6a8" * 1000
    answer = await ines.post(f"{LISTINGS}/{listing.id}/suspend", {"reason": reason})
    assert assert_ok(answer, "listing")["suspension"]["reason"] == reason
    (event,) = events_of(database, answer)
    assert event.details["reason"] == reason


async def test_a_listing_that_is_not_there_is_not_found(ines: Person, database: Database) -> None:
    with unchanged(database):
        unknown = await ines.post(f"{LISTINGS}/{ids.encode('lst', ids.new_uuid())}/suspend", REASON)
        malformed = await ines.post(f"{LISTINGS}/rel_nothing/suspend", REASON)
    assert_error(unknown, "NOT_FOUND")
    assert_same_refusal(unknown, malformed)


async def test_only_admins_with_the_scope_suspend(
    ada: Person, ines: Person, people: People, database: Database
) -> None:
    listing = await listing_in(ada, "published")
    path = f"{LISTINGS}/{listing.id}/suspend"
    without_scope, with_scope = await ines.api_key(), await ines.api_key(scopes=["admin"])
    with unchanged(database, but=("api_keys",)):
        assert_error(await people.visitor().post(path, REASON), "UNAUTHENTICATED")
        assert_error(await ada.post(path, REASON), "UNAUTHORIZED")
        assert_error(await without_scope.post(path, REASON), "UNAUTHORIZED")
    assert_ok(await with_scope.post(path, REASON), "listing")


async def test_a_retry_with_the_same_key_replays_also_when_it_was_reinstated_meanwhile(
    ada: Person, ines: Person, database: Database
) -> None:
    listing, key = await listing_in(ada, "published"), fresh_key()
    path = f"{LISTINGS}/{listing.id}/suspend"
    first = await ines.post(path, REASON, key=key)
    assert_ok(await ines.post(f"{LISTINGS}/{listing.id}/reinstate", {"reason": "It is not."}))
    with unchanged(database):
        assert_replayed(await ines.post(path, REASON, key=key), first)
        assert_error(await ines.post(path, {"reason": "!"}, key=key), "CONFLICT", "idempotency_key_reused")
        assert_error(await ines.post(path, REASON, key=None), "VALIDATION_FAILED", fields=["Idempotency-Key"])


async def test_it_costs_two_round_trips_and_a_replay_one(app: App, ada: Person, ines: Person) -> None:
    listing, key = await listing_in(ada, "published"), fresh_key()
    for round_trips in (2, 1):
        with app.counting() as cost:
            await ines.post(f"{LISTINGS}/{listing.id}/suspend", REASON, key=key)
        assert cost.round_trips == 1 + round_trips

"""POST /v1/admin/intents/{installIntentId}/revoke."""

from __future__ import annotations

import asyncio

import pytest

from fleetprompt import ids
from tests.support import market
from tests.support.answers import assert_error, assert_ok, assert_replayed, assert_same_refusal
from tests.support.application import App
from tests.support.callers import Partner, fresh_key
from tests.support.clock import FakeClock
from tests.support.contents import added_rows, unchanged
from tests.support.databases import Database
from tests.support.events import events_of
from tests.support.market import Intent, Release
from tests.support.people import People, Person

INTENTS = "/v1/admin/intents"
REASON = {"reason": "The buyer's account was stolen."}


@pytest.fixture(scope="module")
async def bea(people: People) -> Person:
    """A buyer."""
    return await people.register("Bea")


@pytest.fixture(scope="module")
async def offer(people: People) -> Release:
    """A release on sale."""
    return await market.on_sale(await people.publisher("Ada"))


@pytest.fixture(scope="module")
async def partner(people: People) -> Partner:
    """The partner system that takes it."""
    return await people.partner("whs")


async def test_a_revoked_intent_is_canceled_and_its_token_revoked_as_a_side_effect(
    bea: Person, ines: Person, offer: Release, clock: FakeClock, database: Database
) -> None:
    intent = await market.intent(bea, offer, state="opaque", targetContext={"roomId": "r"})
    await market.token(intent)
    clock.advance(seconds=3)
    with added_rows(database) as added:
        answer = await ines.post(f"{INTENTS}/{intent.id}/revoke", REASON)
    revoked = assert_ok(answer, "installIntent")
    kept = ("installIntentId", "listingId", "releaseId", "targetSystem", "targetContext", "state", "createdAtMs")
    assert revoked == {
        **{name: intent.body[name] for name in kept},
        "buyerUserId": bea.user_id,
        "publisherId": offer.listing.publisher.publisher_id,
        "status": "canceled",
        "expiresAtMs": intent.body["expiresAtMs"],
        "updatedAtMs": clock.now_ms(),
    }
    assert added == {"audit_events": 2, "idempotency_keys": 1}
    cause, effect = events_of(database, answer)
    assert (cause.type, cause.details) == ("install_intent.revoked", REASON)
    assert cause.actor == effect.actor == ("user", ines.user_id)
    assert (effect.type, effect.cause) == ("install_token.revoked", cause.id)
    statuses = database.rows(
        "select status, ended_at_ms from install_tokens where intent_id = %s", ids.decode("int", intent.id)
    )
    assert statuses == [("revoked", clock.now_ms())]


async def test_an_intent_without_a_token_is_revoked_with_one_event(
    bea: Person, ines: Person, offer: Release, database: Database
) -> None:
    intent = await market.intent(bea, offer)
    with added_rows(database) as added:
        assert_ok(await ines.post(f"{INTENTS}/{intent.id}/revoke", REASON), "installIntent")
    assert added == {"audit_events": 1, "idempotency_keys": 1}


async def test_a_token_that_ran_out_is_left_to_have_expired(
    bea: Person, ines: Person, offer: Release, clock: FakeClock, database: Database
) -> None:
    intent = await market.intent(bea, offer)
    await market.token(intent)
    clock.advance(minutes=15)
    with added_rows(database) as added:
        assert_ok(await ines.post(f"{INTENTS}/{intent.id}/revoke", REASON), "installIntent")
    assert added == {"audit_events": 1, "idempotency_keys": 1}


async def test_i_int_05_its_token_is_not_found_and_its_buyer_sees_it_canceled(
    bea: Person, ines: Person, offer: Release, partner: Partner, database: Database
) -> None:
    intent = await market.intent(bea, offer)
    token = await market.token(intent)
    assert_ok(await ines.post(f"{INTENTS}/{intent.id}/revoke", REASON))
    with unchanged(database, but=("request_nonces",)):
        late, unknown = await partner.redeem(token.text), await partner.redeem("fpt_nothing")
        assert_error(await bea.post(f"/v1/install/intents/{intent.id}/token"), "CONFLICT", "transition")
        assert_error(await bea.post(f"/v1/install/intents/{intent.id}/cancel"), "CONFLICT", "transition")
    assert_error(late, "NOT_FOUND")
    assert_same_refusal(late, unknown)
    shown = assert_ok(await bea.get(f"/v1/install/intents/{intent.id}"), "installIntent")
    assert shown["status"] == "canceled"
    assert REASON["reason"] not in str(shown)


async def test_an_intent_at_its_end_is_not_revoked(
    bea: Person, ines: Person, offer: Release, partner: Partner, clock: FakeClock, database: Database
) -> None:
    redeemed, canceled, expired, revoked = [await market.intent(bea, offer) for _ in range(4)]
    assert_ok(await partner.redeem((await market.token(redeemed)).text))
    assert_ok(await bea.post(f"/v1/install/intents/{canceled.id}/cancel"))
    assert_ok(await ines.post(f"{INTENTS}/{revoked.id}/revoke", REASON))
    await ines.sign_in()
    ended: list[Intent] = [redeemed, canceled, revoked]
    with unchanged(database):
        for intent in ended:
            assert_error(await ines.post(f"{INTENTS}/{intent.id}/revoke", REASON), "CONFLICT", "transition")
    clock.advance(hours=24)
    await ines.sign_in()
    with unchanged(database):
        assert_error(await ines.post(f"{INTENTS}/{expired.id}/revoke", REASON), "CONFLICT", "transition")


async def test_r_race_revoking_against_redeeming_ends_in_one_of_the_two(
    bea: Person, ines: Person, offer: Release, partner: Partner
) -> None:
    for _ in range(8):
        intent = await market.intent(bea, offer)
        token = await market.token(intent)
        revoked, redeemed = await asyncio.gather(
            ines.post(f"{INTENTS}/{intent.id}/revoke", REASON), partner.redeem(token.text)
        )
        assert revoked.is_success is not redeemed.is_success
        assert_error(redeemed if revoked.is_success else revoked, "NOT_FOUND" if revoked.is_success else "CONFLICT")


async def test_r_race_revoking_against_minting_leaves_no_live_token(
    bea: Person, ines: Person, offer: Release, database: Database
) -> None:
    for _ in range(8):
        intent = await market.intent(bea, offer)
        revoked, _ = await asyncio.gather(
            ines.post(f"{INTENTS}/{intent.id}/revoke", REASON), bea.post(f"/v1/install/intents/{intent.id}/token")
        )
        assert_ok(revoked, "installIntent")
        live = "select count(*) from install_tokens where intent_id = %s and status = 'issued'"
        assert database.value(live, ids.decode("int", intent.id)) == 0


async def test_an_intent_that_is_not_there_is_not_found(ines: Person, database: Database) -> None:
    with unchanged(database):
        unknown = await ines.post(f"{INTENTS}/{ids.encode('int', ids.new_uuid())}/revoke", REASON)
        malformed = await ines.post(f"{INTENTS}/lst_nothing/revoke", REASON)
    assert_error(unknown, "NOT_FOUND")
    assert_same_refusal(unknown, malformed)


async def test_only_admins_revoke(bea: Person, people: People, offer: Release, database: Database) -> None:
    intent = await market.intent(bea, offer)
    with unchanged(database):
        assert_error(await people.visitor().post(f"{INTENTS}/{intent.id}/revoke", REASON), "UNAUTHENTICATED")
        assert_error(await bea.post(f"{INTENTS}/{intent.id}/revoke", REASON), "UNAUTHORIZED")


async def test_a_retry_with_the_same_key_replays(
    app: App, bea: Person, ines: Person, offer: Release, database: Database
) -> None:
    intent, key = await market.intent(bea, offer), fresh_key()
    path = f"{INTENTS}/{intent.id}/revoke"
    with app.counting() as cost:
        first = await ines.post(path, REASON, key=key)
    assert cost.round_trips == 1 + 2
    with unchanged(database):
        assert_replayed(await ines.post(path, REASON, key=key), first)
        assert_error(await ines.post(path, {"reason": "!"}, key=key), "CONFLICT", "idempotency_key_reused")
        assert_error(await ines.post(path, {}, key=None), "VALIDATION_FAILED", fields=["Idempotency-Key", "reason"])

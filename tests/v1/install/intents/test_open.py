"""POST /v1/install/intents"""

from __future__ import annotations

import pytest

from fleetprompt import ids
from fleetprompt.enums import AssetKind, InstallTargetSystem
from tests.support import market
from tests.support.answers import assert_created, assert_error, assert_replayed
from tests.support.application import App
from tests.support.callers import Caller, fresh_key
from tests.support.clock import FakeClock
from tests.support.contents import added_rows, unchanged
from tests.support.people import People, Person
from tests.support.withdrawals import WITHDRAWALS, Withdraw, set_draft, set_unlisted, suspend_listing

PATH = "/v1/install/intents"
DAY_MS = 86_400_000

TAKERS = {
    AssetKind.WHS_AGENT: {"whs", "agentelic"},
    AssetKind.AGENTROMATIC_WORKFLOW: {"agentromatic", "agentelic"},
    AssetKind.SPEC_ASSET: {"whs", "agentromatic", "agentelic"},
}


async def test_i_inst_01_a_buyer_opens_an_intent_for_a_published_release_of_a_published_listing(
    app: App, people: People, ada: Person, clock: FakeClock
) -> None:
    offer, bea = await market.on_sale(ada), await people.register()
    request = market.intent_request(offer, targetContext={"roomId": "kitchen", "orgId": "äö"}, state=" opaque\ttext ")
    with added_rows(app.database) as added:
        opened = assert_created(await bea.post(PATH, request), "installIntent")
    assert opened == {
        "installIntentId": opened["installIntentId"],
        "listingId": offer.listing.id,
        "releaseId": offer.id,
        "targetSystem": "whs",
        "targetContext": {"roomId": "kitchen", "orgId": "äö"},
        "state": " opaque\ttext ",
        "status": "created",
        "expiresAtMs": clock.now_ms() + DAY_MS,
        "createdAtMs": clock.now_ms(),
        "updatedAtMs": clock.now_ms(),
        "listing": {"name": offer.listing.body["name"], "assetKind": "whs_agent", "status": "published"},
        "release": {"version": "1.0.0", "status": "published"},
        "publisher": {"handle": opened["publisher"]["handle"], "displayName": ada.display_name},
    }
    assert added == {"install_intents": 1, "audit_events": 1, "stat_deltas": 1, "idempotency_keys": 1}


async def test_what_is_not_sent_is_absent_and_the_context_is_empty(people: People, ada: Person) -> None:
    opened = await market.intent(await people.register(), await market.on_sale(ada))
    assert opened.body["targetContext"] == {}
    assert "state" not in opened.body


async def test_its_event_names_what_it_is_for_and_nothing_opaque(app: App, people: People, ada: Person) -> None:
    offer, bea = await market.on_sale(ada), await people.register()
    opened = await market.intent(bea, offer, state="the partner's own", targetContext={"roomId": "kitchen"})
    event = app.database.value("select to_jsonb(e) from audit_events e where install_intent_id = %s", opened.uuid)
    assert event["type"] == "install_intent.created"
    assert (event["actor_type"], event["actor_id"]) == ("user", str(ids.decode("usr", bea.user_id)))
    assert event["publisher_id"] == str(ids.decode("pub", ada.publisher_id or ""))
    assert event["listing_id"] == str(ids.decode("lst", offer.listing.id))
    assert event["release_id"] == str(ids.decode("rel", offer.id))
    assert event["details"] == {"targetSystem": "whs"}
    assert "partner's own" not in str(event)
    assert "kitchen" not in str(event)


@pytest.mark.parametrize("withdraw", [*WITHDRAWALS, set_draft, set_unlisted], ids=lambda f: f.__name__)
async def test_i_inst_05_i_rel_03_no_intent_for_what_is_not_on_sale(
    app: App, people: People, withdraw: Withdraw
) -> None:
    offer, bea = await market.on_sale(await people.publisher()), await people.register()
    await market.intent(bea, offer)
    await withdraw(app.database, offer)
    with unchanged(app.database):
        for system in ("whs", "agentromatic"):
            assert_error(await bea.post(PATH, market.intent_request(offer, system)), "NOT_FOUND")


async def test_i_inst_05_no_intent_for_what_is_absent_or_of_another_listing(
    app: App, people: People, ada: Person
) -> None:
    offer, other, bea = await market.on_sale(ada), await market.on_sale(ada), await people.register()
    await bea.csrf_token()
    with unchanged(app.database):
        for over in (
            {"listingId": ids.encode("lst", ids.new_uuid())},
            {"releaseId": ids.encode("rel", ids.new_uuid())},
            {"releaseId": other.id},
            {"listingId": offer.id},
            {"listingId": "lst_", "releaseId": ""},
        ):
            assert_error(await bea.post(PATH, market.intent_request(offer, **over)), "NOT_FOUND")


@pytest.mark.parametrize("kind", AssetKind)
@pytest.mark.parametrize("system", InstallTargetSystem)
async def test_a_target_system_must_be_able_to_take_the_kind(
    people: People, ada: Person, kind: AssetKind, system: InstallTargetSystem
) -> None:
    offer, bea = await market.on_sale(ada, kind), await people.register()
    answer = await bea.post(PATH, market.intent_request(offer, system))
    if system in TAKERS[kind]:
        assert assert_created(answer, "installIntent")["targetSystem"] == system
    else:
        assert_error(answer, "VALIDATION_FAILED", fields=["targetSystem"])


async def test_all_that_is_wrong_with_a_request_is_told_at_once(app: App, people: People, ada: Person) -> None:
    offer, bea = await market.on_sale(ada), await people.register()
    request = market.intent_request(
        offer, "elsewhere", targetContext={"roomId": "", "deskId": "x"}, state="x" * 201, extra=1
    )
    with unchanged(app.database):
        assert_error(
            await bea.post(PATH, request),
            "VALIDATION_FAILED",
            fields=["targetSystem", "targetContext.roomId", "targetContext.deskId", "state", "extra"],
        )


@pytest.mark.parametrize("state", ["x", "x" * 200, "e\u0301" * 200, "\u03b1\u0313\u0300\u0345" * 200])
async def test_a_state_of_200_characters_comes_back_as_it_was_sent(people: People, ada: Person, state: str) -> None:
    opened = await market.intent(await people.register(), await market.on_sale(ada), state=state)
    assert opened.body["state"] == state


async def test_i_inst_06_r_idemp_03_opening_is_replayed_under_its_key(app: App, people: People, ada: Person) -> None:
    offer, bea, key = await market.on_sale(ada), await people.register(), fresh_key()
    first = await bea.post(PATH, market.intent_request(offer), key=key)
    await suspend_listing(app.database, offer)
    with unchanged(app.database):
        assert_replayed(await bea.post(PATH, market.intent_request(offer), key=key), first)
        other = await bea.post(PATH, market.intent_request(offer, state="x"), key=key)
        assert_error(other, "CONFLICT", "idempotency_key_reused")


async def test_i_inst_06_opening_needs_a_key(app: App, people: People, ada: Person) -> None:
    offer, bea = await market.on_sale(ada), await people.register()
    with unchanged(app.database):
        answer = await bea.post(PATH, market.intent_request(offer), key=None)
    assert_error(answer, "VALIDATION_FAILED", fields=["Idempotency-Key"])


async def test_nobody_opens_an_intent_without_an_account(api: Caller, ada: Person) -> None:
    offer = await market.on_sale(ada)
    assert_error(await api.post(PATH, market.intent_request(offer)), "UNAUTHENTICATED")


async def test_opening_costs_two_round_trips_and_its_replay_one(app: App, people: People, ada: Person) -> None:
    offer, bea, key = await market.on_sale(ada), await people.register(), fresh_key()
    await bea.csrf_token()
    with app.counting() as first:
        await bea.post(PATH, market.intent_request(offer), key=key)
    with app.counting() as replay:
        await bea.post(PATH, market.intent_request(offer), key=key)
    assert (first.round_trips, replay.round_trips) == (1 + 2, 1 + 1)

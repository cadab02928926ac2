"""POST /v1/install/intents"""

from __future__ import annotations

import pytest

from fleetprompt import ids
from fleetprompt.enums import AssetKind, InstallTargetSystem
from tests.support.answers import assert_created, assert_error, assert_replayed
from tests.support.application import App
from tests.support.callers import Caller
from tests.support.clock import FakeClock
from tests.support.contents import added_rows, unchanged
from tests.support.people import People
from tests.support.stall import Stall

PATH = "/v1/install/intents"
DAY_MS = 86_400_000

TAKERS = {
    AssetKind.WHS_AGENT: {"whs", "agentelic"},
    AssetKind.AGENTROMATIC_WORKFLOW: {"agentromatic", "agentelic"},
    AssetKind.SPEC_ASSET: {"whs", "agentromatic", "agentelic"},
}


async def test_i_inst_01_a_buyer_opens_an_intent_for_a_published_release_of_a_published_listing(
    app: App, people: People, stall: Stall, clock: FakeClock
) -> None:
    offer, bea = stall.on_sale(), await people.register()
    request = offer.request(targetContext={"roomId": "kitchen", "orgId": "äö"}, state=" opaque\ttext ")
    with added_rows(app.database) as added:
        opened = assert_created(await bea.post(PATH, request), "installIntent")
    assert opened == {
        "installIntentId": opened["installIntentId"],
        "listingId": offer.listing_id,
        "releaseId": offer.release_id,
        "targetSystem": "whs",
        "targetContext": {"roomId": "kitchen", "orgId": "äö"},
        "state": " opaque\ttext ",
        "status": "created",
        "expiresAtMs": clock.now_ms() + DAY_MS,
        "createdAtMs": clock.now_ms(),
        "updatedAtMs": clock.now_ms(),
        "listing": {"name": "Atlas", "assetKind": "whs_agent", "status": "published"},
        "release": {"version": "1.0.0", "status": "published"},
        "publisher": {"handle": opened["publisher"]["handle"], "displayName": "Ada Works"},
    }
    assert added == {"install_intents": 1, "audit_events": 1, "stat_deltas": 1, "idempotency_keys": 1}


async def test_what_is_not_sent_is_absent_and_the_context_is_empty(people: People, stall: Stall) -> None:
    bea = await people.register()
    opened = assert_created(await bea.post(PATH, stall.on_sale().request()), "installIntent")
    assert opened["targetContext"] == {}
    assert "state" not in opened


async def test_its_event_names_what_it_is_for_and_nothing_opaque(app: App, people: People, stall: Stall) -> None:
    offer, bea = stall.on_sale(), await people.register()
    request = offer.request(state="the partner's own", targetContext={"roomId": "kitchen"})
    opened = assert_created(await bea.post(PATH, request), "installIntent")
    ((event,),) = app.database.rows(
        "select to_jsonb(e) from audit_events e where install_intent_id = %s",
        ids.decode("int", opened["installIntentId"]),
    )
    assert event["type"] == "install_intent.created"
    assert (event["actor_type"], event["actor_id"]) == ("user", str(ids.decode("usr", bea.user_id)))
    assert event["publisher_id"] == str(offer.publisher_uuid)
    assert event["listing_id"] == str(offer.listing_uuid)
    assert event["release_id"] == str(offer.release_uuid)
    assert event["details"] == {"targetSystem": "whs"}
    assert "partner's own" not in str(event)
    assert "kitchen" not in str(event)


@pytest.mark.parametrize(
    "withdraw",
    [
        Stall.revoke_release,
        Stall.suspend_listing,
        Stall.suspend_publisher,
        lambda stall, offer: stall.set_status(offer, "draft"),
        lambda stall, offer: stall.set_status(offer, "unlisted"),
    ],
    ids=["revoked", "suspended", "publisher suspended", "draft", "unlisted"],
)
async def test_i_inst_05_no_intent_for_what_is_not_on_sale(
    app: App, people: People, stall: Stall, withdraw: object
) -> None:
    offer, bea = stall.on_sale(), await people.register()
    assert_created(await bea.post(PATH, offer.request()), "installIntent")
    assert callable(withdraw)
    withdraw(stall, offer)
    with unchanged(app.database):
        assert_error(await bea.post(PATH, offer.request()), "NOT_FOUND")
        assert_error(await bea.post(PATH, offer.request(targetSystem="agentromatic")), "NOT_FOUND")


async def test_i_inst_05_no_intent_for_what_is_absent_or_of_another_listing(
    app: App, people: People, stall: Stall
) -> None:
    offer, other, bea = stall.on_sale(), stall.on_sale(), await people.register()
    with unchanged(app.database):
        for over in (
            {"listingId": ids.encode("lst", ids.new_uuid())},
            {"releaseId": ids.encode("rel", ids.new_uuid())},
            {"releaseId": other.release_id},
            {"listingId": offer.release_id},
            {"listingId": "lst_", "releaseId": ""},
        ):
            assert_error(await bea.post(PATH, offer.request(**over)), "NOT_FOUND")


@pytest.mark.parametrize("kind", AssetKind)
@pytest.mark.parametrize("system", InstallTargetSystem)
async def test_a_target_system_must_be_able_to_take_the_kind(
    people: People, stall: Stall, kind: AssetKind, system: InstallTargetSystem
) -> None:
    bea = await people.register()
    answer = await bea.post(PATH, stall.on_sale(kind).request(targetSystem=system))
    if system in TAKERS[kind]:
        assert assert_created(answer, "installIntent")["targetSystem"] == system
    else:
        assert_error(answer, "VALIDATION_FAILED", fields=["targetSystem"])


async def test_all_that_is_wrong_with_a_request_is_told_at_once(app: App, people: People, stall: Stall) -> None:
    bea = await people.register()
    request = stall.on_sale().request(
        targetSystem="elsewhere", targetContext={"roomId": "", "deskId": "x"}, state="x" * 201, extra=1
    )
    with unchanged(app.database):
        assert_error(
            await bea.post(PATH, request),
            "VALIDATION_FAILED",
            fields=["targetSystem", "targetContext.roomId", "targetContext.deskId", "state", "extra"],
        )


@pytest.mark.parametrize("state", ["x", "x" * 200, "e\u0301" * 200, "\u03b1\u0313\u0300\u0345" * 200])
async def test_a_state_of_200_characters_comes_back_as_it_was_sent(people: People, stall: Stall, state: str) -> None:
    bea = await people.register()
    answer = await bea.post(PATH, stall.on_sale().request(state=state))
    assert assert_created(answer, "installIntent")["state"] == state


async def test_i_inst_06_r_idemp_03_opening_is_replayed_under_its_key(app: App, people: People, stall: Stall) -> None:
    offer, bea = stall.on_sale(), await people.register()
    first = await bea.post(PATH, offer.request(), key="one")
    stall.suspend_listing(offer)
    with unchanged(app.database):
        assert_replayed(await bea.post(PATH, offer.request(), key="one"), first)
        assert_error(await bea.post(PATH, offer.request(state="x"), key="one"), "CONFLICT", "idempotency_key_reused")


async def test_i_inst_06_opening_needs_a_key(app: App, people: People, stall: Stall) -> None:
    offer, bea = stall.on_sale(), await people.register()
    with unchanged(app.database):
        answer = await bea.post(PATH, offer.request(), key=None)
    assert_error(answer, "VALIDATION_FAILED", fields=["Idempotency-Key"])


async def test_nobody_opens_an_intent_without_an_account(api: Caller, stall: Stall) -> None:
    assert_error(await api.post(PATH, stall.on_sale().request()), "UNAUTHENTICATED")


async def test_opening_costs_two_round_trips_and_its_replay_one(app: App, people: People, stall: Stall) -> None:
    offer, bea = stall.on_sale(), await people.register()
    await bea.csrf_token()
    with app.counting() as first:
        await bea.post(PATH, offer.request(), key="counted")
    with app.counting() as replay:
        await bea.post(PATH, offer.request(), key="counted")
    assert (first.round_trips, replay.round_trips) == (1 + 2, 1 + 1)

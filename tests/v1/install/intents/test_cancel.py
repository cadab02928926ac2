"""POST /v1/install/intents/{installIntentId}/cancel"""

from __future__ import annotations

from typing import Any

from fleetprompt import ids
from tests.support import market
from tests.support.answers import assert_error, assert_ok, assert_replayed, assert_same_refusal
from tests.support.application import App
from tests.support.callers import Caller, fresh_key
from tests.support.clock import FakeClock
from tests.support.contents import added_rows, unchanged
from tests.support.market import Intent
from tests.support.people import People, Person
from tests.support.withdrawals import suspend_publisher


def _path(opened: Intent) -> str:
    return f"{opened.path}/cancel"


def _events(app: App, opened: Intent) -> dict[str, tuple[Any, Any]]:
    rows = app.database.rows(
        "select type, id, cause_event_id from audit_events where install_intent_id = %s", opened.uuid
    )
    return {kind: (event_id, cause) for kind, event_id, cause in rows}


async def test_she_cancels_an_intent(app: App, people: People, ada: Person, clock: FakeClock) -> None:
    bea = await people.register()
    opened = await market.intent(bea, await market.on_sale(ada))
    clock.advance(seconds=1)
    with added_rows(app.database) as added:
        canceled = assert_ok(await bea.post(_path(opened)), "installIntent")
    assert canceled == {**opened.body, "status": "canceled", "updatedAtMs": clock.now_ms()}
    assert assert_ok(await bea.get(opened.path), "installIntent") == canceled
    assert added == {"audit_events": 1, "idempotency_keys": 1}


async def test_canceling_revokes_the_token_with_an_event_of_its_own(
    app: App, people: People, ada: Person, clock: FakeClock
) -> None:
    bea, partner = await people.register(), await people.partner()
    opened = await market.intent(bea, await market.on_sale(ada))
    minted = await market.token(opened)
    assert_ok(await bea.post(_path(opened)), "installIntent")
    stored = app.database.rows("select status, ended_at_ms from install_tokens where intent_id = %s", opened.uuid)
    assert stored == [("revoked", clock.now_ms())]
    told = _events(app, opened)
    assert told.keys() == {
        "install_intent.created",
        "install_token.issued",
        "install_intent.canceled",
        "install_token.revoked",
    }
    assert told["install_token.revoked"][1] == told["install_intent.canceled"][0]
    assert_error(await partner.redeem(minted.text), "NOT_FOUND")


async def test_a_token_that_ran_out_is_left_to_its_end(app: App, people: People, ada: Person, clock: FakeClock) -> None:
    bea = await people.register()
    opened = await market.intent(bea, await market.on_sale(ada))
    await market.token(opened)
    clock.advance(minutes=15)
    assert_ok(await bea.post(_path(opened)), "installIntent")
    assert "install_token.revoked" not in _events(app, opened)


async def test_what_was_withdrawn_can_be_canceled(app: App, people: People) -> None:
    offer, bea = await market.on_sale(await people.publisher()), await people.register()
    opened = await market.intent(bea, offer)
    await suspend_publisher(app.database, offer)
    canceled = assert_ok(await bea.post(_path(opened)), "installIntent")
    assert (canceled["status"], canceled["listing"]["status"]) == ("canceled", "suspended")


async def test_an_intent_at_its_end_is_not_canceled(app: App, people: People, ada: Person, clock: FakeClock) -> None:
    offer, bea, partner = await market.on_sale(ada), await people.register(), await people.partner()
    await bea.csrf_token()
    clock.advance(hours=-23)  # her session outlives the intents
    canceled, redeemed, expired = [await market.intent(bea, offer) for _ in range(3)]
    assert_ok(await bea.post(_path(canceled)))
    assert_ok(await partner.redeem((await market.token(redeemed)).text))
    clock.set(expired.body["expiresAtMs"])
    with unchanged(app.database, but=["sessions"]):
        for ended in (canceled, redeemed, expired):
            assert_error(await bea.post(_path(ended)), "CONFLICT", "transition")


async def test_i_inst_04_nobody_else_cancels(app: App, people: People, ada: Person, api: Caller) -> None:
    bea, eve = await people.register(), await people.register()
    opened = await market.intent(bea, await market.on_sale(ada))
    await eve.csrf_token()
    with unchanged(app.database):
        assert_error(refused := await eve.post(_path(opened)), "NOT_FOUND")
        nowhere = ids.encode("int", ids.new_uuid())
        assert_same_refusal(refused, await eve.post(f"/v1/install/intents/{nowhere}/cancel"))
        assert_error(await ada.post(_path(opened)), "NOT_FOUND")
        assert_error(await api.post(_path(opened)), "UNAUTHENTICATED")


async def test_i_inst_06_canceling_is_replayed_under_its_key(app: App, people: People, ada: Person) -> None:
    offer, bea, key = await market.on_sale(ada), await people.register(), fresh_key()
    opened, other = [await market.intent(bea, offer) for _ in range(2)]
    first = await bea.post(_path(opened), key=key)
    with unchanged(app.database):
        assert_replayed(await bea.post(_path(opened), key=key), first)
        assert_error(await bea.post(_path(other), key=key), "CONFLICT", "idempotency_key_reused")
        assert_error(await bea.post(_path(other), key=None), "VALIDATION_FAILED", fields=["Idempotency-Key"])


async def test_canceling_costs_two_round_trips_and_its_replay_one(app: App, people: People, ada: Person) -> None:
    bea, key = await people.register(), fresh_key()
    opened = await market.intent(bea, await market.on_sale(ada))
    await market.token(opened)
    with app.counting() as first:
        await bea.post(_path(opened), key=key)
    with app.counting() as replay:
        await bea.post(_path(opened), key=key)
    assert (first.round_trips, replay.round_trips) == (1 + 2, 1 + 1)

"""POST /v1/install/intents/{installIntentId}/cancel"""

from __future__ import annotations

from typing import Any

from fleetprompt import ids
from tests.support.answers import assert_error, assert_ok, assert_replayed, assert_same_refusal
from tests.support.application import App
from tests.support.callers import Caller
from tests.support.clock import FakeClock
from tests.support.contents import added_rows, unchanged
from tests.support.people import People
from tests.support.stall import Stall, intent, token


def _path(opened: dict[str, Any]) -> str:
    return f"/v1/install/intents/{opened['installIntentId']}/cancel"


def _events(app: App, opened: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    return app.database.rows(
        "select type, id, cause_event_id from audit_events where install_intent_id = %s order by type",
        ids.decode("int", opened["installIntentId"]),
    )


async def test_she_cancels_an_intent(app: App, people: People, stall: Stall, clock: FakeClock) -> None:
    bea = await people.register()
    opened = await intent(bea, stall.on_sale())
    clock.advance(seconds=1)
    with added_rows(app.database) as added:
        canceled = assert_ok(await bea.post(_path(opened)), "installIntent")
    assert canceled == {**opened, "status": "canceled", "updatedAtMs": clock.now_ms()}
    assert assert_ok(await bea.get(_path(opened).removesuffix("/cancel")), "installIntent") == canceled
    assert added == {"audit_events": 1, "idempotency_keys": 1}


async def test_canceling_revokes_the_token_with_an_event_of_its_own(
    app: App, people: People, stall: Stall, clock: FakeClock
) -> None:
    bea, partner = await people.register(), stall.partner()
    opened = await intent(bea, stall.on_sale())
    minted = await token(bea, opened)
    assert_ok(await bea.post(_path(opened)), "installIntent")
    assert app.database.rows(
        "select status, ended_at_ms from install_tokens where intent_id = %s",
        ids.decode("int", opened["installIntentId"]),
    ) == [("revoked", clock.now_ms())]
    canceled, created, issued, revoked = _events(app, opened)
    assert [kind for kind, *_ in (canceled, created, issued, revoked)] == [
        "install_intent.canceled",
        "install_intent.created",
        "install_token.issued",
        "install_token.revoked",
    ]
    assert revoked[2] == canceled[1]
    assert_error(await partner.redeem(minted["installToken"]), "NOT_FOUND")


async def test_a_token_that_ran_out_is_left_to_its_end(
    app: App, people: People, stall: Stall, clock: FakeClock
) -> None:
    bea = await people.register()
    opened = await intent(bea, stall.on_sale())
    await token(bea, opened)
    clock.advance(minutes=15)
    assert_ok(await bea.post(_path(opened)), "installIntent")
    assert "install_token.revoked" not in [kind for kind, *_ in _events(app, opened)]


async def test_what_was_withdrawn_can_be_canceled(people: People, stall: Stall) -> None:
    offer, bea = stall.on_sale(), await people.register()
    opened = await intent(bea, offer)
    stall.suspend_publisher(offer)
    canceled = assert_ok(await bea.post(_path(opened)), "installIntent")
    assert (canceled["status"], canceled["listing"]["status"]) == ("canceled", "suspended")


async def test_an_intent_at_its_end_is_not_canceled(app: App, people: People, stall: Stall, clock: FakeClock) -> None:
    bea, partner = await people.register(), stall.partner()
    await bea.csrf_token()
    clock.advance(hours=-23)
    canceled, redeemed, expired = [await intent(bea, stall.on_sale()) for _ in range(3)]
    assert_ok(await bea.post(_path(canceled)))
    assert_ok(await partner.redeem((await token(bea, redeemed))["installToken"]))
    clock.set(expired["expiresAtMs"])
    with unchanged(app.database):
        for ended in (canceled, redeemed, expired):
            assert_error(await bea.post(_path(ended)), "CONFLICT", "transition")


async def test_i_inst_04_nobody_else_cancels(app: App, people: People, stall: Stall, api: Caller) -> None:
    bea, eve = await people.register(), await people.register()
    opened = await intent(bea, stall.on_sale())
    await eve.csrf_token()
    with unchanged(app.database):
        assert_error(refused := await eve.post(_path(opened)), "NOT_FOUND")
        nowhere = {"installIntentId": ids.encode("int", ids.new_uuid())}
        assert_same_refusal(refused, await eve.post(_path(nowhere)))
        assert_error(await api.post(_path(opened)), "UNAUTHENTICATED")


async def test_i_inst_06_canceling_is_replayed_under_its_key(app: App, people: People, stall: Stall) -> None:
    bea = await people.register()
    opened, other = [await intent(bea, stall.on_sale()) for _ in range(2)]
    first = await bea.post(_path(opened), key="cancel")
    with unchanged(app.database):
        assert_replayed(await bea.post(_path(opened), key="cancel"), first)
        assert_error(await bea.post(_path(other), key="cancel"), "CONFLICT", "idempotency_key_reused")
        assert_error(await bea.post(_path(other), key=None), "VALIDATION_FAILED", fields=["Idempotency-Key"])


async def test_canceling_costs_two_round_trips_and_its_replay_one(app: App, people: People, stall: Stall) -> None:
    bea = await people.register()
    opened = await intent(bea, stall.on_sale())
    await token(bea, opened)
    with app.counting() as first:
        await bea.post(_path(opened), key="counted")
    with app.counting() as replay:
        await bea.post(_path(opened), key="counted")
    assert (first.round_trips, replay.round_trips) == (1 + 2, 1 + 1)

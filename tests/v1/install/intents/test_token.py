"""POST /v1/install/intents/{installIntentId}/token"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest

from fleetprompt import ids, secrets
from tests.conftest import Start
from tests.support.answers import assert_error, assert_ok, assert_replayed, assert_same_refusal
from tests.support.application import App
from tests.support.callers import Caller
from tests.support.clock import FakeClock
from tests.support.contents import added_rows, unchanged
from tests.support.environment import key_ring
from tests.support.people import People
from tests.support.stall import Offer, Stall, intent, token

MINUTE_MS = 60_000


def _path(opened: dict[str, Any]) -> str:
    return f"/v1/install/intents/{opened['installIntentId']}/token"


def _uuid(opened: dict[str, Any]) -> UUID:
    found = ids.decode("int", opened["installIntentId"])
    assert found is not None
    return found


def _tokens(app: App, opened: dict[str, Any]) -> list[tuple[Any, ...]]:
    return app.database.rows(
        "select status, expires_at_ms - issued_at_ms, ended_at_ms from install_tokens where intent_id = %s order by id",
        _uuid(opened),
    )


def _events(app: App, opened: dict[str, Any]) -> list[tuple[Any, ...]]:
    return app.database.rows(
        "select type, details ->> 'installTokenId', id, cause_event_id from audit_events"
        " where install_intent_id = %s and type like 'install_token.%%' order by id",
        _uuid(opened),
    )


async def test_i_inst_03_she_mints_a_token_that_lives_15_minutes(
    app: App, people: People, stall: Stall, clock: FakeClock
) -> None:
    bea = await people.register()
    opened = await intent(bea, stall.on_sale())
    with added_rows(app.database) as added:
        answer = await bea.post(_path(opened), {})
    minted = assert_ok(answer)
    assert minted == {
        "installIntentId": opened["installIntentId"],
        "installToken": minted["installToken"],
        "expiresAtMs": clock.now_ms() + 15 * MINUTE_MS,
        "redeem": {"mode": "server_to_server", "targetSystem": "whs"},
    }
    assert answer.headers["cache-control"] == "no-store"
    assert added == {"install_tokens": 1, "audit_events": 1, "idempotency_keys": 1}
    parsed = secrets.parse_install_token(key_ring(), minted["installToken"])
    assert parsed is not None
    stored = app.database.rows(
        "select id, token_hash, key_version, status, issued_at_ms from install_tokens where intent_id = %s",
        _uuid(opened),
    )
    assert stored == [(parsed.token_id, parsed.hash, "v2", "issued", clock.now_ms())]
    shown = assert_ok(await bea.get(f"/v1/install/intents/{opened['installIntentId']}"), "installIntent")
    assert shown == {**opened, "status": "token_issued", "updatedAtMs": clock.now_ms()}


@pytest.mark.parametrize("ttl_ms", [MINUTE_MS, MINUTE_MS + 1, 60 * MINUTE_MS])
async def test_u_tok_01_a_token_lives_as_long_as_asked_for(
    people: People, stall: Stall, clock: FakeClock, ttl_ms: int
) -> None:
    bea = await people.register()
    minted = await token(bea, await intent(bea, stall.on_sale()), ttl_ms)
    assert minted["expiresAtMs"] == clock.now_ms() + ttl_ms


@pytest.mark.parametrize("ttl_ms", [0, -1, MINUTE_MS - 1, 60 * MINUTE_MS + 1, 1.5 * MINUTE_MS, "60000", None, True])
async def test_u_tok_01_other_lifetimes_are_refused(app: App, people: People, stall: Stall, ttl_ms: object) -> None:
    bea = await people.register()
    opened = await intent(bea, stall.on_sale())
    with unchanged(app.database):
        answer = await bea.post(_path(opened), {"ttlMs": ttl_ms})
    assert_error(answer, "VALIDATION_FAILED", fields=["ttlMs"])


async def test_u_tok_01_a_token_never_outlives_its_intent(people: People, stall: Stall, clock: FakeClock) -> None:
    bea = await people.register()
    clock.advance(hours=-23)
    opened = await intent(bea, stall.on_sale())
    clock.set(opened["expiresAtMs"] - 1)
    assert (await token(bea, opened))["expiresAtMs"] == opened["expiresAtMs"]
    clock.advance(ms=1)
    assert_error(await bea.post(_path(opened), {}), "CONFLICT", "transition")


async def test_u_tok_05_minting_revokes_the_earlier_token_with_an_event_of_its_own(
    app: App, people: People, stall: Stall, clock: FakeClock
) -> None:
    bea = await people.register()
    opened = await intent(bea, stall.on_sale())
    minted = []
    for _ in range(3):
        parsed = secrets.parse_install_token(key_ring(), (await token(bea, opened))["installToken"])
        assert parsed is not None
        minted.append(ids.encode("tok", parsed.token_id))
        clock.advance(seconds=1)
    now_ms, ttl_ms = clock.now_ms(), 15 * MINUTE_MS
    assert _tokens(app, opened) == [
        ("revoked", ttl_ms, now_ms - 2000),
        ("revoked", ttl_ms, now_ms - 1000),
        ("issued", ttl_ms, None),
    ]
    told = {(kind, token_id): (event_id, cause) for kind, token_id, event_id, cause in _events(app, opened)}
    assert told.keys() == {
        *(("install_token.issued", each) for each in minted),
        *(("install_token.revoked", each) for each in minted[:2]),
    }
    for earlier, newer in pairwise(minted):
        assert told["install_token.revoked", earlier][1] == told["install_token.issued", newer][0]


async def test_u_tok_04_a_token_that_ran_out_is_not_revoked_by_the_next(
    app: App, people: People, stall: Stall, clock: FakeClock
) -> None:
    bea = await people.register()
    opened = await intent(bea, stall.on_sale())
    await token(bea, opened, MINUTE_MS)
    clock.advance(ms=MINUTE_MS)
    await token(bea, opened)
    assert [kind for kind, *_ in _events(app, opened)] == ["install_token.issued"] * 2
    assert [status for status, *_ in _tokens(app, opened)] == ["issued", "issued"]


@pytest.mark.parametrize(
    "withdraw", [Stall.revoke_release, Stall.suspend_listing, Stall.suspend_publisher], ids=lambda f: f.__name__
)
async def test_i_rel_03_what_redeeming_would_refuse_is_not_minted_for(
    app: App, people: People, stall: Stall, withdraw: Callable[[Stall, Offer], None]
) -> None:
    offer, bea = stall.on_sale(), await people.register()
    opened = await intent(bea, offer)
    assert_ok(await bea.post(_path(opened), {}))
    withdraw(stall, offer)
    with unchanged(app.database):
        assert_error(await bea.post(_path(opened), {}), "CONFLICT", "not_installable")


@pytest.mark.parametrize("status", ["unlisted", "draft"])
async def test_a_listing_that_its_publisher_took_off_sale_is_still_minted_for(
    people: People, stall: Stall, status: str
) -> None:
    offer, bea = stall.on_sale(), await people.register()
    opened = await intent(bea, offer)
    stall.set_status(offer, status)
    await token(bea, opened)


async def test_u_tok_04_an_intent_at_its_end_takes_no_token(
    app: App, people: People, stall: Stall, clock: FakeClock
) -> None:
    offer, bea, partner = stall.on_sale(), await people.register(), stall.partner()
    canceled, redeemed = [await intent(bea, offer) for _ in range(2)]
    assert_ok(await bea.post(f"/v1/install/intents/{canceled['installIntentId']}/cancel"))
    assert_ok(await partner.redeem((await token(bea, redeemed))["installToken"]))
    stall.suspend_listing(offer)
    with unchanged(app.database):
        for ended in (canceled, redeemed):
            assert_error(await bea.post(_path(ended), {}), "CONFLICT", "transition")


async def test_i_inst_04_nobody_else_mints(app: App, people: People, stall: Stall, api: Caller) -> None:
    bea, eve = await people.register(), await people.register()
    opened = await intent(bea, stall.on_sale())
    nowhere = {"installIntentId": ids.encode("int", ids.new_uuid())}
    await eve.csrf_token()
    with unchanged(app.database):
        assert_error(refused := await eve.post(_path(opened), {}), "NOT_FOUND")
        assert_same_refusal(refused, await eve.post(_path(nowhere), {}))
        assert_error(await api.post(_path(opened), {}), "UNAUTHENTICATED")


async def test_i_inst_06_minting_is_replayed_with_the_very_same_token(
    app: App, people: People, stall: Stall, clock: FakeClock
) -> None:
    offer, bea = stall.on_sale(), await people.register()
    opened = await intent(bea, offer)
    first = await bea.post(_path(opened), {}, key="mint")
    later = await bea.post(_path(opened), {}, key="mint-again")
    assert later.json()["installToken"] != first.json()["installToken"]
    assert_ok(await bea.post(f"/v1/install/intents/{opened['installIntentId']}/cancel"))
    stall.suspend_publisher(offer)
    clock.advance(hours=1)
    with unchanged(app.database):
        assert_replayed(await bea.post(_path(opened), {}, key="mint"), first)
        different = await bea.post(_path(opened), {"ttlMs": MINUTE_MS}, key="mint")
        assert_error(different, "CONFLICT", "idempotency_key_reused")
        assert_error(await bea.post(_path(opened), {}, key=None), "VALIDATION_FAILED", fields=["Idempotency-Key"])
    assert first.json()["installToken"] not in str(app.database.rows("select * from idempotency_keys"))


async def test_r_tok_02_of_many_mints_at_once_exactly_one_token_lives(app: App, people: People, stall: Stall) -> None:
    bea = await people.register()
    opened = await intent(bea, stall.on_sale())
    await bea.csrf_token()
    minted = [assert_ok(each) for each in await asyncio.gather(*(bea.post(_path(opened), {}) for _ in range(6)))]
    assert len({each["installToken"] for each in minted}) == 6
    ended = [status for status, *_ in _tokens(app, opened)]
    assert sorted(ended) == ["issued"] + ["revoked"] * 5
    (alive,) = app.database.rows("select current_token_id from install_intents where id = %s", _uuid(opened))
    assert app.database.value("select status from install_tokens where id = %s", *alive) == "issued"
    kinds = sorted(kind for kind, *_ in _events(app, opened))
    assert kinds == ["install_token.issued"] * 6 + ["install_token.revoked"] * 5


async def test_where_the_browser_hands_a_token_over_is_told_without_the_token(start: Start) -> None:
    app = await start(INSTALL_URLS="whs=https://whs.example/install")
    stall, bea = Stall(app), await app.people.register()
    minted = await token(bea, await intent(bea, stall.on_sale()))
    assert minted["redeem"]["handoverUrl"] == "https://whs.example/install"
    elsewhere = await token(bea, await intent(bea, stall.on_sale(), targetSystem="agentelic"))
    assert "handoverUrl" not in elsewhere["redeem"]


async def test_minting_costs_two_round_trips_and_its_replay_one(app: App, people: People, stall: Stall) -> None:
    bea = await people.register()
    opened = await intent(bea, stall.on_sale())
    for _ in range(2):
        with app.counting() as first:
            await bea.post(_path(opened), {}, key="counted")
        with app.counting() as again:
            await bea.post(_path(opened), {})
    assert (first.round_trips, again.round_trips) == (1 + 1, 1 + 2)


async def test_u_tok_02_no_log_line_holds_a_token(app: App, people: People, stall: Stall) -> None:
    bea, partner = await people.register(), stall.partner()
    text = (await token(bea, await intent(bea, stall.on_sale())))["installToken"]
    assert_ok(await partner.redeem(text))
    assert_error(await partner.redeem(text), "NOT_FOUND")
    assert text not in app.log.path.read_text()
    assert text.rpartition("_")[2] not in app.log.path.read_text()

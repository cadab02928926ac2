"""POST /v1/install/intents/{installIntentId}/token"""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import Any

import pytest

from fleetprompt import ids, secrets
from tests.conftest import Start
from tests.support import market
from tests.support.answers import assert_error, assert_ok, assert_replayed, assert_same_refusal
from tests.support.application import App
from tests.support.callers import Caller, fresh_key
from tests.support.clock import FakeClock
from tests.support.contents import added_rows, unchanged
from tests.support.environment import key_ring
from tests.support.market import Intent
from tests.support.people import People, Person
from tests.support.withdrawals import (
    WITHDRAWALS,
    Withdraw,
    set_draft,
    set_unlisted,
    suspend_listing,
    suspend_publisher,
)

MINUTE_MS = 60_000


def _path(opened: Intent) -> str:
    return f"{opened.path}/token"


def _tokens(app: App, opened: Intent) -> list[tuple[Any, ...]]:
    return app.database.rows(
        "select status, expires_at_ms - issued_at_ms, ended_at_ms from install_tokens where intent_id = %s order by id",
        opened.uuid,
    )


def _events(app: App, opened: Intent) -> list[tuple[Any, ...]]:
    return app.database.rows(
        "select type, details ->> 'installTokenId', id, cause_event_id from audit_events"
        " where install_intent_id = %s and type like 'install_token.%%' order by id",
        opened.uuid,
    )


async def test_i_inst_03_she_mints_a_token_that_lives_15_minutes(
    app: App, people: People, ada: Person, clock: FakeClock
) -> None:
    bea = await people.register()
    opened = await market.intent(bea, await market.on_sale(ada))
    clock.advance(seconds=1)
    with added_rows(app.database) as added:
        answer = await bea.post(_path(opened), {})
    minted = assert_ok(answer)
    assert minted == {
        "installIntentId": opened.id,
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
        opened.uuid,
    )
    assert stored == [(parsed.token_id, parsed.hash, "v2", "issued", clock.now_ms())]
    shown = assert_ok(await bea.get(opened.path), "installIntent")
    assert shown == {**opened.body, "status": "token_issued", "updatedAtMs": clock.now_ms()}


@pytest.mark.parametrize("ttl_ms", [MINUTE_MS, MINUTE_MS + 1, 60 * MINUTE_MS])
async def test_u_tok_01_a_token_lives_as_long_as_asked_for(
    people: People, ada: Person, clock: FakeClock, ttl_ms: int
) -> None:
    opened = await market.intent(await people.register(), await market.on_sale(ada))
    minted = await market.token(opened, ttl_ms)
    assert minted.body["expiresAtMs"] == clock.now_ms() + ttl_ms


@pytest.mark.parametrize("ttl_ms", [0, -1, MINUTE_MS - 1, 60 * MINUTE_MS + 1, 1.5 * MINUTE_MS, "60000", None, True])
async def test_u_tok_01_other_lifetimes_are_refused(app: App, people: People, ada: Person, ttl_ms: object) -> None:
    bea = await people.register()
    opened = await market.intent(bea, await market.on_sale(ada))
    with unchanged(app.database):
        answer = await bea.post(_path(opened), {"ttlMs": ttl_ms})
    assert_error(answer, "VALIDATION_FAILED", fields=["ttlMs"])


async def test_u_tok_01_a_token_never_outlives_its_intent(people: People, ada: Person, clock: FakeClock) -> None:
    offer, bea = await market.on_sale(ada), await people.register()
    clock.advance(hours=-23)  # her session outlives the intent
    opened = await market.intent(bea, offer)
    clock.set(opened.body["expiresAtMs"] - 1)
    assert (await market.token(opened)).body["expiresAtMs"] == opened.body["expiresAtMs"]
    clock.advance(ms=1)
    assert_error(await bea.post(_path(opened), {}), "CONFLICT", "transition")


async def test_u_tok_05_minting_revokes_the_earlier_token_with_an_event_of_its_own(
    app: App, people: People, ada: Person, clock: FakeClock
) -> None:
    opened = await market.intent(await people.register(), await market.on_sale(ada))
    minted = []
    for _ in range(3):
        parsed = secrets.parse_install_token(key_ring(), (await market.token(opened)).text)
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
    app: App, people: People, ada: Person, clock: FakeClock
) -> None:
    opened = await market.intent(await people.register(), await market.on_sale(ada))
    await market.token(opened, MINUTE_MS)
    clock.advance(ms=MINUTE_MS)
    await market.token(opened)
    assert [kind for kind, *_ in _events(app, opened)] == ["install_token.issued"] * 2
    assert [status for status, *_ in _tokens(app, opened)] == ["issued", "issued"]


@pytest.mark.parametrize("withdraw", WITHDRAWALS, ids=lambda f: f.__name__)
async def test_i_rel_03_what_redeeming_would_refuse_is_not_minted_for(
    app: App, people: People, withdraw: Withdraw
) -> None:
    offer, bea = await market.on_sale(await people.publisher()), await people.register()
    opened = await market.intent(bea, offer)
    await market.token(opened)
    await withdraw(app.database, offer)
    with unchanged(app.database):
        assert_error(await bea.post(_path(opened), {}), "CONFLICT", "not_installable")


@pytest.mark.parametrize("take_off_sale", [set_draft, set_unlisted])
async def test_a_listing_that_its_publisher_took_off_sale_is_still_minted_for(
    app: App, people: People, ada: Person, take_off_sale: Withdraw
) -> None:
    offer = await market.on_sale(ada)
    opened = await market.intent(await people.register(), offer)
    await take_off_sale(app.database, offer)
    assert (await market.token(opened)).text.startswith("fpt_")


async def test_u_tok_04_an_intent_at_its_end_takes_no_token(app: App, people: People, ada: Person) -> None:
    offer, bea, partner = await market.on_sale(ada), await people.register(), await people.partner()
    canceled, redeemed = [await market.intent(bea, offer) for _ in range(2)]
    assert_ok(await bea.post(f"{canceled.path}/cancel"))
    assert_ok(await partner.redeem((await market.token(redeemed)).text))
    await suspend_listing(app.database, offer)
    with unchanged(app.database):
        for ended in (canceled, redeemed):
            assert_error(await bea.post(_path(ended), {}), "CONFLICT", "transition")


async def test_i_inst_04_nobody_else_mints(app: App, people: People, ada: Person, api: Caller) -> None:
    bea, eve = await people.register(), await people.register()
    opened = await market.intent(bea, await market.on_sale(ada))
    await eve.csrf_token()
    with unchanged(app.database):
        assert_error(refused := await eve.post(_path(opened), {}), "NOT_FOUND")
        nowhere = ids.encode("int", ids.new_uuid())
        assert_same_refusal(refused, await eve.post(f"/v1/install/intents/{nowhere}/token", {}))
        assert_error(await ada.post(_path(opened), {}), "NOT_FOUND")
        assert_error(await api.post(_path(opened), {}), "UNAUTHENTICATED")


async def test_i_inst_06_minting_is_replayed_with_the_very_same_token(
    app: App, people: People, clock: FakeClock
) -> None:
    offer, bea, key = await market.on_sale(await people.publisher()), await people.register(), fresh_key()
    opened = await market.intent(bea, offer)
    first = await bea.post(_path(opened), {}, key=key)
    assert (await market.token(opened)).text != first.json()["installToken"]
    assert_ok(await bea.post(f"{opened.path}/cancel"))
    await suspend_publisher(app.database, offer)
    clock.advance(minutes=59)
    with unchanged(app.database, but=["sessions"]):
        assert_replayed(await bea.post(_path(opened), {}, key=key), first)
        different = await bea.post(_path(opened), {"ttlMs": MINUTE_MS}, key=key)
        assert_error(different, "CONFLICT", "idempotency_key_reused")
        keyless = await bea.post(_path(opened), {}, key=None)
        assert_error(keyless, "VALIDATION_FAILED", fields=["Idempotency-Key"])
    bodies = app.database.rows("select body from idempotency_keys where operation = 'installs.mint_token'")
    assert bodies
    assert not any(b"fpt_" in body for (body,) in bodies)


async def test_r_tok_02_of_many_mints_at_once_exactly_one_token_lives(app: App, people: People, ada: Person) -> None:
    bea = await people.register()
    opened = await market.intent(bea, await market.on_sale(ada))
    minted = [assert_ok(each) for each in await asyncio.gather(*(bea.post(_path(opened), {}) for _ in range(6)))]
    assert len({each["installToken"] for each in minted}) == 6
    assert sorted(status for status, *_ in _tokens(app, opened)) == ["issued"] + ["revoked"] * 5
    assert (
        app.database.value(
            "select t.status from install_intents i join install_tokens t on t.id = i.current_token_id where i.id = %s",
            opened.uuid,
        )
        == "issued"
    )
    kinds = sorted(kind for kind, *_ in _events(app, opened))
    assert kinds == ["install_token.issued"] * 6 + ["install_token.revoked"] * 5


async def test_where_the_browser_hands_a_token_over_is_told_without_the_token(start: Start) -> None:
    people = (await start(INSTALL_URLS="whs=https://whs.example/install")).people
    offer, bea = await market.on_sale(await people.publisher()), await people.register()
    minted = await market.token(await market.intent(bea, offer, "whs"))
    assert minted.body["redeem"]["handoverUrl"] == "https://whs.example/install"
    elsewhere = await market.token(await market.intent(bea, offer, "agentelic"))
    assert "handoverUrl" not in elsewhere.body["redeem"]


async def test_minting_costs_two_round_trips_and_its_replay_one(app: App, people: People, ada: Person) -> None:
    bea, key = await people.register(), fresh_key()
    opened = await market.intent(bea, await market.on_sale(ada))
    costs = []
    for each in (key, fresh_key(), key):
        with app.counting() as cost:
            assert_ok(await bea.post(_path(opened), {}, key=each))
        costs.append(cost.round_trips)
    assert costs == [1 + 2, 1 + 2, 1 + 1]


async def test_u_tok_02_s_sec_02_no_log_line_holds_a_token(app: App, people: People, ada: Person) -> None:
    bea, partner = await people.register(), await people.partner()
    minted = await market.token(await market.intent(bea, await market.on_sale(ada)))
    assert_ok(await partner.redeem(minted.text))
    assert_error(await partner.redeem(minted.text), "NOT_FOUND")
    logged = "\n".join(str(line) for line in app.log.lines())
    assert "installs.redeem_token" in logged
    assert minted.text not in logged
    assert minted.text[-43:] not in logged

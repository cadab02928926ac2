"""How long nonces and stored replies are kept (spec 6.2, 8 Retention)."""

from __future__ import annotations

import asyncio

from fleetprompt.runtime.retention import purge_ledger, purge_nonces
from tests.support import market
from tests.support.answers import assert_created, assert_ok, assert_replayed
from tests.support.application import App
from tests.support.callers import fresh_key
from tests.support.clock import FakeClock
from tests.support.contents import added_rows, unchanged
from tests.support.jobs import batch
from tests.support.people import People, Person

MINUTE_MS = 60_000
INTENTS = "/v1/install/intents"


async def test_a_nonce_leaves_ten_minutes_after_its_signature_stopped_counting(
    app: App, people: People, clock: FakeClock
) -> None:
    partner = await people.partner()
    created_ms = clock.now_ms() // 1000 * 1000
    assert_ok(await partner.post("/v1/internal/ping"))
    clock.set(created_ms + 15 * MINUTE_MS - 1)
    with unchanged(app.database):
        assert await batch(app.services, purge_nonces) == 0
    clock.advance(ms=1)
    with added_rows(app.database) as added:
        assert await batch(app.services, purge_nonces) == 1
    assert added == {"request_nonces": -1}


async def test_a_stored_reply_leaves_after_24_hours(app: App, people: People, ada: Person, clock: FakeClock) -> None:
    offer, bea, key = await market.on_sale(ada), await people.register(), fresh_key()
    clock.advance(hours=-23)  # her session outlives the stored reply
    request = market.intent_request(offer)
    first = await bea.post(INTENTS, request, key=key)
    clock.advance(hours=24, ms=-1)
    assert await batch(app.services, purge_ledger) == 0
    assert_replayed(await bea.post(INTENTS, request, key=key), first)
    clock.advance(ms=1)
    with added_rows(app.database) as added:
        assert await batch(app.services, purge_ledger) == 1
    assert added == {"idempotency_keys": -1, "audit_events": 1}
    again = await bea.post(INTENTS, request, key=key)
    assert assert_created(again, "installIntent") != first.json()["installIntent"]


async def test_an_expired_reply_that_is_purged_while_its_key_is_used_again_makes_no_difference(
    app: App, people: People, ada: Person, clock: FakeClock
) -> None:
    offer, bea = await market.on_sale(ada), await people.register()
    request, keys = market.intent_request(offer), [fresh_key() for _ in range(8)]
    await bea.csrf_token()
    clock.advance(hours=-23)  # her session outlives the stored replies
    for key in keys:
        assert_created(await bea.post(INTENTS, request, key=key), "installIntent")
    clock.advance(hours=24)
    answers, _ = await asyncio.gather(
        asyncio.gather(*(bea.post(INTENTS, request, key=key) for key in keys)),
        asyncio.gather(*(batch(app.services, purge_ledger, limit=3) for _ in range(6))),
    )
    for key, answer in zip(keys, answers, strict=True):
        assert_created(answer, "installIntent")
        assert_replayed(await bea.post(INTENTS, request, key=key), answer)


async def test_many_processes_purge_every_row_once(app: App, people: People, clock: FakeClock) -> None:
    partner = await people.partner()
    for _ in range(10):
        assert_ok(await partner.post("/v1/internal/ping"))
    clock.advance(days=1)
    done: list[int] = []
    while app.database.value("select count(*) from request_nonces"):
        done += await asyncio.gather(*(batch(app.services, purge_nonces, limit=2) for _ in range(3)))
    assert max(done) <= 2
    assert sum(done) == 10

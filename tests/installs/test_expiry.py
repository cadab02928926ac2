"""What the jobs write down of deadlines that have passed (spec 4 Transitions)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from fleetprompt import ids
from fleetprompt.installs.expire_intents import expire_intents
from fleetprompt.installs.expire_tokens import expire_tokens
from tests.support import market
from tests.support.answers import assert_error, assert_ok
from tests.support.application import App
from tests.support.clock import FakeClock
from tests.support.contents import added_rows, unchanged
from tests.support.jobs import batch
from tests.support.market import Intent
from tests.support.people import People, Person


def _events(app: App, kind: str, *of: Intent) -> list[tuple[Any, ...]]:
    return app.database.rows(
        "select actor_type, actor_id, install_intent_id, listing_id, release_id from audit_events"
        " where type = %s and install_intent_id = any(%s)",
        kind,
        [each.uuid for each in of],
    )


@pytest.fixture(autouse=True)
async def nothing_is_overdue(app: App, clock: FakeClock) -> None:
    """Each test begins with no deadline unwritten, however far the one before it went."""
    clock.advance(days=10)
    for operation in (expire_tokens, expire_intents):
        await batch(app.services, operation)
    clock.reset()


async def test_an_overdue_intent_is_written_down_once_as_it_was_shown_before(
    app: App, people: People, ada: Person, clock: FakeClock
) -> None:
    offer, bea = await market.on_sale(ada), await people.register()
    clock.advance(hours=-23)  # her session outlives the intent
    opened = await market.intent(bea, offer)
    deadline_ms = opened.body["expiresAtMs"]
    clock.set(deadline_ms - 1)
    assert await batch(app.services, expire_intents) == 0
    clock.advance(minutes=5)
    before = assert_ok(await bea.get(opened.path), "installIntent")
    with added_rows(app.database) as added:
        assert await batch(app.services, expire_intents) == 1
    assert added == {"audit_events": 1}
    stored = app.database.rows("select status, updated_at_ms from install_intents where id = %s", opened.uuid)
    assert stored == [("expired", deadline_ms)]
    assert assert_ok(await bea.get(opened.path), "installIntent") == before
    with unchanged(app.database):
        assert await batch(app.services, expire_intents) == 0
    listing_id, release_id = ids.decode("lst", offer.listing.id), ids.decode("rel", offer.id)
    told = _events(app, "install_intent.expired", opened)
    assert told == [("system", None, opened.uuid, listing_id, release_id)]


async def test_an_overdue_token_is_written_down_once_and_its_intent_lives_on(
    app: App, people: People, ada: Person, clock: FakeClock
) -> None:
    bea, partner = await people.register(), await people.partner()
    opened = await market.intent(bea, await market.on_sale(ada))
    minted = await market.token(opened)
    clock.set(minted.body["expiresAtMs"] - 1)
    assert await batch(app.services, expire_tokens) == 0
    clock.advance(minutes=1)
    with added_rows(app.database) as added:
        assert await batch(app.services, expire_tokens) == 1
        assert await batch(app.services, expire_tokens) == 0
    assert added == {"audit_events": 1}
    stored = app.database.rows("select status, ended_at_ms from install_tokens where intent_id = %s", opened.uuid)
    assert stored == [("expired", minted.body["expiresAtMs"])]
    assert len(_events(app, "install_token.expired", opened)) == 1
    assert_error(await partner.redeem(minted.text), "NOT_FOUND")
    assert_ok(await partner.redeem((await market.token(opened)).text))


async def test_what_ended_otherwise_does_not_expire(app: App, people: People, ada: Person, clock: FakeClock) -> None:
    offer, bea, partner = await market.on_sale(ada), await people.register(), await people.partner()
    canceled, redeemed = [await market.intent(bea, offer) for _ in range(2)]
    await market.token(canceled)
    assert_ok(await bea.post(f"{canceled.path}/cancel"))
    assert_ok(await partner.redeem((await market.token(redeemed)).text))
    clock.advance(days=2)
    with unchanged(app.database):
        assert await batch(app.services, expire_intents) == 0
        assert await batch(app.services, expire_tokens) == 0


async def test_many_processes_write_each_deadline_down_once_in_batches(
    app: App, people: People, ada: Person, clock: FakeClock
) -> None:
    offer, bea = await market.on_sale(ada), await people.register()
    opened = [await market.intent(bea, offer) for _ in range(12)]
    for each in opened:
        await market.token(each)
    clock.advance(days=1)
    for operation, kind in ((expire_intents, "install_intent.expired"), (expire_tokens, "install_token.expired")):
        done: list[int] = []
        while sum(done) < len(opened):
            done += await asyncio.gather(*(batch(app.services, operation, limit=3) for _ in range(4)))
            assert len(done) < 100
        assert max(done) <= 3
        assert sum(done) == len(opened)
        assert len(_events(app, kind, *opened)) == len(opened)


async def test_a_batch_leaves_alone_what_another_transaction_works_on(
    app: App, people: People, ada: Person, clock: FakeClock
) -> None:
    offer, bea = await market.on_sale(ada), await people.register()
    busy, free = [await market.intent(bea, offer) for _ in range(2)]
    clock.advance(days=1)
    with app.database.as_owner() as other, other.transaction():
        other.execute("select 1 from install_intents where id = %s for update", (busy.uuid,))
        assert await batch(app.services, expire_intents) == 1
    assert _events(app, "install_intent.expired", busy) == []
    assert len(_events(app, "install_intent.expired", free)) == 1
    assert await batch(app.services, expire_intents) == 1

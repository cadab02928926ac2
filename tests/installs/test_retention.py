"""How long ended tokens and intents are kept (spec 8 Retention)."""

from __future__ import annotations

import pytest

from fleetprompt.installs.expire_intents import expire_intents
from fleetprompt.installs.expire_tokens import expire_tokens
from fleetprompt.installs.purge_intents import purge_intents
from fleetprompt.installs.purge_tokens import purge_tokens
from tests.support import market
from tests.support.answers import assert_ok
from tests.support.application import App
from tests.support.callers import Partner
from tests.support.clock import FakeClock
from tests.support.contents import added_rows, unchanged
from tests.support.jobs import batch
from tests.support.market import Intent
from tests.support.people import People, Person

DAY_MS = 86_400_000


@pytest.fixture(scope="module")
async def partner(people: People) -> Partner:
    """The server of `whs`."""
    return await people.partner("whs")


@pytest.fixture(autouse=True)
async def nothing_is_left(app: App, clock: FakeClock) -> None:
    """Each test begins without the tokens and intents of the one before it."""
    clock.advance(days=1000)
    for operation in (expire_tokens, expire_intents, purge_tokens, purge_intents):
        while await batch(app.services, operation):
            pass
    clock.reset()


async def _intents(people: People, ada: Person, count: int) -> list[Intent]:
    offer, bea = await market.on_sale(ada), await people.register()
    return [await market.intent(bea, offer) for _ in range(count)]


async def _redeem(partner: Partner, opened: Intent) -> None:
    assert_ok(await partner.redeem((await market.token(opened)).text))


async def test_tokens_are_kept_30_days_after_their_end_however_they_ended(
    app: App, people: People, ada: Person, partner: Partner, clock: FakeClock
) -> None:
    redeemed, twice, waiting = await _intents(people, ada, 3)
    await _redeem(partner, redeemed)
    for _ in range(2):
        await market.token(twice)
    await market.token(waiting)
    started_ms = clock.now_ms()
    clock.set(started_ms + 30 * DAY_MS - 1)
    assert await batch(app.services, purge_tokens) == 0
    clock.advance(ms=1)
    with added_rows(app.database) as added:
        assert await batch(app.services, purge_tokens) == 2
        assert await batch(app.services, purge_tokens) == 0
    assert added == {"install_tokens": -2, "audit_events": 1}
    left = app.database.rows("select intent_id from install_tokens where status = 'issued'")
    assert sorted(left) == sorted([(twice.uuid,), (waiting.uuid,)])
    assert await batch(app.services, expire_tokens) == 2
    clock.set(started_ms + 30 * DAY_MS + 15 * 60_000 - 1)
    assert await batch(app.services, purge_tokens) == 0
    clock.advance(ms=1)
    assert await batch(app.services, purge_tokens) == 2


async def test_intents_are_kept_90_days_after_their_end_however_they_ended(
    app: App, people: People, ada: Person, partner: Partner, clock: FakeClock
) -> None:
    redeemed, canceled, expired = await _intents(people, ada, 3)
    await _redeem(partner, redeemed)
    assert_ok(await canceled.buyer.post(f"{canceled.path}/cancel"))
    started_ms = clock.now_ms()
    clock.advance(days=1)
    assert await batch(app.services, expire_intents) == 1
    clock.set(started_ms + 90 * DAY_MS - 1)
    assert await batch(app.services, purge_tokens) == 1
    assert await batch(app.services, purge_intents) == 0
    clock.advance(ms=1)
    with added_rows(app.database) as added:
        assert await batch(app.services, purge_intents) == 2
    assert added == {"install_intents": -2, "audit_events": 1}
    assert app.database.rows("select id from install_intents") == [(expired.uuid,)]
    clock.advance(days=1)
    assert await batch(app.services, purge_intents) == 1


async def test_an_intent_waits_until_its_tokens_are_gone(
    app: App, people: People, ada: Person, partner: Partner, clock: FakeClock
) -> None:
    (opened,) = await _intents(people, ada, 1)
    await _redeem(partner, opened)
    clock.advance(days=200)
    with unchanged(app.database):
        assert await batch(app.services, purge_intents) == 0
    assert await batch(app.services, purge_tokens) == 1
    assert await batch(app.services, purge_intents) == 1


async def test_what_has_not_ended_stays(app: App, people: People, ada: Person, clock: FakeClock) -> None:
    opened, _ = await _intents(people, ada, 2)
    await market.token(opened)
    clock.advance(days=1000)
    with unchanged(app.database):
        assert await batch(app.services, purge_tokens) == 0
        assert await batch(app.services, purge_intents) == 0


async def test_its_event_tells_how_many_left_of_which_table(
    app: App, people: People, ada: Person, partner: Partner, clock: FakeClock
) -> None:
    for opened in await _intents(people, ada, 3):
        await _redeem(partner, opened)
    clock.advance(days=31)
    assert [await batch(app.services, purge_tokens, limit=2) for _ in range(3)] == [2, 1, 0]
    told = app.database.rows(
        "select actor_type, details from audit_events where type = 'retention.purged' and created_at_ms = %s"
        " order by id",
        clock.now_ms(),
    )
    until_ms = clock.now_ms() - 30 * DAY_MS
    assert told == [("system", {"table": "install_tokens", "rows": rows, "endedUntilMs": until_ms}) for rows in (2, 1)]

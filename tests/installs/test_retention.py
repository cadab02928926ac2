"""How long ended tokens and intents are kept (spec 8 Retention)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from fleetprompt import ids
from fleetprompt.installs.expire_intents import expire_intents
from fleetprompt.installs.expire_tokens import expire_tokens
from fleetprompt.installs.purge_intents import purge_intents
from fleetprompt.installs.purge_tokens import purge_tokens
from tests.support.answers import assert_ok
from tests.support.application import App
from tests.support.clock import FakeClock
from tests.support.contents import added_rows, unchanged
from tests.support.jobs import batch
from tests.support.people import People
from tests.support.stall import Stall, intent, token

DAY_MS = 86_400_000


def _uuid(opened: dict[str, Any]) -> UUID:
    found = ids.decode("int", opened["installIntentId"])
    assert found is not None
    return found


@pytest.fixture(autouse=True)
async def nothing_is_left(app: App, clock: FakeClock) -> None:
    """Each test begins without the tokens and intents of the one before it."""
    clock.advance(days=1000)
    for operation in (expire_tokens, expire_intents, purge_tokens, purge_intents):
        while await batch(app.services, operation):
            pass
    clock.reset()


async def test_tokens_are_kept_30_days_after_their_end_however_they_ended(
    app: App, people: People, stall: Stall, clock: FakeClock
) -> None:
    bea, partner = await people.register(), stall.partner()
    redeemed, twice, waiting = [await intent(bea, stall.on_sale()) for _ in range(3)]
    assert_ok(await partner.redeem((await token(bea, redeemed))["installToken"]))
    for _ in range(2):
        await token(bea, twice)
    await token(bea, waiting, ttl_ms=60 * 60_000)
    started_ms = clock.now_ms()
    clock.set(started_ms + 30 * DAY_MS - 1)
    assert await batch(app.services, purge_tokens) == 0
    clock.advance(ms=1)
    with added_rows(app.database) as added:
        assert await batch(app.services, purge_tokens) == 2
        assert await batch(app.services, purge_tokens) == 0
    assert added == {"install_tokens": -2, "audit_events": 1}
    left = app.database.rows(
        "select intent_id from install_tokens where status = 'issued' and intent_id in (%s, %s)",
        _uuid(twice),
        _uuid(waiting),
    )
    assert sorted(left) == sorted([(_uuid(twice),), (_uuid(waiting),)])
    await batch(app.services, expire_tokens)
    clock.set(started_ms + 30 * DAY_MS + 15 * 60_000)
    assert await batch(app.services, purge_tokens) == 1


async def test_intents_are_kept_90_days_after_their_end_however_they_ended(
    app: App, people: People, stall: Stall, clock: FakeClock
) -> None:
    bea, partner = await people.register(), stall.partner()
    redeemed, canceled, expired = [await intent(bea, stall.on_sale()) for _ in range(3)]
    assert_ok(await partner.redeem((await token(bea, redeemed))["installToken"]))
    assert_ok(await bea.post(f"/v1/install/intents/{canceled['installIntentId']}/cancel"))
    started_ms = clock.now_ms()
    clock.advance(days=1)
    await batch(app.services, expire_intents)
    clock.set(started_ms + 90 * DAY_MS - 1)
    await batch(app.services, purge_tokens)
    assert await batch(app.services, purge_intents) == 0
    clock.advance(ms=1)
    with added_rows(app.database) as added:
        assert await batch(app.services, purge_intents) == 2
    assert added == {"install_intents": -2, "audit_events": 1}
    assert app.database.value("select count(*) from install_intents where id = %s", _uuid(expired)) == 1
    clock.advance(days=1)
    assert await batch(app.services, purge_intents) == 1


async def test_an_intent_waits_until_its_tokens_are_gone(
    app: App, people: People, stall: Stall, clock: FakeClock
) -> None:
    bea, partner = await people.register(), stall.partner()
    opened = await intent(bea, stall.on_sale())
    assert_ok(await partner.redeem((await token(bea, opened))["installToken"]))
    clock.advance(days=200)
    with unchanged(app.database):
        assert await batch(app.services, purge_intents) == 0
    assert await batch(app.services, purge_tokens) == 1
    assert await batch(app.services, purge_intents) == 1


async def test_the_live_never_leaves(app: App, people: People, stall: Stall, clock: FakeClock) -> None:
    bea = await people.register()
    await token(bea, await intent(bea, stall.on_sale()))
    await intent(bea, stall.on_sale())
    clock.advance(days=1000)
    with unchanged(app.database):
        assert await batch(app.services, purge_tokens) == 0
        assert await batch(app.services, purge_intents) == 0


async def test_its_event_tells_how_many_left_of_which_table(
    app: App, people: People, stall: Stall, clock: FakeClock
) -> None:
    bea, partner = await people.register(), stall.partner()
    for _ in range(3):
        minted = await token(bea, await intent(bea, stall.on_sale()))
        assert_ok(await partner.redeem(minted["installToken"]))
    clock.advance(days=31)
    assert [await batch(app.services, purge_tokens, limit=2) for _ in range(3)] == [2, 1, 0]
    told = app.database.rows(
        "select actor_type, details from audit_events where type = 'retention.purged' and created_at_ms = %s"
        " order by id",
        clock.now_ms(),
    )
    until_ms = clock.now_ms() - 30 * DAY_MS
    assert told == [("system", {"table": "install_tokens", "rows": rows, "endedUntilMs": until_ms}) for rows in (2, 1)]

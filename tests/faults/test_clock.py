"""A clock two minutes off: everything goes on, and whoever looks is told (spec 3, 9)."""

from __future__ import annotations

import pytest

from fleetprompt.clock import SystemClock
from tests.support import market
from tests.support.answers import assert_ok
from tests.support.application import App
from tests.support.clock import FakeClock
from tests.support.metrics import value_in
from tests.support.people import People

TWO_MINUTES_MS = 2 * 60 * 1000
AGREEING_WITHIN_MS = 10_000


@pytest.mark.parametrize("off_ms", [-TWO_MINUTES_MS, TWO_MINUTES_MS])
async def test_a_clock_two_minutes_off_refuses_no_partner_and_is_told(app: App, clock: FakeClock, off_ms: int) -> None:
    clock.set(SystemClock().now_ms() + off_ms)
    exact = People(app.line, app.database, SystemClock())
    ada, bea, whs = await app.people.publisher(), await app.people.register(), await exact.partner("whs")
    token = await market.token(await market.intent(bea, await market.on_sale(ada), "whs"))
    assert assert_ok(await whs.redeem(token.text))["installIntent"]["status"] == "redeemed"
    ready = assert_ok(await app.people.visitor().get("/readyz"))
    assert abs(ready["clockAheadMs"] - off_ms) < AGREEING_WITHIN_MS
    ahead_s = value_in((await app.people.visitor().get("/metrics")).text, "fleetprompt_clock_ahead_seconds")
    assert ahead_s is not None
    assert abs(ahead_s * 1000 - off_ms) < AGREEING_WITHIN_MS

"""How often partners, and those who only pretend to be one, may call."""

from __future__ import annotations

from tests.conftest import Start
from tests.support.answers import assert_error, assert_ok
from tests.support.contents import unchanged

PING = "/v1/internal/ping"


async def test_i_int_08_redeem_is_limited_by_partner_system_whichever_its_key(start: Start) -> None:
    app = await start(RATE_LIMITS="redeem=3/min")
    one, rotated, other = [await app.people.partner(system) for system in ("whs", "whs", "agentelic")]
    for caller in (one, rotated, one):
        assert_error(await caller.redeem("no token"), "NOT_FOUND")
    with unchanged(app.database):
        for caller in (one, rotated):
            assert_error(await caller.redeem("no token"), "RATE_LIMITED")
    assert_ok(await other.post(PING))
    app.clock.advance(minutes=1)
    assert_ok(await rotated.post(PING))


async def test_i_int_08_failed_verifications_are_limited_by_address_and_sound_ones_are_not(start: Start) -> None:
    app = await start(RATE_LIMITS="internal_failure=2/min")
    partner, visitor = await app.people.partner(), app.people.visitor()
    for _ in range(3):
        assert_ok(await partner.post(PING))
    for _ in range(2):
        assert_error(await visitor.post(PING), "UNAUTHENTICATED")
    assert_error(await visitor.post(PING), "RATE_LIMITED")
    app.clock.advance(minutes=1)
    assert_error(await visitor.post(PING), "UNAUTHENTICATED")

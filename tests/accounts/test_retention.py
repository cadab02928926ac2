"""How long sessions are kept (spec 8 Retention)."""

from __future__ import annotations

from fleetprompt.accounts.purge_sessions import purge_sessions
from tests.support.application import App
from tests.support.clock import FakeClock
from tests.support.jobs import batch
from tests.support.people import People


async def test_a_session_leaves_when_its_longest_life_is_over(app: App, people: People, clock: FakeClock) -> None:
    await people.register("Bea")
    clock.advance(days=14, ms=-1)
    assert await batch(app.services, purge_sessions) == 0
    clock.advance(ms=1)
    assert await batch(app.services, purge_sessions) == 1
    assert app.database.value("select count(*) from sessions") == 0
    assert app.database.value("select count(*) from audit_events where type = 'retention.purged'") == 1

"""A defect inside an operation: INTERNAL without a detail, nothing changed, and the log knows (spec 6.1, 9)."""

from __future__ import annotations

import dataclasses
from typing import Final

import pytest

from fleetprompt.app import ROUTES, build_app
from fleetprompt.clock import Clock
from fleetprompt.rate_limits import NO_LIMITS
from fleetprompt.web.limits import Limiter
from tests.operations.cases import Ready, names
from tests.operations.moved import line_to, moved
from tests.support.answers import assert_error
from tests.support.application import App
from tests.support.contents import difference, snapshot

DETAIL: Final = "the spring of the clock at /srv/clock.py broke"


class BreakingClock:
    """Tells the time so many times, and then raises."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.tellings_left = 0

    def now_ms(self) -> int:
        """The time. Raises RuntimeError once it is broken."""
        if self.tellings_left == 0:
            raise RuntimeError(DETAIL)
        self.tellings_left -= 1
        return self._clock.now_ms()


@pytest.mark.parametrize("route", ROUTES, ids=names(ROUTES))
async def test_a_crash_is_internal_tells_nothing_and_changes_nothing(ready: Ready, app: App) -> None:
    clock = BreakingClock(app.clock)
    limiter = Limiter(NO_LIMITS, clock=app.clock, key=b"limits", metrics=app.services.metrics)
    breaking = build_app(dataclasses.replace(app.services, clock=clock), limiter, app.log.log)
    caller = await moved(ready.case.caller, line_to(breaking))
    before = snapshot(app.database)
    crashes = 0
    while True:
        clock.tellings_left = crashes
        answer = await ready.send(by=caller)
        if answer.status_code != 500:
            break
        crashes += 1
        error = assert_error(answer, "INTERNAL")
        assert "clock" not in answer.text
        assert not difference(before, snapshot(app.database))
        assert DETAIL in str(app.log.of_request(error["requestId"]))
    assert crashes
    ready.assert_succeeded(answer)

"""A loop that lags is measured, and one that hangs is named while it does (spec 9)."""

from __future__ import annotations

import asyncio
import time
from typing import Final

import pytest

from fleetprompt.telemetry import LoopWatch, Metrics
from tests.support.application import LogFile
from tests.support.metrics import value_of

HANGS_AFTER_S: Final = 0.3
HANGS: Final = "fleetprompt_event_loop_hangs_total"


def lines_about_the_loop(log: LogFile) -> list[dict[str, object]]:
    return [line for line in log.lines() if "event loop" in str(line["event"])]


def stuck_here(seconds: float) -> None:
    time.sleep(seconds)


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


async def test_a_loop_that_hangs_is_named_with_where_it_stands_and_told_when_it_turns_again(
    metrics: Metrics, log: LogFile
) -> None:
    before = len(lines_about_the_loop(log))
    watch = LoopWatch(metrics, hangs_after_s=HANGS_AFTER_S)
    watch.start()
    stuck_here(0.5 + 3 * HANGS_AFTER_S)
    told = lines_about_the_loop(log)[before:]
    assert [line["level"] for line in told] == ["error"], "told once, and while it hung"
    assert "hangs" in str(told[0]["event"])
    assert "stuck_here" in str(told[0]["stack"])
    await asyncio.sleep(0.1)
    await watch.stop()
    (again,) = lines_about_the_loop(log)[before + 1 :]
    assert "turns again" in str(again["event"])
    assert value_of(metrics, HANGS) == 1
    assert watch.longest_lag_s > 2 * HANGS_AFTER_S
    assert value_of(metrics, "fleetprompt_event_loop_lag_seconds_bucket", le="0.5") == 0


async def test_a_loop_that_only_lags_is_measured_and_not_told(metrics: Metrics, log: LogFile) -> None:
    before = len(lines_about_the_loop(log))
    watch = LoopWatch(metrics)
    watch.start()
    began = time.monotonic()
    stuck_here(0.7)
    await asyncio.sleep(0.6)
    await watch.stop()
    assert 0.15 < watch.longest_lag_s < time.monotonic() - began
    assert (value_of(metrics, "fleetprompt_event_loop_lag_seconds_count") or 0) >= 1
    assert value_of(metrics, HANGS) == 0
    assert lines_about_the_loop(log)[before:] == []


async def test_a_watch_that_was_stopped_watches_no_more(metrics: Metrics) -> None:
    watch = LoopWatch(metrics, hangs_after_s=HANGS_AFTER_S)
    watch.start()
    await watch.stop()
    stuck_here(0.5 + 2 * HANGS_AFTER_S)
    assert value_of(metrics, HANGS) == 0
    assert watch.longest_lag_s == 0

"""Dates as people say them."""

from __future__ import annotations

import pytest

from fleetprompt.pages import moments

NOW_MS = 1_795_000_000_000
MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000


@pytest.mark.parametrize(
    ("away_ms", "told"),
    [
        (0, "just now"),
        (-MINUTE_MS + 1, "just now"),
        (-MINUTE_MS, "1 minute ago"),
        (-HOUR_MS + 1, "59 minutes ago"),
        (-HOUR_MS, "1 hour ago"),
        (-DAY_MS, "1 day ago"),
        (-30 * DAY_MS + 1, "29 days ago"),
        (-30 * DAY_MS, "19 Oct 2026"),
        (1, "in a moment"),
        (15 * MINUTE_MS, "in 15 minutes"),
        (2 * DAY_MS, "in 2 days"),
    ],
)
def test_a_time_is_told_from_now(away_ms: int, told: str) -> None:
    assert moments.human(NOW_MS + away_ms, NOW_MS) == told


def test_the_exact_time_is_at_hand() -> None:
    assert moments.exact(NOW_MS) == "18 Nov 2026, 11:06:40 UTC"
    assert moments.machine(NOW_MS) == "2026-11-18T11:06:40Z"
    assert moments.exact(0) == "1 Jan 1970, 00:00:00 UTC"

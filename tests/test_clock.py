"""Days in UTC, by number and by name."""

from __future__ import annotations

import pytest

from fleetprompt.clock import day_of, name_of_day


@pytest.mark.parametrize(
    ("epoch_ms", "day", "name"),
    [
        (0, 0, "1970-01-01"),
        (86_399_999, 0, "1970-01-01"),
        (86_400_000, 1, "1970-01-02"),
        (1_709_251_199_999, 19_782, "2024-02-29"),
        (1_800_000_000_000, 20_833, "2027-01-15"),
    ],
)
def test_a_day_is_a_day_in_utc(epoch_ms: int, day: int, name: str) -> None:
    assert day_of(epoch_ms) == day
    assert name_of_day(day) == name

"""The one source of time: integer epoch milliseconds, injected wherever a deadline is decided, and days in UTC."""

from __future__ import annotations

import time
from datetime import date, timedelta
from typing import Final, Protocol

MINUTE_MS: Final = 60 * 1000
HOUR_MS: Final = 60 * MINUTE_MS
DAY_MS: Final = 24 * HOUR_MS
_FIRST_DAY: Final = date(1970, 1, 1)


def day_of(epoch_ms: int) -> int:
    """The day (UTC) of a time, counted from 1970-01-01."""
    return epoch_ms // DAY_MS


def name_of_day(day: int) -> str:
    """`YYYY-MM-DD` of a day counted from 1970-01-01."""
    return (_FIRST_DAY + timedelta(days=day)).isoformat()


class Clock(Protocol):
    """What tells the time. Tests pass their own."""

    def now_ms(self) -> int:
        """Milliseconds since 1970-01-01T00:00:00Z."""
        ...


class SystemClock:
    """The machine's wall clock."""

    def now_ms(self) -> int:
        """Milliseconds since 1970-01-01T00:00:00Z."""
        return time.time_ns() // 1_000_000

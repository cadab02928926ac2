"""The one source of time: integer epoch milliseconds, injected wherever a deadline is decided."""

from __future__ import annotations

import time
from typing import Protocol


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

"""Time as the tests want it."""

from __future__ import annotations

from fleetprompt.clock import SystemClock


class FakeClock:
    """A clock that stands still until it is moved. It starts at the machine's time: real clients may call."""

    def __init__(self) -> None:
        self.now = 0
        self.reset()

    def now_ms(self) -> int:
        """Milliseconds since 1970-01-01T00:00:00Z."""
        return self.now

    def set(self, now_ms: int) -> None:
        """Make it exactly `now_ms`."""
        self.now = now_ms

    def advance(self, *, ms: int = 0, seconds: int = 0, minutes: int = 0, hours: int = 0, days: int = 0) -> int:
        """Let this much time pass, or go back where it is negative; returns the new time in ms."""
        self.now += ms + 1000 * (seconds + 60 * (minutes + 60 * (hours + 24 * days)))
        return self.now

    def reset(self) -> None:
        """Back to the machine's time."""
        self.now = SystemClock().now_ms()

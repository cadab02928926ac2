"""Dates as people say them, with the exact time at hand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

_MINUTE_MS: Final = 60_000
_STEPS: Final = (
    (60 * _MINUTE_MS, _MINUTE_MS, "minute"),
    (24 * 60 * _MINUTE_MS, 60 * _MINUTE_MS, "hour"),
    (30 * 24 * 60 * _MINUTE_MS, 24 * 60 * _MINUTE_MS, "day"),
)


def _utc(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)


def human(at_ms: int, now_ms: int) -> str:
    """`just now`, `3 hours ago`, `in 5 minutes`; the date where it is more than 30 days away."""
    away_ms = abs(now_ms - at_ms)
    if away_ms < _MINUTE_MS:
        return "just now" if at_ms <= now_ms else "in a moment"
    for below_ms, unit_ms, unit in _STEPS:
        if away_ms < below_ms:
            number = away_ms // unit_ms
            told = f"{number} {unit}{'' if number == 1 else 's'}"
            return f"{told} ago" if at_ms <= now_ms else f"in {told}"
    return date(at_ms)


def date(at_ms: int) -> str:
    """`21 Nov 2026`."""
    moment = _utc(at_ms)
    return f"{moment.day} {moment:%b %Y}"


def day(iso: str) -> str:
    """`21 Nov 2026` of `2026-11-21`."""
    told = datetime.fromisoformat(iso)
    return f"{told.day} {told:%b %Y}"


def clock(at_ms: int) -> str:
    """`14:02:07`, in UTC."""
    return f"{_utc(at_ms):%H:%M:%S}"


def exact(at_ms: int) -> str:
    """`21 Nov 2026, 14:02:07 UTC`."""
    return f"{date(at_ms)}, {_utc(at_ms):%H:%M:%S} UTC"


def machine(at_ms: int) -> str:
    """As `datetime` attributes and feeds have it: `2026-11-21T14:02:07Z`."""
    return f"{_utc(at_ms):%Y-%m-%dT%H:%M:%SZ}"

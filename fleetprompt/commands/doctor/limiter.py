"""Whether what counts the rate limits of several servers together can be used (spec 6.3, 7)."""

from __future__ import annotations

import asyncio
from typing import Final

from fleetprompt.clock import SystemClock
from fleetprompt.commands.doctor.report import Finding, Theme
from fleetprompt.settings import Settings
from fleetprompt.telemetry import Metrics
from fleetprompt.web.moving_windows import StoreAway, Window

NAME: Final = "Rate limits"
FIX: Final = (
    "Start Redis, or mend FLEETPROMPT_REDIS_URL; until then nobody can sign in, and nothing else is limited. "
    "The servers recover by themselves."
)


def look(settings: Settings) -> Theme:
    """Whether Redis counts as the servers have it count; without one, each worker enforces its share."""
    if settings.redis_url is None:
        return Theme(NAME, "each worker enforces its share")
    try:
        asyncio.run(_count_one(settings.redis_url.reveal()))
    except StoreAway as away:
        return Theme(NAME, "not counted", (Finding(f"Redis cannot be used: {str(away).rstrip('.')}.", FIX),))
    return Theme(NAME, "counted by Redis")


async def _count_one(url: str) -> None:
    from fleetprompt.web.redis_windows import RedisWindows  # its driver takes a tenth of the start

    windows = RedisWindows(url, clock=SystemClock(), metrics=Metrics())
    try:
        await windows.take("doctor", [Window("doctor", hits_max=1_000, window_s=1)], 1)
    finally:
        await windows.close()

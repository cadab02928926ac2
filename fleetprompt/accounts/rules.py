"""Pure decisions of accounts."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from fleetprompt.enums import Capability

MINUTE_MS: Final = 60 * 1000
HOUR_MS: Final = 60 * MINUTE_MS
DAY_MS: Final = 24 * HOUR_MS

IDLE_MS_MAX: Final = 12 * HOUR_MS
LIFETIME_MS: Final = 14 * DAY_MS
ADMIN_IDLE_MS_MAX: Final = HOUR_MS
ADMIN_LIFETIME_MS: Final = 12 * HOUR_MS


def session_is_live(
    *, capabilities: Collection[Capability], created_at_ms: int, last_seen_at_ms: int, expires_at_ms: int, now_ms: int
) -> bool:
    """Whether a session still counts: 12 h idle or 14 days end it, an admin's 1 h or 12 h (spec 6.4)."""
    is_admin = Capability.ADMIN in capabilities
    idle_ms_max = ADMIN_IDLE_MS_MAX if is_admin else IDLE_MS_MAX
    deadline_ms = min(expires_at_ms, created_at_ms + ADMIN_LIFETIME_MS) if is_admin else expires_at_ms
    return now_ms < deadline_ms and now_ms - last_seen_at_ms < idle_ms_max

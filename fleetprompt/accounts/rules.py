"""Pure decisions of accounts."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from fleetprompt.enums import Capability
from fleetprompt.search_text import fold

MINUTE_MS: Final = 60 * 1000
HOUR_MS: Final = 60 * MINUTE_MS
DAY_MS: Final = 24 * HOUR_MS

IDLE_MS_MAX: Final = 12 * HOUR_MS
LIFETIME_MS: Final = 14 * DAY_MS
ADMIN_IDLE_MS_MAX: Final = HOUR_MS
ADMIN_LIFETIME_MS: Final = 12 * HOUR_MS
TOUCH_AFTER_MS: Final = 5 * MINUTE_MS

HANDLE_LENGTH_MIN: Final = 2
HANDLE_LENGTH_MAX: Final = 39
RESERVED_HANDLES: Final = frozenset(
    {
        "abuse",
        "admin",
        "administrator",
        "agentelic",
        "agentromatic",
        "api",
        "fleetprompt",
        "help",
        "moderator",
        "official",
        "publisher",
        "root",
        "security",
        "staff",
        "support",
        "system",
        "whs",
        "www",
    }
)
"""Handles that would pass for FleetPrompt itself or for a partner system."""

_NOT_IN_HANDLE: Final = re.compile("[^a-z0-9]+")


def session_is_live(
    *, capabilities: Collection[Capability], created_at_ms: int, last_seen_at_ms: int, expires_at_ms: int, now_ms: int
) -> bool:
    """Whether a session still counts: 12 h idle or 14 days end it, an admin's 1 h or 12 h (spec 6.4)."""
    is_admin = Capability.ADMIN in capabilities
    idle_ms_max = ADMIN_IDLE_MS_MAX if is_admin else IDLE_MS_MAX
    deadline_ms = min(expires_at_ms, created_at_ms + ADMIN_LIFETIME_MS) if is_admin else expires_at_ms
    return now_ms < deadline_ms and now_ms - last_seen_at_ms < idle_ms_max


def slug_of(display_name: str) -> str:
    """What of a display name can stand in a handle; it may be too short for one, or empty."""
    return _NOT_IN_HANDLE.sub("-", fold(display_name)).strip("-")[:HANDLE_LENGTH_MAX].rstrip("-")


def derived_handle(slug: str, *, is_taken: bool, suffix: str) -> str:
    """The handle of a publisher who chose none (spec 3 Publishers).

    suffix: random lower-case letters and digits, added where the slug is too short, reserved or taken.
    """
    if len(slug) >= HANDLE_LENGTH_MIN and slug not in RESERVED_HANDLES and not is_taken:
        return slug
    kept = slug[: HANDLE_LENGTH_MAX - len(suffix) - 1].rstrip("-")
    return f"{kept or 'publisher'}-{suffix}"

"""Pure decisions of accounts."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

import msgspec

from fleetprompt.clock import DAY_MS, HOUR_MS, MINUTE_MS
from fleetprompt.enums import Capability, KeyScope
from fleetprompt.errors import Reason, Refusal, conflict
from fleetprompt.search_text import fold

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


class SessionBounds(msgspec.Struct, frozen=True):
    """A session that has not expired counts while it began and was last seen after these times."""

    created_after_ms: int
    seen_after_ms: int


def session_bounds(*, is_admin: bool, now_ms: int) -> SessionBounds:
    """12 h idle or 14 days end a session, an admin's 1 h or 12 h (spec 6.4 Browser)."""
    if is_admin:
        return SessionBounds(now_ms - ADMIN_LIFETIME_MS, now_ms - ADMIN_IDLE_MS_MAX)
    return SessionBounds(now_ms - LIFETIME_MS, now_ms - IDLE_MS_MAX)


def session_is_live(
    *, capabilities: Collection[Capability], created_at_ms: int, last_seen_at_ms: int, expires_at_ms: int, now_ms: int
) -> bool:
    """Whether a session that nobody ended still counts."""
    bounds = session_bounds(is_admin=Capability.ADMIN in capabilities, now_ms=now_ms)
    return now_ms < expires_at_ms and created_at_ms > bounds.created_after_ms and last_seen_at_ms > bounds.seen_after_ms


def session_deadline_ms(*, is_admin: bool, created_at_ms: int, expires_at_ms: int) -> int:
    """When a session ends however much it is used."""
    return min(expires_at_ms, created_at_ms + ADMIN_LIFETIME_MS) if is_admin else expires_at_ms


def is_due_for_touch(last_seen_at_ms: int, now_ms: int) -> bool:
    """Whether a session's last-seen time is to be moved: at most every 5 minutes (spec 6.7)."""
    return now_ms - last_seen_at_ms >= TOUCH_AFTER_MS


def scopes_problems(scopes: Sequence[KeyScope], capabilities: Collection[Capability]) -> tuple[tuple[str, str], ...]:
    """(field path, what to do about it) for each scope that a user may not give to a key."""
    if Capability.ADMIN in capabilities:
        return ()
    return tuple(
        (f"scopes[{place}]", "is for admins only; leave it out")
        for place, scope in enumerate(scopes)
        if scope is KeyScope.ADMIN
    )


def refusal_to_change_capabilities(
    *, target_user_id: UUID, actor_user_id: UUID, revoked: Collection[Capability]
) -> Refusal | None:
    """CONFLICT (`transition`) where an admin would lock herself out; another admin or the operator can do it."""
    if target_user_id == actor_user_id and Capability.ADMIN in revoked:
        return conflict(Reason.TRANSITION, "Nobody takes the admin capability from herself; ask another admin.")
    return None


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

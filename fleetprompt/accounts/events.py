"""What the audit log says of accounts (spec 6.7)."""

from __future__ import annotations

from uuid import UUID

import msgspec

from fleetprompt import ids
from fleetprompt.enums import EventType
from fleetprompt.runtime.audit import Event, details_of


@details_of(EventType.USER_REGISTERED)
class Registered(msgspec.Struct, frozen=True, rename="camel"):
    """Whose account it is."""

    user_id: str


@details_of(EventType.SESSION_CREATED, EventType.SESSION_ENDED)
class SessionDetails(msgspec.Struct, frozen=True, rename="camel"):
    """Which session."""

    user_id: str
    session_id: str


def registered(user_id: UUID) -> Event:
    """A new account."""
    return Event(
        type=EventType.USER_REGISTERED,
        summary="An account was registered.",
        details=Registered(ids.encode("usr", user_id)),
    )


def session_created(user_id: UUID, session_id: UUID, cause: UUID | None = None) -> Event:
    """Somebody signed in."""
    return Event(
        type=EventType.SESSION_CREATED,
        summary="A session began.",
        details=SessionDetails(ids.encode("usr", user_id), ids.encode("ses", session_id)),
        cause=cause,
    )

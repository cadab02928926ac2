"""What the audit log says of moderation (spec 6.7). It keeps the reasons, which the rows lose with the next change."""

from __future__ import annotations

from uuid import UUID

import msgspec

from fleetprompt.enums import EventType, ListingStatus
from fleetprompt.installs.rows import Intent
from fleetprompt.runtime.audit import Event, details_of


@details_of(EventType.LISTING_SUSPENDED)
class ListingSuspended(msgspec.Struct, frozen=True, rename={"before": "from"}):
    """The status that a listing had, and why it lost it."""

    before: ListingStatus
    reason: str


@details_of(EventType.LISTING_REINSTATED)
class ListingReinstated(msgspec.Struct, frozen=True, rename={"after": "to"}):
    """The status that a listing returned to, and why."""

    after: ListingStatus
    reason: str


@details_of(EventType.INSTALL_INTENT_REVOKED)
class IntentRevoked(msgspec.Struct, frozen=True):
    """Why an intent was revoked."""

    reason: str


def listing_suspended(publisher_id: UUID, listing_id: UUID, before: ListingStatus, reason: str) -> Event:
    """An admin took a listing from sale, or keeps it from getting there."""
    return Event(
        type=EventType.LISTING_SUSPENDED,
        summary=f"A listing that was {before} was suspended.",
        publisher_id=publisher_id,
        listing_id=listing_id,
        details=ListingSuspended(before, reason),
    )


def listing_reinstated(publisher_id: UUID, listing_id: UUID, after: ListingStatus, reason: str) -> Event:
    """An admin ended a listing's suspension."""
    return Event(
        type=EventType.LISTING_REINSTATED,
        summary=f"A suspended listing was reinstated as {after}.",
        publisher_id=publisher_id,
        listing_id=listing_id,
        details=ListingReinstated(after, reason),
    )


def intent_revoked(intent: Intent, reason: str) -> Event:
    """An admin ended a buyer's intent."""
    return Event(
        type=EventType.INSTALL_INTENT_REVOKED,
        summary="An install intent was revoked by an admin.",
        publisher_id=intent.publisher_id,
        listing_id=intent.listing_id,
        release_id=intent.release_id,
        install_intent_id=intent.id,
        details=IntentRevoked(reason),
    )

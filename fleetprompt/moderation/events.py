"""What the audit log says of moderation (spec 6.7). It keeps the reasons, which the rows lose with the next change."""

from __future__ import annotations

from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from fleetprompt import ids
from fleetprompt.enums import EventType, ListingStatus, ReportKind, ReportStatus
from fleetprompt.installs.rules import Intent
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


@details_of(EventType.LISTING_FLAGGED)
class ListingFlagged(msgspec.Struct, frozen=True):
    """Whether a listing is flagged now, and why."""

    flagged: bool
    reason: str | UnsetType = UNSET


@details_of(EventType.LISTING_REPORTED)
class ListingReported(msgspec.Struct, frozen=True, rename="camel"):
    """Which report, and what it says is wrong."""

    report_id: str
    kind: ReportKind


@details_of(EventType.REPORT_RESOLVED)
class ReportResolved(msgspec.Struct, frozen=True, rename="camel"):
    """Which report, what was decided, and why."""

    report_id: str
    outcome: ReportStatus
    reason: str


@details_of(EventType.USER_SUSPENDED, EventType.USER_REINSTATED)
class UserModerated(msgspec.Struct, frozen=True, rename="camel"):
    """Who was suspended or reinstated, and why."""

    user_id: str
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


def listing_flagged(publisher_id: UUID, listing_id: UUID, flagged: bool, reason: str | UnsetType) -> Event:
    """An admin put a flag on a listing, or took it off."""
    return Event(
        type=EventType.LISTING_FLAGGED,
        summary="A listing was flagged." if flagged else "A listing's flag was taken off.",
        publisher_id=publisher_id,
        listing_id=listing_id,
        details=ListingFlagged(flagged, reason),
    )


def listing_reported(publisher_id: UUID, listing_id: UUID, report_id: UUID, kind: ReportKind) -> Event:
    """Somebody complained about a listing."""
    return Event(
        type=EventType.LISTING_REPORTED,
        summary=f"A listing was reported: {kind}.",
        publisher_id=publisher_id,
        listing_id=listing_id,
        details=ListingReported(ids.encode("rpt", report_id), kind),
    )


def report_resolved(publisher_id: UUID, listing_id: UUID, report_id: UUID, outcome: ReportStatus, reason: str) -> Event:
    """An admin decided on a report."""
    return Event(
        type=EventType.REPORT_RESOLVED,
        summary=f"A report on a listing was {outcome}.",
        publisher_id=publisher_id,
        listing_id=listing_id,
        details=ReportResolved(ids.encode("rpt", report_id), outcome, reason),
    )


def user_suspended(user_id: UUID, publisher_id: UUID | None, reason: str) -> Event:
    """An admin locked a user out, and hid what she publishes."""
    return Event(
        type=EventType.USER_SUSPENDED,
        summary="A user was suspended.",
        publisher_id=publisher_id,
        details=UserModerated(ids.encode("usr", user_id), reason),
    )


def user_reinstated(user_id: UUID, publisher_id: UUID | None, reason: str) -> Event:
    """An admin ended a user's suspension."""
    return Event(
        type=EventType.USER_REINSTATED,
        summary="A suspended user was reinstated.",
        publisher_id=publisher_id,
        details=UserModerated(ids.encode("usr", user_id), reason),
    )

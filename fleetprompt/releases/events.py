"""What the audit log says of releases (spec 6.7)."""

from __future__ import annotations

from uuid import UUID

import msgspec

from fleetprompt.enums import EventType
from fleetprompt.runtime.audit import Event, details_of


@details_of(EventType.RELEASE_PUBLISHED, EventType.RELEASE_REVOKED)
class ReleaseDetails(msgspec.Struct, frozen=True):
    """Which version."""

    version: str


def published(publisher_id: UUID, listing_id: UUID, release_id: UUID, version: str) -> Event:
    """A new release."""
    return Event(
        type=EventType.RELEASE_PUBLISHED,
        summary=f"Release {version} was published.",
        publisher_id=publisher_id,
        listing_id=listing_id,
        release_id=release_id,
        details=ReleaseDetails(version),
    )


def revoked(publisher_id: UUID, listing_id: UUID, release_id: UUID, version: str) -> Event:
    """The end of a release; its reason stands in its row, which nothing changes any more."""
    return Event(
        type=EventType.RELEASE_REVOKED,
        summary=f"Release {version} was revoked.",
        publisher_id=publisher_id,
        listing_id=listing_id,
        release_id=release_id,
        details=ReleaseDetails(version),
    )

"""What the audit log says of listings (spec 6.7)."""

from __future__ import annotations

from uuid import UUID

import msgspec

from fleetprompt.enums import AssetKind, EventType, ListingStatus
from fleetprompt.runtime.audit import Event, details_of


@details_of(EventType.LISTING_CREATED)
class Created(msgspec.Struct, frozen=True, rename="camel"):
    """What kind of asset it offers."""

    asset_kind: AssetKind


@details_of(EventType.LISTING_UPDATED)
class Updated(msgspec.Struct, frozen=True):
    """Which fields changed, by their names on the wire, and the revision that they make."""

    fields: tuple[str, ...]
    revision: int


@details_of(EventType.LISTING_STATUS_CHANGED)
class StatusChanged(msgspec.Struct, frozen=True, rename={"before": "from", "after": "to"}):
    """Which way it went."""

    before: ListingStatus
    after: ListingStatus


def created(publisher_id: UUID, listing_id: UUID, asset_kind: AssetKind) -> Event:
    """A new draft."""
    return Event(
        type=EventType.LISTING_CREATED,
        summary="A listing was created.",
        publisher_id=publisher_id,
        listing_id=listing_id,
        details=Created(asset_kind),
    )


def updated(publisher_id: UUID, listing_id: UUID, fields: tuple[str, ...], revision: int) -> Event:
    """An edit."""
    return Event(
        type=EventType.LISTING_UPDATED,
        summary=f"A listing was edited: {', '.join(fields)}.",
        publisher_id=publisher_id,
        listing_id=listing_id,
        details=Updated(fields, revision),
    )


def status_changed(
    publisher_id: UUID, listing_id: UUID, before: ListingStatus, after: ListingStatus, *, cause: UUID | None = None
) -> Event:
    """A move from one status to another. cause: the event that brought it about, where nobody asked for it."""
    return Event(
        type=EventType.LISTING_STATUS_CHANGED,
        summary=f"A listing went from {before} to {after}.",
        publisher_id=publisher_id,
        listing_id=listing_id,
        details=StatusChanged(before, after),
        cause=cause,
    )

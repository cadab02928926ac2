"""Listings as their publisher sees them (spec 6.5)."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from fleetprompt import ids
from fleetprompt.enums import AssetKind, ListingStatus
from fleetprompt.listings import rules
from fleetprompt.listings.model import (
    Description,
    LatestRelease,
    ListingReply,
    ListingSuspension,
    PublisherListing,
    PublisherListingItem,
)
from fleetprompt.listings.rules import Latest
from fleetprompt.listings.statements import ListingItemRow, ListingRow


def latest_release(latest: Latest | None) -> LatestRelease | UnsetType:
    """The published release of highest precedence, if there is one."""
    if latest is None:
        return UNSET
    return LatestRelease(
        release_id=ids.encode("rel", latest.release_id),
        version=latest.version,
        published_at_ms=latest.published_at_ms,
    )


def description(markdown: str | None, html: str | None) -> Description | UnsetType:
    """A description, if there is one."""
    return UNSET if markdown is None or html is None else Description(markdown=markdown, html=html)


def listing_item(row: ListingItemRow) -> PublisherListingItem:
    """A listing in a list."""
    suspension: ListingSuspension | UnsetType = UNSET
    if row.suspend_reason is not None and row.suspended_at_ms is not None:
        suspension = ListingSuspension(reason=row.suspend_reason, at_ms=row.suspended_at_ms)
    return PublisherListingItem(
        listing_id=ids.encode("lst", row.id),
        asset_kind=AssetKind(row.asset_kind),
        status=ListingStatus(row.status),
        name=row.name,
        summary=row.summary,
        tags=tuple(row.tags),
        categories=tuple(row.categories),
        images=row.screenshots,
        links=row.links,
        published_releases=row.published_releases,
        latest_release=latest_release(row.latest),
        suspension=suspension,
        created_at_ms=row.created_at_ms,
        updated_at_ms=row.updated_at_ms,
        etag=rules.etag(row.revision),
    )


def listing_reply(row: ListingRow) -> ListingReply:
    """A whole listing, as a reply."""
    return ListingReply(
        PublisherListing(
            **msgspec.structs.asdict(listing_item(row)),
            description=description(row.description_markdown, row.description_html),
        )
    )

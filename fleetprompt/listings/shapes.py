"""Listings as their publisher sees them (spec 6.5)."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import UNSET, UnsetType

from fleetprompt import ids
from fleetprompt.clock import name_of_day
from fleetprompt.enums import AssetKind, ListingStatus
from fleetprompt.listings import rules
from fleetprompt.listings.model import (
    Description,
    LatestRelease,
    ListingReply,
    ListingSuspension,
    PublisherListing,
    PublisherListingItem,
    Stats,
    StatsDay,
    StatsTotal,
)
from fleetprompt.listings.rules import DayCounts, Latest
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


def description(markdown: str | None, html: str | None) -> Description:
    """A description, empty where there is none."""
    return Description(markdown=markdown or "", html=html or "")


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


def stats(days: Sequence[DayCounts]) -> Stats:
    """What happened on these days, and the sums."""
    return Stats(
        days=tuple(
            StatsDay(day=name_of_day(each.day), install_intents=each.install_intents, redemptions=each.redemptions)
            for each in days
        ),
        total=StatsTotal(
            install_intents=sum(each.install_intents for each in days),
            redemptions=sum(each.redemptions for each in days),
        ),
    )

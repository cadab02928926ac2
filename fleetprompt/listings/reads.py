"""What publishers see of their listings, and the markdown preview (spec 6.4 Publisher, 6.5)."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import UNSET, UnsetType

from fleetprompt import ids
from fleetprompt.authz import Access, Actor, own_as_publisher
from fleetprompt.clock import day_of
from fleetprompt.enums import AssetKind, KeyScope, ListingStatus
from fleetprompt.errors import not_found
from fleetprompt.listings import rules, statements
from fleetprompt.listings.model import (
    Description,
    LatestRelease,
    ListingReply,
    ListingSuspension,
    OwnListing,
    OwnListings,
    OwnStats,
    Preview,
    PreviewMarkdown,
    PublisherListing,
    PublisherListingItem,
    StatsReply,
)
from fleetprompt.listings.statements import ListingItemRow, ListingRow
from fleetprompt.rate_limits import RateClass
from fleetprompt.runtime import judged_markdown
from fleetprompt.runtime.operations import Owner, query
from fleetprompt.runtime.pagination import Page, Pager
from fleetprompt.runtime.run import Look

OWNS_LISTING: Final = {"listing_id": Owner.PUBLISHER}


@query("listings.list_own", who=Access.PUBLISHER, rate=(RateClass.SIGNED_IN_READ,))
async def list_own(look: Look, actor: Actor, command: OwnListings) -> Page[PublisherListingItem]:
    """The caller's listings, the newest first (spec 6.3). Raises VALIDATION_FAILED on `cursor`."""
    scope = own_as_publisher(actor)
    pager = Pager(look.ring, "listings.list_own", str(scope.publisher_id), command)
    status = None if command.status is UNSET else command.status
    rows = await look.many(statements.page(scope, status=status, after_id=pager.after_id, fetch=pager.fetch))
    return pager.page(rows, listing_item)


@query("listings.get_own", who=Access.PUBLISHER, rate=(RateClass.SIGNED_IN_READ,), owns=OWNS_LISTING)
async def get_own(look: Look, actor: Actor, command: OwnListing) -> ListingReply:
    """One of the caller's listings, whatever its status. Raises NOT_FOUND."""
    row = await look.one(statements.listing(own_as_publisher(actor), command.listing_id))
    if row is None:
        raise not_found()
    return listing_reply(row)


@query("listings.stats", who=Access.PUBLISHER, rate=(RateClass.SIGNED_IN_READ,), owns=OWNS_LISTING)
async def stats(look: Look, actor: Actor, command: OwnStats) -> StatsReply:
    """What happened to one of the caller's listings by day (UTC), folded or not yet. Raises NOT_FOUND."""
    today = day_of(look.now_ms)
    days = range(today - command.days + 1, today + 1)
    rows = await look.many(statements.stats(own_as_publisher(actor), command.listing_id, days))
    if not rows:
        raise not_found()
    return StatsReply(rules.stats([counts for row in rows if (counts := row.counts)], days))


@query("markdown.preview", who=Access.SIGNED_IN, scope=KeyScope.PUBLISH, rate=(RateClass.WRITE,))
async def preview_markdown(look: Look, actor: Actor, command: PreviewMarkdown) -> Preview:
    """What the markdown policy says of a source, and the HTML it would be shown as; nothing is stored.

    It is limited as the writes that it prepares, whose cost it has. Raises UNAVAILABLE where nobody can judge.
    """
    verdict = await judged_markdown.judge(look.services, actor, command.markdown, suggest=True)
    return Preview(
        problems=verdict.problems,
        html=UNSET if verdict.html is None else str(verdict.html),
        suggestion=UNSET if verdict.suggestion is None else verdict.suggestion,
    )


def listing_item(row: ListingItemRow) -> PublisherListingItem:
    """A row as its publisher sees it in a list."""
    latest = row.latest
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
        latest_release=UNSET
        if latest is None
        else LatestRelease(
            release_id=ids.encode("rel", latest.release_id),
            version=latest.version,
            published_at_ms=latest.published_at_ms,
        ),
        suspension=suspension,
        created_at_ms=row.created_at_ms,
        updated_at_ms=row.updated_at_ms,
        etag=rules.etag(row.revision),
    )


def listing_reply(row: ListingRow) -> ListingReply:
    """A whole row as its publisher sees it."""
    description: Description | UnsetType = UNSET
    if row.description_markdown is not None and row.description_html is not None:
        description = Description(markdown=row.description_markdown, html=row.description_html)
    return ListingReply(PublisherListing(**msgspec.structs.asdict(listing_item(row)), description=description))

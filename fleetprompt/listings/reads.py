"""What publishers see of their listings, and the markdown preview (spec 6.4 Publisher, 6.5)."""

from __future__ import annotations

from typing import Final

from msgspec import UNSET

from fleetprompt.authz import Access, Actor, own_as_publisher
from fleetprompt.clock import day_of
from fleetprompt.enums import KeyScope
from fleetprompt.errors import not_found
from fleetprompt.fields import or_none, or_unset
from fleetprompt.listings import rules, shapes, statements
from fleetprompt.listings.model import (
    ListingReply,
    OwnListing,
    OwnListings,
    OwnStats,
    Preview,
    PreviewMarkdown,
    PublisherListingItem,
    StatsReply,
)
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
    status = or_none(command.status)
    rows = await look.many(statements.page(scope, status=status, after_id=pager.after_id, fetch=pager.fetch))
    return pager.page(rows, shapes.listing_item)


@query("listings.get_own", who=Access.PUBLISHER, rate=(RateClass.SIGNED_IN_READ,), owns=OWNS_LISTING)
async def get_own(look: Look, actor: Actor, command: OwnListing) -> ListingReply:
    """One of the caller's listings, whatever its status. Raises NOT_FOUND."""
    row = await look.one(statements.listing(own_as_publisher(actor), command.listing_id))
    if row is None:
        raise not_found()
    return shapes.listing_reply(row)


@query("listings.stats", who=Access.PUBLISHER, rate=(RateClass.SIGNED_IN_READ,), owns=OWNS_LISTING)
async def stats(look: Look, actor: Actor, command: OwnStats) -> StatsReply:
    """What happened to one of the caller's listings by day (UTC), folded or not yet. Raises NOT_FOUND."""
    today = day_of(look.now_ms)
    days = range(today - command.days + 1, today + 1)
    rows = await look.many(statements.stats(own_as_publisher(actor), command.listing_id, days))
    if not rows:
        raise not_found()
    counts = [row.counts for row in rows if row.counts]
    return StatsReply(shapes.stats(rules.every_day(counts, days)))


@query("markdown.preview", who=Access.SIGNED_IN, scope=KeyScope.PUBLISH, rate=(RateClass.WRITE,))
async def preview_markdown(look: Look, actor: Actor, command: PreviewMarkdown) -> Preview:
    """What the markdown policy says of a source, and the HTML it would be shown as; nothing is stored.

    It is limited as the writes that it prepares, whose cost it has. Raises UNAVAILABLE where nobody can judge.
    """
    verdict = await judged_markdown.judge(look.services, actor, command.markdown, suggest=True)
    return Preview(
        problems=verdict.problems,
        html=UNSET if verdict.html is None else str(verdict.html),
        suggestion=or_unset(verdict.suggestion),
    )

"""The publisher's listings: what needs her first, then all of them; and one listing with all that can be done."""

from __future__ import annotations

from typing import Final

from fleetprompt.authz import Access
from fleetprompt.enums import ListingStatus
from fleetprompt.listings import reads
from fleetprompt.listings.model import PublisherListingItem
from fleetprompt.listings.rules import refusal_to_move
from fleetprompt.pages.answers import Answer
from fleetprompt.pages.console.needs import needy
from fleetprompt.pages.declaring import Page
from fleetprompt.pages.visit import Visit
from fleetprompt.releases import reads as releases
from fleetprompt.runtime.pagination import Page as Found

PATH: Final = "/console"
SHOWN: Final = 30
NEEDY_SHOWN: Final = 10
RELEASES_SHOWN: Final = 5
NEEDY_STATUSES: Final = (ListingStatus.SUSPENDED, ListingStatus.UNLISTED, ListingStatus.DRAFT)
MOVES: Final = (ListingStatus.PUBLISHED, ListingStatus.UNLISTED, ListingStatus.DRAFT)


async def _show(visit: Visit) -> Answer:
    asked = visit.asked("status")
    found: Found[PublisherListingItem] = await visit.ask(reads.list_own, **asked, **visit.asked("cursor"), limit=SHOWN)
    is_first = not asked and "cursor" not in visit.query
    return visit.html(
        "console/listings.html",
        listings=found.items,
        status=ListingStatus(asked["status"][0]) if asked else "",
        statuses=tuple(ListingStatus),
        needy=needy(await _candidates(visit, found), visit.now_ms)[:NEEDY_SHOWN] if is_first else [],
        is_first=is_first,
        **visit.pager(PATH, found.next_cursor, **asked),
    )


async def _candidates(visit: Visit, found: Found[PublisherListingItem]) -> list[PublisherListingItem]:
    """What may need her: the first page, and where there are more pages the newest of each status that asks for her."""
    candidates = list(found.items)
    for status in NEEDY_STATUSES if found.next_cursor else ():
        candidates += (await visit.ask(reads.list_own, status=status, limit=NEEDY_SHOWN)).items
    return candidates


async def _show_one(visit: Visit) -> Answer:
    listing = (await visit.ask(reads.get_own)).listing
    recent = await visit.ask(releases.list_own, limit=RELEASES_SHOWN)
    return visit.html(
        "console/listing.html",
        listing=listing,
        releases=recent.items,
        has_more=recent.next_cursor is not None,
        moves=[each for each in MOVES if refusal_to_move(listing.status, each, listing.published_releases) is None],
    )


CONSOLE: Final = Page(name="console", path=PATH, show=_show, reads=(reads.list_own,), who=Access.PUBLISHER)
LISTING: Final = Page(
    name="console_listing",
    path="/console/listings/{listingId}",
    show=_show_one,
    reads=(reads.get_own, releases.list_own),
    who=Access.PUBLISHER,
)

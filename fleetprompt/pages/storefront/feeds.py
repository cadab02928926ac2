"""What programs read of the storefront: feeds of new releases, a map of the site, what robots may do."""

from __future__ import annotations

from typing import Final

from fleetprompt.catalog.reads import search, show_listing
from fleetprompt.enums import ListingSort
from fleetprompt.pages.answers import Answer, Document
from fleetprompt.pages.declaring import Page
from fleetprompt.pages.rendering import render
from fleetprompt.pages.visit import Visit

ATOM: Final = "application/atom+xml"
IN_A_FEED: Final = 50
IN_THE_MAP: Final = 200


async def _show_feed(visit: Visit) -> Answer:
    found = await visit.ask(search, sort=ListingSort.UPDATED, limit=IN_A_FEED)
    released = [listing for listing in found.items if listing.latest_release]
    newest_first = sorted(released, key=lambda listing: listing.latest_release.published_at_ms, reverse=True)
    return _document(visit, ATOM, "storefront/feed.xml", listings=newest_first)


async def _show_listing_feed(visit: Visit) -> Answer:
    detail = (await visit.ask(show_listing)).listing_detail
    return _document(
        visit,
        ATOM,
        "storefront/listing_feed.xml",
        listing=detail.listing,
        releases=detail.releases.items,
    )


async def _show_map(visit: Visit) -> Answer:
    found = await visit.ask(search, sort=ListingSort.UPDATED, limit=IN_THE_MAP)
    publishers = sorted({listing.publisher.publisher_id for listing in found.items})
    return _document(visit, "application/xml", "storefront/sitemap.xml", listings=found.items, publishers=publishers)


async def _show_robots(visit: Visit) -> Answer:
    return _document(visit, "text/plain", "storefront/robots.txt")


def _document(visit: Visit, content_type: str, template: str, **context: object) -> Document:
    text = render(template, base_url=visit.base_url, now_ms=visit.now_ms, **context)
    return Document(content_type, text.encode("utf-8", "replace"))


FEED: Final = Page(name="feed", path="/feed.atom", show=_show_feed, reads=(search,), is_public=True)
LISTING_FEED: Final = Page(
    name="listing_feed",
    path="/listings/{listingId}/feed.atom",
    show=_show_listing_feed,
    reads=(show_listing,),
    is_public=True,
)
SITE_MAP: Final = Page(name="site_map", path="/sitemap.xml", show=_show_map, reads=(search,), is_public=True)
ROBOTS: Final = Page(name="robots", path="/robots.txt", show=_show_robots, is_public=True)

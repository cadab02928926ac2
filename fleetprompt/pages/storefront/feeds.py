"""What programs read of the storefront: feeds of new releases, a map of the site, what robots may do."""

from __future__ import annotations

from typing import Final

from fleetprompt.catalog.model import ListingAddress, NewRelease, PublicReleaseItem
from fleetprompt.catalog.reads import list_addresses, list_new_releases, list_releases, show_facets, show_listing
from fleetprompt.fields import LIMIT_MAX
from fleetprompt.pages.answers import Answer, Document
from fleetprompt.pages.declaring import Page
from fleetprompt.pages.rendering import render, with_query
from fleetprompt.pages.visit import Visit
from fleetprompt.runtime.pagination import Page as Found
from fleetprompt.web.openapi_areas import AREAS

ATOM: Final = "application/atom+xml"
XML: Final = "application/xml"
IN_A_FEED: Final = 50
LISTINGS_OF_A_MAP: Final = 1_000
"""As many listings a map has on average, at most."""
LISTINGS_OF_A_MAP_MAX: Final = 10_000
"""With as many publishers that is well below the 50 000 addresses that the protocol allows (ADR 73)."""
SLICES_OF_A_DIGIT: Final = 16
SLICE_DIGITS_MAX: Final = 3
SITE_PATHS: Final = ("/", "/search", "/reference", *(f"/reference/{area.name}" for area in AREAS))


async def _show_feed(visit: Visit) -> Answer:
    found: Found[NewRelease] = await visit.ask(list_new_releases, **visit.asked("cursor"), limit=IN_A_FEED)
    return _feed(visit, "storefront/feed.xml", "/feed.atom", found.next_cursor, releases=found.items)


async def _show_listing_feed(visit: Visit) -> Answer:
    listing = (await visit.ask(show_listing)).listing_detail.listing
    found: Found[PublicReleaseItem] = await visit.ask(list_releases, **visit.asked("cursor"), limit=IN_A_FEED)
    path = f"/listings/{listing.listing_id}/feed.atom"
    return _feed(visit, "storefront/listing_feed.xml", path, found.next_cursor, listing=listing, releases=found.items)


def _feed(visit: Visit, template: str, path: str, next_cursor: str | None, **context: object) -> Document:
    """A feed in pages (RFC 5005): each release is on one of them."""
    feed_url = visit.base_url + path
    own = visit.asked("cursor")
    urls = {
        "feed_url": feed_url,
        "self_url": with_query(feed_url, **own),
        "is_first": not own,
        "next_url": with_query(feed_url, cursor=next_cursor) if next_cursor else "",
    }
    return _document(visit, ATOM, template, **urls, **context)


async def _show_map(visit: Visit) -> Answer:
    """The map of one slice; without one the list of all maps, or, where there are few listings, the only map."""
    asked = visit.asked("slice")
    if not asked:
        counts = (await visit.ask(show_facets)).kinds
        digits = _slice_digits(sum(each.count for each in counts))
        if digits:
            slices = [f"{number:0{digits}x}" for number in range(SLICES_OF_A_DIGIT**digits)]
            return _document(visit, XML, "storefront/sitemap_index.xml", slices=slices)
    listings = await _addresses(visit, asked)
    return _document(
        visit,
        XML,
        "storefront/sitemap.xml",
        paths=() if "".join(asked.get("slice", [])).strip("0") else SITE_PATHS,
        listings=listings,
        publishers=sorted({listing.publisher_id for listing in listings}),
    )


def _slice_digits(listings: int) -> int:
    """How many digits name a slice, so that one holds so many listings on average at most."""
    return next(
        (digits for digits in range(SLICE_DIGITS_MAX) if listings <= LISTINGS_OF_A_MAP * SLICES_OF_A_DIGIT**digits),
        SLICE_DIGITS_MAX,
    )


async def _addresses(visit: Visit, asked: dict[str, list[str]]) -> list[ListingAddress]:
    listings: list[ListingAddress] = []
    cursor: dict[str, str] = {}
    while len(listings) < LISTINGS_OF_A_MAP_MAX:
        found: Found[ListingAddress] = await visit.ask(list_addresses, **asked, **cursor, limit=LIMIT_MAX)
        listings += found.items
        if found.next_cursor is None:
            break
        cursor = {"cursor": found.next_cursor}
    return listings


async def _show_robots(visit: Visit) -> Answer:
    return _document(visit, "text/plain", "storefront/robots.txt")


def _document(visit: Visit, content_type: str, template: str, **context: object) -> Document:
    text = render(template, base_url=visit.base_url, now_ms=visit.now_ms, **context)
    return Document(content_type, text.encode("utf-8", "replace"))


FEED: Final = Page(name="feed", path="/feed.atom", show=_show_feed, reads=(list_new_releases,), is_public=True)
LISTING_FEED: Final = Page(
    name="listing_feed",
    path="/listings/{listingId}/feed.atom",
    show=_show_listing_feed,
    reads=(show_listing, list_releases),
    is_public=True,
)
SITE_MAP: Final = Page(
    name="site_map", path="/sitemap.xml", show=_show_map, reads=(show_facets, list_addresses), is_public=True
)
ROBOTS: Final = Page(name="robots", path="/robots.txt", show=_show_robots, is_public=True)

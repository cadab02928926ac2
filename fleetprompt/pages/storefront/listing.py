"""One listing, and all of its releases."""

from __future__ import annotations

from typing import Final

from fleetprompt.catalog.model import Installs, ListingDetail, PublicReleaseItem
from fleetprompt.catalog.reads import list_releases, show_installs, show_listing, show_release
from fleetprompt.pages import charts
from fleetprompt.pages.answers import Answer
from fleetprompt.pages.declaring import Page
from fleetprompt.pages.visit import Visit
from fleetprompt.runtime.pagination import Page as Found

RELEASES_SHOWN: Final = 5
RELEASES_OF_A_PAGE: Final = 20


async def _show(visit: Visit) -> Answer:
    detail: ListingDetail = (await visit.ask(show_listing)).listing_detail
    latest = None
    if detail.latest_release:
        latest = (await visit.ask(show_release, releaseId=detail.latest_release.release_id)).release
    installs: Installs = (await visit.ask(show_installs)).installs
    begun = charts.bars_by_day([(each.day, each.install_intents) for each in installs.days])
    redeemed = charts.bars_by_day([(each.day, each.redemptions) for each in installs.days])
    return visit.html(
        "storefront/listing.html",
        detail=detail,
        listing=detail.listing,
        latest=latest,
        releases=detail.releases.items[:RELEASES_SHOWN],
        has_more=len(detail.releases.items) > RELEASES_SHOWN,
        redeemed=redeemed,
        begun=begun,
        days=charts.rows(redeemed, begun),
    )


async def _show_releases(visit: Visit) -> Answer:
    detail: ListingDetail = (await visit.ask(show_listing)).listing_detail
    asked = visit.asked("includeRevoked")
    found: Found[PublicReleaseItem] = await visit.ask(
        list_releases, **asked, **visit.asked("cursor"), limit=RELEASES_OF_A_PAGE
    )
    path = f"/listings/{detail.listing.listing_id}/releases"
    return visit.html(
        "storefront/releases.html",
        listing=detail.listing,
        releases=found.items,
        shows_revoked=asked.get("includeRevoked") == ["true"],
        **visit.pager(path, found.next_cursor, **asked),
    )


LISTING: Final = Page(
    name="listing",
    path="/listings/{listingId}",
    show=_show,
    reads=(show_listing, show_release, show_installs),
    is_public=True,
    shows_images=True,
)
RELEASES: Final = Page(
    name="releases",
    path="/listings/{listingId}/releases",
    show=_show_releases,
    reads=(show_listing, list_releases),
    is_public=True,
)

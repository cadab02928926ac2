"""One release, a revoked one too."""

from __future__ import annotations

from typing import Final

from fleetprompt.catalog.model import PublicRelease
from fleetprompt.catalog.reads import show_listing, show_release
from fleetprompt.pages.answers import Answer
from fleetprompt.pages.declaring import Page
from fleetprompt.pages.visit import Visit


async def _show(visit: Visit) -> Answer:
    release: PublicRelease = (await visit.ask(show_release)).release
    detail = (await visit.ask(show_listing, listingId=release.listing_id)).listing_detail
    return visit.html(
        "storefront/release.html",
        release=release,
        listing=detail.listing,
        is_latest=bool(detail.latest_release) and detail.latest_release.release_id == release.release_id,
    )


RELEASE: Final = Page(
    name="release", path="/releases/{releaseId}", show=_show, reads=(show_release, show_listing), is_public=True
)

"""The releases of a listing, one of them, and its revocation with what that will do."""

from __future__ import annotations

from typing import Final

from fleetprompt.authz import Access
from fleetprompt.enums import ReleaseStatus
from fleetprompt.installs.reads import foresee_revocation
from fleetprompt.listings.reads import get_own as own_listing
from fleetprompt.pages.answers import Answer
from fleetprompt.pages.declaring import FormPage, Page
from fleetprompt.pages.visit import Visit
from fleetprompt.releases import reads
from fleetprompt.releases.model import PublisherRelease, PublisherReleaseItem, ReleaseReply
from fleetprompt.releases.revoke import revoke
from fleetprompt.runtime.pagination import Page as Found

SHOWN: Final = 30


async def _show(visit: Visit) -> Answer:
    listing = (await visit.ask(own_listing)).listing
    found: Found[PublisherReleaseItem] = await visit.ask(reads.list_own, **visit.asked("cursor"), limit=SHOWN)
    path = f"/console/listings/{listing.listing_id}/releases"
    return visit.html(
        "console/releases.html",
        listing=listing,
        releases=found.items,
        **visit.pager(path, found.next_cursor),
    )


async def _show_one(visit: Visit) -> Answer:
    release: PublisherRelease = (await visit.ask(reads.get_own)).release
    listing = (await visit.ask(own_listing, listingId=release.listing_id)).listing
    return visit.html("console/release.html", release=release, listing=listing)


async def _show_revoke(visit: Visit) -> Answer:
    release: PublisherRelease = (await visit.ask(reads.get_own)).release
    listing = (await visit.ask(own_listing, listingId=release.listing_id)).listing
    outlook = None
    if release.status is ReleaseStatus.PUBLISHED:
        outlook = (await visit.ask(foresee_revocation)).outlook
    return visit.html("console/revoke_release.html", release=release, listing=listing, outlook=outlook)


async def _revoked(visit: Visit, result: ReleaseReply) -> Answer:
    return visit.see_other(f"/console/releases/{result.release.release_id}", notice="revoked")


RELEASES: Final = Page(
    name="console_releases",
    path="/console/listings/{listingId}/releases",
    show=_show,
    reads=(own_listing, reads.list_own),
    who=Access.PUBLISHER,
)
RELEASE: Final = Page(
    name="console_release",
    path="/console/releases/{releaseId}",
    show=_show_one,
    reads=(reads.get_own, own_listing),
    who=Access.PUBLISHER,
)
REVOKE_RELEASE: Final = FormPage(
    name="revoke_console_release",
    path="/console/releases/{releaseId}/revoke",
    show=_show_revoke,
    reads=(reads.get_own, own_listing, foresee_revocation),
    operation=revoke,
    done=_revoked,
    who=Access.PUBLISHER,
)

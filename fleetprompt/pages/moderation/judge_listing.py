"""Suspending and reinstating a listing, flagging it, and taking its flag off."""

from __future__ import annotations

from typing import Any, Final

from fleetprompt.authz import Access
from fleetprompt.errors import Reason
from fleetprompt.moderation.flag_listing import flag_listing
from fleetprompt.moderation.model import AdminListingDetail, AdminListingReply
from fleetprompt.moderation.reads import show_listing, show_revision
from fleetprompt.moderation.reinstate_listing import reinstate_listing
from fleetprompt.moderation.rules import status_when_reinstated
from fleetprompt.moderation.suspend_listing import suspend_listing
from fleetprompt.pages.answers import Answer
from fleetprompt.pages.declaring import FormPage
from fleetprompt.pages.moderation.changes import changes
from fleetprompt.pages.visit import Visit


async def _listing(visit: Visit) -> AdminListingDetail:
    listing: AdminListingDetail = (await visit.ask(show_listing)).listing
    return listing


def _back(visit: Visit, reply: AdminListingReply, notice: str) -> Answer:
    return visit.see_other(f"/moderation/listings/{reply.listing.listing_id}", notice=notice)


async def _show_suspend(visit: Visit) -> Answer:
    return visit.html("moderation/suspend_listing.html", listing=await _listing(visit))


async def _suspended(visit: Visit, reply: AdminListingReply) -> Answer:
    return _back(visit, reply, "suspended")


async def _show_reinstate(visit: Visit) -> Answer:
    listing = await _listing(visit)
    compared, returns_to = [], None
    if listing.suspension:
        returns_to = status_when_reinstated(listing.suspension.status_before, listing.published_releases)
    if listing.reviewed and listing.reviewed.revision < listing.revision:
        asked = await visit.ask(show_revision, revision=listing.reviewed.revision)
        compared = changes(asked.revision, listing)
    visit.use(visit.form.editing(listing.etag))
    return visit.html(
        "moderation/reinstate_listing.html",
        listing=listing,
        returns_to=returns_to,
        changes=compared,
        is_stale=visit.form.reason is Reason.STALE_EDIT,
    )


async def _reinstated(visit: Visit, reply: AdminListingReply) -> Answer:
    return _back(visit, reply, "reinstated")


async def _show_flag(visit: Visit) -> Answer:
    return visit.html("moderation/flag_listing.html", listing=await _listing(visit))


async def _show_unflag(visit: Visit) -> Answer:
    return visit.html("moderation/unflag_listing.html", listing=await _listing(visit))


async def _flagged(visit: Visit, reply: AdminListingReply) -> Answer:
    return _back(visit, reply, "flagged" if reply.listing.flagged else "unflagged")


_FLAGGING: Final[dict[str, Any]] = {
    "reads": (show_listing,),
    "who": Access.ADMIN,
    "operation": flag_listing,
    "done": _flagged,
}

SUSPEND: Final = FormPage(
    name="suspend_listing",
    path="/moderation/listings/{listingId}/suspend",
    show=_show_suspend,
    reads=(show_listing,),
    who=Access.ADMIN,
    operation=suspend_listing,
    done=_suspended,
)
REINSTATE: Final = FormPage(
    name="reinstate_listing",
    path="/moderation/listings/{listingId}/reinstate",
    show=_show_reinstate,
    reads=(show_listing, show_revision),
    who=Access.ADMIN,
    operation=reinstate_listing,
    done=_reinstated,
)
FLAG: Final = FormPage(name="flag_listing", path="/moderation/listings/{listingId}/flag", show=_show_flag, **_FLAGGING)
UNFLAG: Final = FormPage(
    name="unflag_listing", path="/moderation/listings/{listingId}/unflag", show=_show_unflag, **_FLAGGING
)

"""Moving a listing to another status: what that will do is told, with numbers, before the one button that does it."""

from __future__ import annotations

from typing import Final

from fleetprompt.authz import Access
from fleetprompt.enums import ListingStatus
from fleetprompt.errors import not_found
from fleetprompt.listings.model import ListingReply, PublisherListing
from fleetprompt.listings.reads import get_own, stats
from fleetprompt.listings.rules import refusal_to_move
from fleetprompt.listings.set_status import set_status
from fleetprompt.pages.answers import Answer
from fleetprompt.pages.console.listings import MOVES
from fleetprompt.pages.declaring import FormPage
from fleetprompt.pages.visit import Visit


async def _show(visit: Visit) -> Answer:
    wanted = visit.form.value("status") or visit.query.get("to", [""])[0]
    if wanted not in MOVES:
        raise not_found()
    listing: PublisherListing = (await visit.ask(get_own)).listing
    month = (await visit.ask(stats)).stats
    visit.use(visit.form.starting_with({"status": wanted}))
    return visit.html(
        "console/status.html",
        listing=listing,
        wanted=ListingStatus(wanted),
        month=month.total,
        obstacle=refusal_to_move(listing.status, ListingStatus(wanted), listing.published_releases),
    )


async def _moved(visit: Visit, result: ListingReply) -> Answer:
    return visit.see_other(f"/console/listings/{result.listing.listing_id}", notice=visit.form.value("status"))


STATUS: Final = FormPage(
    name="console_status",
    path="/console/listings/{listingId}/status",
    show=_show,
    reads=(get_own, stats),
    operation=set_status,
    done=_moved,
    who=Access.PUBLISHER,
)

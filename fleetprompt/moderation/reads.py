"""What admins read of listings, and what was said of them (spec 6.4 Admin)."""

from __future__ import annotations

from typing import Final
from uuid import UUID

import msgspec

from fleetprompt.authz import Access, Actor, everything
from fleetprompt.enums import KeyScope
from fleetprompt.errors import not_found
from fleetprompt.fields import or_none
from fleetprompt.moderation import shapes
from fleetprompt.moderation.commands import (
    ListListings,
    ListQueue,
    ListReleases,
    ListReports,
    ListRevisions,
    ShowListing,
    ShowRelease,
    ShowReport,
    ShowRevision,
)
from fleetprompt.moderation.model import (
    AdminListingDetail,
    AdminListingDetailReply,
    AdminListingItem,
    AdminReleaseDetailReply,
    AdminReleaseItem,
    AdminReport,
    AdminReportReply,
    AdminRevisionItem,
    AdminRevisionReply,
    WaitingListing,
)
from fleetprompt.moderation.statements import history, listings, queue, reports
from fleetprompt.moderation.statements.search import search_page
from fleetprompt.rate_limits import RateClass
from fleetprompt.runtime.operations import Owner, query
from fleetprompt.runtime.pagination import Page, Pager
from fleetprompt.runtime.run import Look

EMBEDDED_MAX: Final = 20
_OWNS_LISTING: Final = {"listing_id": Owner.ADMIN}


@query("moderation.listings", who=Access.ADMIN, scope=KeyScope.ADMIN, rate=(RateClass.SIGNED_IN_READ,))
async def list_listings(look: Look, admin: Actor, command: ListListings) -> Page[AdminListingItem]:
    """Every listing, whatever its status, the newest first; `q` finds words as the public search does (spec 6.3).

    Raises VALIDATION_FAILED on `cursor`; UNAVAILABLE where a search takes longer than 300 ms.
    """
    scope, text = everything(admin), command.text
    pager = Pager(look.ring, "moderation.listings", "admin", command)
    status = or_none(command.status)
    flagged = or_none(command.flagged)
    if text is None:
        rows = await look.many(
            listings.page(scope, status=status, flagged=flagged, after_id=pager.after_id, fetch=pager.fetch)
        )
    else:
        rows = await look.many(
            search_page(scope, text, status=status, flagged=flagged, after_id=pager.after_id, fetch=pager.fetch),
            search=True,
        )
    return pager.page(rows, shapes.listing_item)


@query(
    "moderation.listing",
    who=Access.ADMIN,
    scope=KeyScope.ADMIN,
    rate=(RateClass.SIGNED_IN_READ,),
    owns=_OWNS_LISTING,
)
async def show_listing(look: Look, admin: Actor, command: ShowListing) -> AdminListingDetailReply:
    """Any listing with its newest releases and its last replaced revisions. Raises NOT_FOUND."""
    row = await look.one(listings.listing_detail(everything(admin), command.listing_id, look.now_ms))
    if row is None:
        raise not_found()
    releases = ListReleases(listing_id=command.listing_id, limit=EMBEDDED_MAX)
    revisions = ListRevisions(listing_id=command.listing_id, limit=EMBEDDED_MAX)
    return AdminListingDetailReply(
        AdminListingDetail(
            **msgspec.structs.asdict(shapes.listing(row)),
            open_intents=row.open_intents,
            open_reports=row.open_reports,
            releases=await _release_page(look, admin, releases),
            revisions=await _revision_page(look, admin, revisions),
        )
    )


@query(
    "moderation.releases",
    who=Access.ADMIN,
    scope=KeyScope.ADMIN,
    rate=(RateClass.SIGNED_IN_READ,),
    owns=_OWNS_LISTING,
)
async def list_releases(look: Look, admin: Actor, command: ListReleases) -> Page[AdminReleaseItem]:
    """The releases of any listing, the newest first. Raises NOT_FOUND; VALIDATION_FAILED on `cursor`."""
    page = await _release_page(look, admin, command)
    await _require_listing(look, admin, command.listing_id, is_shown=bool(page.items))
    return page


@query(
    "moderation.release",
    who=Access.ADMIN,
    scope=KeyScope.ADMIN,
    rate=(RateClass.SIGNED_IN_READ,),
    owns={"release_id": Owner.ADMIN},
)
async def show_release(look: Look, admin: Actor, command: ShowRelease) -> AdminReleaseDetailReply:
    """Any release with its notes, and what revoking it would undo. Raises NOT_FOUND."""
    row = await look.one(history.release(everything(admin), command.release_id, look.now_ms))
    if row is None:
        raise not_found()
    return AdminReleaseDetailReply(shapes.release_detail(row))


@query(
    "moderation.revisions",
    who=Access.ADMIN,
    scope=KeyScope.ADMIN,
    rate=(RateClass.SIGNED_IN_READ,),
    owns=_OWNS_LISTING,
)
async def list_revisions(look: Look, admin: Actor, command: ListRevisions) -> Page[AdminRevisionItem]:
    """What any listing said before each edit, the last one first. Raises NOT_FOUND; VALIDATION_FAILED on `cursor`."""
    page = await _revision_page(look, admin, command)
    await _require_listing(look, admin, command.listing_id, is_shown=bool(page.items))
    return page


@query(
    "moderation.revision",
    who=Access.ADMIN,
    scope=KeyScope.ADMIN,
    rate=(RateClass.SIGNED_IN_READ,),
    owns=_OWNS_LISTING,
)
async def show_revision(look: Look, admin: Actor, command: ShowRevision) -> AdminRevisionReply:
    """What a listing said before one edit, with its description. Raises NOT_FOUND, also for what it says now."""
    row = await look.one(history.revision(everything(admin), command.listing_id, command.revision))
    if row is None:
        raise not_found()
    return shapes.revision_reply(row)


@query(
    "moderation.reports",
    who=Access.ADMIN,
    scope=KeyScope.ADMIN,
    rate=(RateClass.SIGNED_IN_READ,),
    owns=_OWNS_LISTING,
)
async def list_reports(look: Look, admin: Actor, command: ListReports) -> Page[AdminReport]:
    """Every report, the newest first. Raises VALIDATION_FAILED on `cursor`."""
    pager = Pager(look.ring, "moderation.reports", "admin", command)
    rows = await look.many(
        reports.page(
            everything(admin),
            status=or_none(command.status),
            listing_id=or_none(command.listing_id),
            after_id=pager.after_id,
            fetch=pager.fetch,
        )
    )
    return pager.page(rows, shapes.report)


@query(
    "moderation.report",
    who=Access.ADMIN,
    scope=KeyScope.ADMIN,
    rate=(RateClass.SIGNED_IN_READ,),
    owns={"report_id": Owner.ADMIN},
)
async def show_report(look: Look, admin: Actor, command: ShowReport) -> AdminReportReply:
    """Any report. Raises NOT_FOUND."""
    row = await look.one(reports.report(everything(admin), command.report_id))
    if row is None:
        raise not_found()
    return AdminReportReply(shapes.report(row))


@query("moderation.queue", who=Access.ADMIN, scope=KeyScope.ADMIN, rate=(RateClass.SIGNED_IN_READ,))
async def list_queue(look: Look, admin: Actor, command: ListQueue) -> Page[WaitingListing]:
    """What waits for a moderator, flagged or reported, the newest listing first. Raises VALIDATION_FAILED on `cursor`.

    A listing leaves it once its flag is off and its reports are decided on, whatever else was done to it.
    """
    pager = Pager(look.ring, "moderation.queue", "admin", command)
    rows = await look.many(queue.page(everything(admin), after_id=pager.after_id, fetch=pager.fetch))
    return pager.page(rows, shapes.waiting)


async def _release_page(look: Look, admin: Actor, command: ListReleases) -> Page[AdminReleaseItem]:
    pager = Pager(look.ring, "moderation.releases", "admin", command)
    rows = await look.many(
        history.release_page(everything(admin), command.listing_id, after_id=pager.after_id, fetch=pager.fetch)
    )
    return pager.page(rows, shapes.release_item)


async def _revision_page(look: Look, admin: Actor, command: ListRevisions) -> Page[AdminRevisionItem]:
    pager = Pager(look.ring, "moderation.revisions", "admin", command)
    before = None if pager.after is None else int(pager.after[0])
    rows = await look.many(
        history.revision_page(everything(admin), command.listing_id, before=before, fetch=pager.fetch)
    )
    return pager.page(rows, shapes.revision_item, place=lambda row: [row.revision])


async def _require_listing(look: Look, admin: Actor, listing_id: UUID, *, is_shown: bool) -> None:
    """Tell a listing without anything to show from one that is not there."""
    if not is_shown and await look.one(history.listing_is_there(everything(admin), listing_id)) is None:
        raise not_found()

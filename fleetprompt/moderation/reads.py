"""What admins read of listings, of what was said of them, and of people (spec 6.4 Admin)."""

from __future__ import annotations

from functools import partial
from typing import Final

import msgspec

from fleetprompt.authz import Access, Actor, everything
from fleetprompt.enums import KeyScope
from fleetprompt.errors import not_found
from fleetprompt.fields import or_none
from fleetprompt.installs.statements import intents
from fleetprompt.moderation import shapes
from fleetprompt.moderation.commands import (
    ListListings,
    ListQueue,
    ListReleases,
    ListReports,
    ListRevisions,
    ShowIntent,
    ShowListing,
    ShowPublisher,
    ShowRelease,
    ShowReport,
    ShowRevision,
    ShowUser,
)
from fleetprompt.moderation.model import (
    AdminInstallIntentDetailReply,
    AdminListingDetail,
    AdminListingDetailReply,
    AdminListingItem,
    AdminPublisherReply,
    AdminReleaseDetailReply,
    AdminReleaseItem,
    AdminReport,
    AdminReportReply,
    AdminRevisionItem,
    AdminRevisionReply,
    AdminUserDetailReply,
    WaitingListing,
)
from fleetprompt.moderation.statements import history, listings, people, queue, reach, reports
from fleetprompt.moderation.statements.search import search_page
from fleetprompt.rate_limits import RateClass
from fleetprompt.runtime.operations import Owner, query
from fleetprompt.runtime.pagination import Page, Pager
from fleetprompt.runtime.run import Look

EMBEDDED_MAX: Final = 20

admin_query: Final = partial(query, who=Access.ADMIN, scope=KeyScope.ADMIN, rate=(RateClass.SIGNED_IN_READ,))
"""Declare a query that admins alone may ask."""

_OWNS_LISTING: Final = {"listing_id": Owner.ADMIN}


@admin_query("moderation.listings", owns={"publisher_id": Owner.ADMIN})
async def list_listings(look: Look, admin: Actor, command: ListListings) -> Page[AdminListingItem]:
    """Every listing, whatever its status, the newest first; `q` finds words as the public search does (spec 6.3).

    Raises VALIDATION_FAILED on `cursor`; UNAVAILABLE where a search takes longer than 300 ms.
    """
    scope, text = everything(admin), command.text
    pager = Pager(look.ring, "moderation.listings", "admin", command)
    filters = listings.Filters(or_none(command.status), or_none(command.publisher_id), or_none(command.flagged))
    if text is None:
        rows = await look.many(listings.page(scope, filters, after_id=pager.after_id, fetch=pager.fetch))
    else:
        rows = await look.many(
            search_page(scope, text, filters, after_id=pager.after_id, fetch=pager.fetch), search=True
        )
    return pager.page(rows, shapes.listing_item)


@admin_query("moderation.listing", owns=_OWNS_LISTING)
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


@admin_query("moderation.releases", owns=_OWNS_LISTING)
async def list_releases(look: Look, admin: Actor, command: ListReleases) -> Page[AdminReleaseItem]:
    """The releases of any listing, the newest first. Raises NOT_FOUND; VALIDATION_FAILED on `cursor`."""
    return await _release_page(look, admin, command)


@admin_query("moderation.release", owns={"release_id": Owner.ADMIN})
async def show_release(look: Look, admin: Actor, command: ShowRelease) -> AdminReleaseDetailReply:
    """Any release with its notes, and what revoking it would undo. Raises NOT_FOUND."""
    row = await look.one(history.release(everything(admin), command.release_id, look.now_ms))
    if row is None:
        raise not_found()
    return AdminReleaseDetailReply(shapes.release_detail(row))


@admin_query("moderation.revisions", owns=_OWNS_LISTING)
async def list_revisions(look: Look, admin: Actor, command: ListRevisions) -> Page[AdminRevisionItem]:
    """What any listing said before each edit, the last one first. Raises NOT_FOUND; VALIDATION_FAILED on `cursor`."""
    return await _revision_page(look, admin, command)


@admin_query("moderation.revision", owns=_OWNS_LISTING)
async def show_revision(look: Look, admin: Actor, command: ShowRevision) -> AdminRevisionReply:
    """What a listing said before one edit, with its description. Raises NOT_FOUND, also for what it says now."""
    row = await look.one(history.revision(everything(admin), command.listing_id, command.revision))
    if row is None:
        raise not_found()
    return shapes.revision_reply(row)


@admin_query("moderation.reports", owns=_OWNS_LISTING)
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


@admin_query("moderation.report", owns={"report_id": Owner.ADMIN})
async def show_report(look: Look, admin: Actor, command: ShowReport) -> AdminReportReply:
    """Any report. Raises NOT_FOUND."""
    row = await look.one(reports.report(everything(admin), command.report_id))
    if row is None:
        raise not_found()
    return AdminReportReply(shapes.report(row))


@admin_query("moderation.publisher", owns={"publisher_id": Owner.ADMIN})
async def show_publisher(look: Look, admin: Actor, command: ShowPublisher) -> AdminPublisherReply:
    """Any publisher with the user who owns it. Raises NOT_FOUND."""
    row = await look.one(people.publisher(everything(admin), command.publisher_id))
    if row is None:
        raise not_found()
    return shapes.publisher_reply(row)


@admin_query("moderation.user", owns={"user_id": Owner.ADMIN})
async def show_user(look: Look, admin: Actor, command: ShowUser) -> AdminUserDetailReply:
    """Any user with what suspending her would stop, in numbers. Raises NOT_FOUND."""
    row = await look.one(reach.user_reach(everything(admin), command.user_id, look.now_ms))
    if row is None:
        raise not_found()
    return AdminUserDetailReply(shapes.user_detail(row))


@admin_query("moderation.intent", owns={"install_intent_id": Owner.ADMIN})
async def show_intent(look: Look, admin: Actor, command: ShowIntent) -> AdminInstallIntentDetailReply:
    """Anybody's install intent with what it is to install. Raises NOT_FOUND."""
    row = await look.one(intents.by_id_with_token(everything(admin), command.install_intent_id))
    if row is None:
        raise not_found()
    return AdminInstallIntentDetailReply(shapes.intent_detail(row, look.now_ms))


@admin_query("moderation.queue")
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
    return pager.page_within(rows, shapes.release_item)


async def _revision_page(look: Look, admin: Actor, command: ListRevisions) -> Page[AdminRevisionItem]:
    pager = Pager(look.ring, "moderation.revisions", "admin", command)
    before = None if pager.after is None else int(pager.after[0])
    rows = await look.many(
        history.revision_page(everything(admin), command.listing_id, before=before, fetch=pager.fetch)
    )
    return pager.page_within(rows, shapes.revision_item, place=lambda row: [row.revision])

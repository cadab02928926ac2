"""Reporting a listing."""

from __future__ import annotations

from fleetprompt import ids
from fleetprompt.authz import PUBLIC, Access, Actor
from fleetprompt.enums import EventType, KeyScope, ReportStatus
from fleetprompt.errors import not_found
from fleetprompt.moderation import events
from fleetprompt.moderation.commands import ReportListing
from fleetprompt.moderation.model import OwnReport, OwnReportReply
from fleetprompt.moderation.statements import reports
from fleetprompt.rate_limits import RateClass
from fleetprompt.runtime.operations import Ledger, Outcome, Owner, mutation
from fleetprompt.runtime.run import MutationTx


@mutation(
    "moderation.report_listing",
    who=Access.SIGNED_IN,
    scope=KeyScope.INSTALL,
    rate=(RateClass.WRITE, RateClass.REPORT),
    ledger=Ledger.REQUIRED,
    emits=(EventType.LISTING_REPORTED,),
    owns={"listing_id": Owner.PUBLIC},
)
async def report_listing(tx: MutationTx, actor: Actor, command: ReportListing) -> Outcome[OwnReportReply]:
    """Tell the admins what is wrong with a published listing, as it says now (spec 6.4). Raises NOT_FOUND."""
    listing = await tx.one(reports.reportable(PUBLIC, command.listing_id))
    if listing is None:
        raise not_found()
    report_id = tx.new_id()
    report = OwnReport(
        report_id=ids.encode("rpt", report_id),
        listing_id=ids.encode("lst", listing.id),
        kind=command.kind,
        summary=command.summary,
        status=ReportStatus.OPEN,
        created_at_ms=tx.now_ms,
    )
    return Outcome(
        OwnReportReply(report),
        writes=[
            reports.insert_report(
                report_id=report_id,
                listing=listing,
                reporter_user_id=actor.user,
                kind=command.kind,
                summary=command.summary,
                now_ms=tx.now_ms,
            )
        ],
        events=[events.listing_reported(listing.publisher_id, listing.id, report_id, command.kind)],
    )

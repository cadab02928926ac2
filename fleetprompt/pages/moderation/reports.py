"""Every report, and deciding on one."""

from __future__ import annotations

from typing import Final

from fleetprompt.authz import Access
from fleetprompt.enums import ReportStatus
from fleetprompt.moderation.model import AdminReport, AdminReportReply
from fleetprompt.moderation.reads import list_reports, show_report
from fleetprompt.moderation.resolve_report import resolve_report
from fleetprompt.pages.answers import Answer
from fleetprompt.pages.declaring import FormPage, Page
from fleetprompt.pages.visit import Visit
from fleetprompt.runtime.pagination import Page as Found

SHOWN: Final = 50
PATH: Final = "/moderation/reports"
OUTCOMES: Final = (
    (ReportStatus.UPHELD, "Upheld", "It is right. What follows from it, such as suspending the listing, is up to you."),
    (ReportStatus.DISMISSED, "Dismissed", "It is not right, or nothing follows from it."),
)


async def _show(visit: Visit) -> Answer:
    asked = visit.asked("status")
    found: Found[AdminReport] = await visit.ask(list_reports, **asked, **visit.asked("cursor"), limit=SHOWN)
    return visit.html(
        "moderation/reports.html",
        reports=found.items,
        statuses=list(ReportStatus),
        status=asked.get("status", [""])[0],
        **visit.pager(PATH, found.next_cursor, **asked),
    )


async def _show_resolve(visit: Visit) -> Answer:
    reply: AdminReportReply = await visit.ask(show_report)
    return visit.html("moderation/resolve_report.html", report=reply.report, outcomes=OUTCOMES)


async def _resolved(visit: Visit, reply: AdminReportReply) -> Answer:
    return visit.see_other(f"/moderation/listings/{reply.report.listing_id}", notice=reply.report.status.value)


REPORTS: Final = Page(name="reports", path=PATH, show=_show, reads=(list_reports,), who=Access.ADMIN)
RESOLVE: Final = FormPage(
    name="resolve_report",
    path="/moderation/reports/{reportId}/resolve",
    show=_show_resolve,
    reads=(show_report,),
    who=Access.ADMIN,
    operation=resolve_report,
    done=_resolved,
)

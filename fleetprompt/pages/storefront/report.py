"""Telling the admins what is wrong with a listing."""

from __future__ import annotations

from typing import Any, Final

from fleetprompt.authz import Access
from fleetprompt.catalog.reads import show_listing
from fleetprompt.enums import ReportKind
from fleetprompt.moderation.report_listing import report_listing
from fleetprompt.pages.answers import Answer
from fleetprompt.pages.declaring import FormPage, Page
from fleetprompt.pages.visit import Visit

KINDS: Final = (
    (ReportKind.MALWARE, "Malware", "It does harm, or hides what it does."),
    (ReportKind.IMPERSONATION, "Impersonation", "It poses as somebody else or as somebody else's."),
    (ReportKind.SPAM, "Spam", "It advertises, repeats itself, or lists nothing that could be installed."),
    (ReportKind.OTHER, "Something else", "Say below what it is."),
)


async def _show(visit: Visit) -> Answer:
    detail = (await visit.ask(show_listing)).listing_detail
    return visit.html("storefront/report.html", listing=detail.listing, kinds=KINDS)


async def _reported(visit: Visit, _: Any) -> Answer:
    return visit.see_other(REPORTED.path.format(**visit.path))


async def _show_reported(visit: Visit) -> Answer:
    return visit.html("storefront/reported.html", listing_id=visit.path["listingId"])


REPORT: Final = FormPage(
    name="report",
    path="/listings/{listingId}/report",
    show=_show,
    reads=(show_listing,),
    who=Access.SIGNED_IN,
    operation=report_listing,
    done=_reported,
    makes_new=True,
)
REPORTED: Final = Page(
    name="reported", path="/listings/{listingId}/reported", show=_show_reported, who=Access.SIGNED_IN
)

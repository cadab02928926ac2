"""Where moderation is mounted."""

from __future__ import annotations

from typing import Final

from fleetprompt.moderation.flag_listing import flag_listing
from fleetprompt.moderation.model import AdminListingDetailReply
from fleetprompt.moderation.read_audit import read_audit
from fleetprompt.moderation.reads import (
    list_listings,
    list_queue,
    list_releases,
    list_reports,
    list_revisions,
    show_intent,
    show_listing,
    show_publisher,
    show_release,
    show_report,
    show_revision,
    show_user,
)
from fleetprompt.moderation.reinstate_listing import reinstate_listing
from fleetprompt.moderation.reinstate_user import reinstate_user
from fleetprompt.moderation.report_listing import report_listing
from fleetprompt.moderation.resolve_report import resolve_report
from fleetprompt.moderation.revoke_intent import revoke_intent
from fleetprompt.moderation.revoke_release import revoke_release
from fleetprompt.moderation.set_verification import set_verification
from fleetprompt.moderation.suspend_listing import suspend_listing
from fleetprompt.moderation.suspend_user import suspend_user
from fleetprompt.web.routing import Route, get, post


def _etag(reply: AdminListingDetailReply) -> str:
    return reply.listing.etag


ROUTES: Final[tuple[Route, ...]] = (
    get("/v1/admin/queue", list_queue),
    get("/v1/admin/listings", list_listings),
    get("/v1/admin/listings/{listingId}", show_listing, etag=_etag),
    get("/v1/admin/listings/{listingId}/releases", list_releases),
    get("/v1/admin/listings/{listingId}/revisions", list_revisions),
    get("/v1/admin/listings/{listingId}/revisions/{revision}", show_revision),
    post("/v1/admin/listings/{listingId}/suspend", suspend_listing),
    post("/v1/admin/listings/{listingId}/reinstate", reinstate_listing),
    post("/v1/admin/listings/{listingId}/flag", flag_listing),
    get("/v1/admin/releases/{releaseId}", show_release),
    post("/v1/admin/releases/{releaseId}/revoke", revoke_release),
    get("/v1/admin/publishers/{publisherId}", show_publisher),
    post("/v1/admin/publishers/{publisherId}/verification", set_verification),
    get("/v1/admin/users/{userId}", show_user),
    post("/v1/admin/users/{userId}/suspend", suspend_user),
    post("/v1/admin/users/{userId}/reinstate", reinstate_user),
    get("/v1/admin/intents/{installIntentId}", show_intent),
    post("/v1/admin/intents/{installIntentId}/revoke", revoke_intent),
    post("/v1/reports", report_listing, status=201),
    get("/v1/admin/reports", list_reports),
    get("/v1/admin/reports/{reportId}", show_report),
    post("/v1/admin/reports/{reportId}/resolve", resolve_report),
    get("/v1/admin/audit", read_audit),
)

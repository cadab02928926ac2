"""What admins see (spec 6.5, 6.7)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from fleetprompt import ids
from fleetprompt.accounts.shapes import admin_user, profile, verified
from fleetprompt.enums import (
    ActorType,
    AssetKind,
    EventType,
    InstallTargetSystem,
    ListingStatus,
    ReleaseStatus,
    ReportKind,
    ReportStatus,
)
from fleetprompt.fields import or_unset
from fleetprompt.installs.model import TargetContext
from fleetprompt.installs.rules import ALIVE, Intent, IntentWithToken, live_token, status_of, updated_at_ms
from fleetprompt.listings.rules import etag
from fleetprompt.listings.shapes import description, latest_release
from fleetprompt.moderation.commands import ID_PREFIX
from fleetprompt.moderation.model import (
    AdminInstallIntent,
    AdminInstallIntentDetail,
    AdminInstallIntentReply,
    AdminListing,
    AdminListingItem,
    AdminListingPublisher,
    AdminListingReply,
    AdminListingSuspension,
    AdminPublisher,
    AdminPublisherReply,
    AdminRelease,
    AdminReleaseDetail,
    AdminReleaseItem,
    AdminReleaseReply,
    AdminReport,
    AdminRevision,
    AdminRevisionItem,
    AdminRevisionReply,
    AdminUserDetail,
    AuditActor,
    AuditEvent,
    IntendedRelease,
    ReleasedListing,
    ReportedListing,
    Review,
    UserReach,
    UsersPublisher,
    WaitingListing,
)
from fleetprompt.moderation.statements.audit import EventRow
from fleetprompt.moderation.statements.history import ReleaseDetailRow, RevisionRow
from fleetprompt.moderation.statements.listings import AdminListingItemRow, AdminListingRow
from fleetprompt.moderation.statements.people import AdminPublisherRow
from fleetprompt.moderation.statements.queue import WaitingRow
from fleetprompt.moderation.statements.reach import UserReachRow
from fleetprompt.moderation.statements.reports import ReportRow
from fleetprompt.releases.model import Artifact, Compat, Refs
from fleetprompt.releases.shapes import notes
from fleetprompt.releases.statements import ReleaseItemRow, ReleaseRow


def listing_item(row: AdminListingItemRow) -> AdminListingItem:
    """A listing in a list."""
    return AdminListingItem(
        listing_id=ids.encode("lst", row.id),
        asset_kind=AssetKind(row.asset_kind),
        status=ListingStatus(row.status),
        name=row.name,
        summary=row.summary,
        tags=tuple(row.tags),
        categories=tuple(row.categories),
        images=row.screenshots,
        links=row.links,
        publisher=_publisher(row),
        published_releases=row.published_releases,
        latest_release=latest_release(row.latest),
        suspension=_suspension(row),
        flagged=row.flagged,
        flag_reason=or_unset(row.flag_reason),
        reviewed=_review(row),
        created_at_ms=row.created_at_ms,
        updated_at_ms=row.updated_at_ms,
        revision=row.revision,
        etag=etag(row.revision),
    )


def listing(row: AdminListingRow) -> AdminListing:
    """A whole listing."""
    return AdminListing(
        **msgspec.structs.asdict(listing_item(row)),
        description=description(row.description_markdown, row.description_html),
    )


def listing_reply(row: AdminListingRow) -> AdminListingReply:
    """A whole listing, as a reply."""
    return AdminListingReply(listing(row))


def _publisher(row: AdminListingItemRow) -> AdminListingPublisher:
    return AdminListingPublisher(
        publisher_id=ids.encode("pub", row.publisher_id),
        handle=row.publisher_handle,
        display_name=row.publisher_name,
        verified=verified(row.verification_status, row.verification_checked_at_ms),
        suspended_at_ms=or_unset(row.publisher_suspended_at_ms),
    )


def _suspension(row: AdminListingItemRow) -> AdminListingSuspension | UnsetType:
    if row.suspend_reason is None or row.suspended_at_ms is None or row.status_before_suspension is None:
        return UNSET
    return AdminListingSuspension(
        reason=row.suspend_reason,
        at_ms=row.suspended_at_ms,
        status_before=ListingStatus(row.status_before_suspension),
    )


def _review(row: AdminListingItemRow) -> Review | UnsetType:
    if row.reviewed_revision is None or row.reviewed_at_ms is None:
        return UNSET
    return Review(revision=row.reviewed_revision, at_ms=row.reviewed_at_ms)


def release_item(row: ReleaseItemRow) -> AdminReleaseItem:
    """A release in a list."""
    return AdminReleaseItem(
        release_id=ids.encode("rel", row.id),
        listing_id=ids.encode("lst", row.listing_id),
        version=row.version,
        status=ReleaseStatus(row.status),
        compat=msgspec.convert(row.compat, Compat),
        refs=msgspec.convert(row.refs, Refs),
        asset_digest=or_unset(row.asset_digest),
        artifacts=msgspec.convert(row.artifacts, tuple[Artifact, ...]),
        published_at_ms=row.published_at_ms,
        revoked_at_ms=or_unset(row.revoked_at_ms),
        revoke_reason=or_unset(row.revoke_reason),
    )


def release(row: ReleaseRow) -> AdminRelease:
    """A whole release."""
    return AdminRelease(**msgspec.structs.asdict(release_item(row)), notes=notes(row.notes_markdown, row.notes_html))


def release_reply(row: ReleaseRow) -> AdminReleaseReply:
    """A whole release, as a reply."""
    return AdminReleaseReply(release(row))


def release_detail(row: ReleaseDetailRow) -> AdminReleaseDetail:
    """A whole release with where its listing stands."""
    return AdminReleaseDetail(
        **msgspec.structs.asdict(release(row)),
        listing=ReleasedListing(
            name=row.listing_name,
            status=ListingStatus(row.listing_status),
            published_releases=row.published_releases,
        ),
        open_intents=row.open_intents,
    )


def revision_item(row: RevisionRow) -> AdminRevisionItem:
    """A replaced revision in a list."""
    return msgspec.convert(_revision(row), AdminRevisionItem)


def revision_reply(row: RevisionRow) -> AdminRevisionReply:
    """A whole replaced revision."""
    return AdminRevisionReply(msgspec.convert(_revision(row), AdminRevision))


def _revision(row: RevisionRow) -> dict[str, Any]:
    return {**row.content, "revision": row.revision, "replacedAtMs": row.replaced_at_ms}


def publisher_reply(row: AdminPublisherRow) -> AdminPublisherReply:
    """A publisher with its user."""
    return AdminPublisherReply(
        AdminPublisher(
            **msgspec.structs.asdict(profile(row)),
            suspended_at_ms=or_unset(row.suspended_at_ms),
            created_at_ms=row.created_at_ms,
            updated_at_ms=row.updated_at_ms,
            user=admin_user(row.user),
        )
    )


def report(row: ReportRow) -> AdminReport:
    """A report."""
    return AdminReport(
        report_id=ids.encode("rpt", row.id),
        listing_id=ids.encode("lst", row.listing_id),
        listing_revision=row.listing_revision,
        listing=ReportedListing(name=row.listing_name, status=ListingStatus(row.listing_status)),
        reporter_user_id=ids.encode("usr", row.reporter_user_id),
        kind=ReportKind(row.kind),
        summary=row.summary,
        status=ReportStatus(row.status),
        resolution_reason=or_unset(row.resolution_reason),
        resolved_at_ms=or_unset(row.resolved_at_ms),
        resolved_by_user_id=_id("usr", row.resolved_by_user_id),
        created_at_ms=row.created_at_ms,
    )


def waiting(row: WaitingRow) -> WaitingListing:
    """A listing in the queue."""
    return WaitingListing(
        listing=listing_item(row),
        open_reports=row.open_reports,
        report_kinds=tuple(sorted(map(ReportKind, row.report_kinds or ()))),
        reported_revision=or_unset(row.reported_revision),
        reported_at_ms=or_unset(row.reported_at_ms),
    )


def intent(row: Intent, now_ms: int) -> AdminInstallIntent:
    """An install intent at `now_ms`."""
    return AdminInstallIntent(
        install_intent_id=ids.encode("int", row.id),
        buyer_user_id=ids.encode("usr", row.buyer_user_id),
        publisher_id=ids.encode("pub", row.publisher_id),
        listing_id=ids.encode("lst", row.listing_id),
        release_id=ids.encode("rel", row.release_id),
        target_system=InstallTargetSystem(row.target_system),
        target_context=msgspec.convert(row.target_context, TargetContext),
        state=or_unset(row.state),
        status=status_of(row, now_ms),
        expires_at_ms=row.expires_at_ms,
        created_at_ms=row.created_at_ms,
        updated_at_ms=updated_at_ms(row, now_ms),
    )


def intent_reply(row: Intent, now_ms: int) -> AdminInstallIntentReply:
    """An install intent at `now_ms`, as a reply."""
    return AdminInstallIntentReply(intent(row, now_ms))


def intent_detail(row: IntentWithToken, now_ms: int) -> AdminInstallIntentDetail:
    """An install intent at `now_ms` with what it is to install."""
    is_alive = status_of(row, now_ms) in ALIVE
    return AdminInstallIntentDetail(
        **msgspec.structs.asdict(intent(row, now_ms)),
        intended=IntendedRelease(
            listing_name=row.listing_name,
            listing_status=ListingStatus(row.listing_status),
            version=row.version,
            release_status=ReleaseStatus(row.release_status),
            publisher_handle=row.publisher_handle,
        ),
        has_live_token=is_alive and live_token(row, now_ms) is not None,
    )


def user_detail(row: UserReachRow) -> AdminUserDetail:
    """A user with what suspending her would stop."""
    publisher: UsersPublisher | UnsetType = UNSET
    if row.publisher_id is not None and row.handle is not None and row.publisher_name is not None:
        publisher = UsersPublisher(
            publisher_id=ids.encode("pub", row.publisher_id), handle=row.handle, display_name=row.publisher_name
        )
    return AdminUserDetail(
        **msgspec.structs.asdict(admin_user(row)),
        publisher=publisher,
        reach=UserReach(
            sessions=row.sessions,
            api_keys=row.api_keys,
            open_intents=row.open_intents,
            published_listings=row.published_listings,
            open_intents_on_listings=row.open_intents_on_listings,
        ),
    )


def event(row: EventRow) -> AuditEvent:
    """An event of the audit log."""
    actor_type = ActorType(row.actor_type)
    return AuditEvent(
        event_id=ids.encode("evt", row.id),
        type=EventType(row.type),
        actor=AuditActor(
            type=actor_type,
            id=UNSET if row.actor_id is None else ids.encode(ID_PREFIX[actor_type], row.actor_id),
            name=or_unset(row.actor_name),
        ),
        publisher_id=_id("pub", row.publisher_id),
        listing_id=_id("lst", row.listing_id),
        release_id=_id("rel", row.release_id),
        install_intent_id=_id("int", row.install_intent_id),
        created_at_ms=row.created_at_ms,
        request_id=ids.encode("req", row.request_id),
        cause_event_id=_id("evt", row.cause_event_id),
        summary=row.summary,
        details=or_unset(row.details),
        publisher_handle=or_unset(row.publisher_handle),
        listing_name=or_unset(row.listing_name),
        release_version=or_unset(row.release_version),
    )


def _id(prefix: str, value: UUID | None) -> str | UnsetType:
    return UNSET if value is None else ids.encode(prefix, value)

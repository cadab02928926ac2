"""What goes over the wire of moderation: what admins see, and the report that its author gets back (spec 6.5, 6.7)."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from fleetprompt.accounts.model import AdminUser, Bio, Verified
from fleetprompt.enums import (
    ActorType,
    AssetKind,
    EventType,
    InstallIntentStatus,
    InstallTargetSystem,
    ListingStatus,
    ReleaseStatus,
    ReportKind,
    ReportStatus,
)
from fleetprompt.installs.model import TargetContext
from fleetprompt.listings.model import Description, DescriptionSource, Image, LatestRelease, Links
from fleetprompt.releases.model import Artifact, Compat, Notes, Refs
from fleetprompt.runtime.pagination import Page


class AdminListingSuspension(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Why and when a listing was suspended, and the status that it had."""

    reason: str
    at_ms: int
    status_before: ListingStatus


class Review(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """When an admin last judged a listing (flagged or unflagged, suspended or reinstated it), and what it said then.

    revision: the number in the etag that the listing had.
    """

    revision: int
    at_ms: int


class AdminListingPublisher(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Whose listing it is. suspended_at_ms: when its owner was suspended, which hides all that she publishes."""

    publisher_id: str
    handle: str
    display_name: str
    verified: Verified
    suspended_at_ms: int | UnsetType = UNSET


class AdminListingItem(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A listing as admins see it in a list, with its own status.

    revision: the version of what its publisher can edit. etag: the same, quotes included, as `If-Match` takes it.
    """

    listing_id: str
    asset_kind: AssetKind
    status: ListingStatus
    name: str
    summary: str
    tags: tuple[str, ...]
    categories: tuple[str, ...]
    images: tuple[Image, ...]
    links: Links
    publisher: AdminListingPublisher
    published_releases: int
    latest_release: LatestRelease | UnsetType = UNSET
    suspension: AdminListingSuspension | UnsetType = UNSET
    flagged: bool
    flag_reason: str | UnsetType = UNSET
    reviewed: Review | UnsetType = UNSET
    created_at_ms: int
    updated_at_ms: int
    revision: int
    etag: str


class AdminListing(AdminListingItem, frozen=True, kw_only=True, rename="camel"):
    """A listing as admins see it."""

    description: Description


class AdminListingReply(msgspec.Struct, frozen=True):
    """A listing."""

    listing: AdminListing


class ReleasedListing(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A release's listing as it is now, with its own status."""

    name: str
    status: ListingStatus
    published_releases: int


class AdminReleaseItem(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A release as admins see it in a list."""

    release_id: str
    listing_id: str
    version: str
    status: ReleaseStatus
    compat: Compat
    refs: Refs
    asset_digest: str | UnsetType = UNSET
    artifacts: tuple[Artifact, ...]
    published_at_ms: int
    revoked_at_ms: int | UnsetType = UNSET
    revoke_reason: str | UnsetType = UNSET


class AdminRelease(AdminReleaseItem, frozen=True, kw_only=True, rename="camel"):
    """A release as admins see it."""

    notes: Notes | UnsetType = UNSET


class AdminReleaseDetail(AdminRelease, frozen=True, kw_only=True, rename="camel"):
    """A release with where its listing stands. open_intents: how many intents to install it could still be redeemed."""

    listing: ReleasedListing
    open_intents: int


class AdminReleaseDetailReply(msgspec.Struct, frozen=True):
    """A release with where its listing stands."""

    release: AdminReleaseDetail


class AdminReleaseReply(msgspec.Struct, frozen=True):
    """A release."""

    release: AdminRelease


class AdminRevisionItem(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What a listing said before an edit, its description aside. revision: the number in the etag that it had."""

    revision: int
    replaced_at_ms: int
    name: str
    summary: str
    tags: tuple[str, ...]
    categories: tuple[str, ...]
    images: tuple[Image, ...]
    links: Links


class AdminRevision(AdminRevisionItem, frozen=True, kw_only=True, rename="camel"):
    """What a listing said before an edit."""

    description: DescriptionSource | UnsetType = UNSET


class AdminRevisionReply(msgspec.Struct, frozen=True):
    """A replaced revision."""

    revision: AdminRevision


class AdminListingDetail(AdminListing, frozen=True, kw_only=True, rename="camel"):
    """A listing with its newest releases and its last replaced revisions.

    The cursors are those of `GET …/releases` and `GET …/revisions`. open_intents: how many install intents on it could
    still be redeemed. open_reports: how many reports on it nobody has decided on.
    """

    open_intents: int
    open_reports: int
    releases: Page[AdminReleaseItem]
    revisions: Page[AdminRevisionItem]


class AdminListingDetailReply(msgspec.Struct, frozen=True):
    """A listing with its history."""

    listing: AdminListingDetail


class AdminInstallIntent(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An install intent as admins see it."""

    install_intent_id: str
    buyer_user_id: str
    publisher_id: str
    listing_id: str
    release_id: str
    target_system: InstallTargetSystem
    target_context: TargetContext
    state: str | UnsetType = UNSET
    status: InstallIntentStatus
    expires_at_ms: int
    created_at_ms: int
    updated_at_ms: int


class AdminInstallIntentReply(msgspec.Struct, frozen=True, rename="camel"):
    """An install intent."""

    install_intent: AdminInstallIntent


class IntendedRelease(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What an intent is to install, as it is now, each with its own status."""

    listing_name: str
    listing_status: ListingStatus
    version: str
    release_status: ReleaseStatus
    publisher_handle: str


class AdminInstallIntentDetail(AdminInstallIntent, frozen=True, kw_only=True, rename="camel"):
    """An install intent with what it is to install. has_live_token: whether a token of it could be redeemed."""

    intended: IntendedRelease
    has_live_token: bool


class AdminInstallIntentDetailReply(msgspec.Struct, frozen=True, rename="camel"):
    """An install intent with what it is to install."""

    install_intent: AdminInstallIntentDetail


class UserReach(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What of a user's is alive, in numbers: her own, and on the listings of her publisher."""

    sessions: int
    api_keys: int
    open_intents: int
    published_listings: int
    open_intents_on_listings: int


class UsersPublisher(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The publisher that a user owns."""

    publisher_id: str
    handle: str
    display_name: str


class AdminUserDetail(AdminUser, frozen=True, kw_only=True, rename="camel"):
    """A user with what suspending her would stop."""

    publisher: UsersPublisher | UnsetType = UNSET
    reach: UserReach


class AdminUserDetailReply(msgspec.Struct, frozen=True):
    """A user with what suspending her would stop."""

    user: AdminUserDetail


class AdminPublisher(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A publisher as admins see it, with the user who owns it."""

    publisher_id: str
    handle: str
    display_name: str
    bio: Bio | UnsetType = UNSET
    verified: Verified
    suspended_at_ms: int | UnsetType = UNSET
    created_at_ms: int
    updated_at_ms: int
    user: AdminUser


class AdminPublisherReply(msgspec.Struct, frozen=True):
    """A publisher."""

    publisher: AdminPublisher


class OwnReport(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A report as its author gets it back."""

    report_id: str
    listing_id: str
    kind: ReportKind
    summary: str
    status: ReportStatus
    created_at_ms: int


class OwnReportReply(msgspec.Struct, frozen=True):
    """A report."""

    report: OwnReport


class ReportedListing(msgspec.Struct, frozen=True, kw_only=True):
    """What a report is about, as it is now, with its own status."""

    name: str
    status: ListingStatus


class AdminReport(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A report as admins see it. listing_revision: which version of the listing its author saw."""

    report_id: str
    listing_id: str
    listing_revision: int
    listing: ReportedListing
    reporter_user_id: str
    kind: ReportKind
    summary: str
    status: ReportStatus
    resolution_reason: str | UnsetType = UNSET
    resolved_at_ms: int | UnsetType = UNSET
    resolved_by_user_id: str | UnsetType = UNSET
    created_at_ms: int


class AdminReportReply(msgspec.Struct, frozen=True):
    """A report."""

    report: AdminReport


class WaitingListing(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A listing that is flagged or has open reports.

    report_kinds: of its open reports. reported_revision: the version that the first of them was about.
    """

    listing: AdminListingItem
    open_reports: int
    report_kinds: tuple[ReportKind, ...]
    reported_revision: int | UnsetType = UNSET
    reported_at_ms: int | UnsetType = UNSET


class AuditActor(msgspec.Struct, frozen=True, kw_only=True):
    """Who acted: a user, a partner system by its key, or the system itself, which has no id. name: today's."""

    type: ActorType
    id: str | UnsetType = UNSET
    name: str | UnsetType = UNSET


class AuditEvent(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One thing that happened. details: by type, as `fleetprompt.runtime.audit.DETAILS` declares them.

    publisher_handle, listing_name, release_version: of what it names, as they are now; absent for what is gone.
    """

    event_id: str
    type: EventType
    actor: AuditActor
    publisher_id: str | UnsetType = UNSET
    listing_id: str | UnsetType = UNSET
    release_id: str | UnsetType = UNSET
    install_intent_id: str | UnsetType = UNSET
    created_at_ms: int
    request_id: str
    cause_event_id: str | UnsetType = UNSET
    summary: str
    details: dict[str, Any] | UnsetType = UNSET
    publisher_handle: str | UnsetType = UNSET
    listing_name: str | UnsetType = UNSET
    release_version: str | UnsetType = UNSET

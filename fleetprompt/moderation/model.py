"""What goes over the wire of moderation: commands in, admin shapes out (spec 6.4 Admin, 6.5)."""

from __future__ import annotations

from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from fleetprompt.accounts.model import Verified
from fleetprompt.enums import ActorType, AssetKind, EventType, InstallIntentStatus, InstallTargetSystem, ListingStatus
from fleetprompt.fields import (
    Command,
    EpochMs,
    IdOf,
    IfMatch,
    InstallIntentId,
    ListingId,
    Reason,
    ReleaseId,
    RequestId,
    Rule,
)
from fleetprompt.installs.model import TargetContext
from fleetprompt.listings.model import Description, Image, LatestRelease, Links
from fleetprompt.runtime.pagination import ListCommand

ID_PREFIX: Final = {ActorType.USER: "usr", ActorType.PARTNER: "prt"}
"""What the ids of those begin with who act; the system has none."""


class ActorFilter(msgspec.Struct, frozen=True):
    """Whose events are meant. id: None for the system."""

    type: ActorType
    id: UUID | None


class ActorRef(Rule, frozen=True):
    """`usr_…`, `prt_…` or `system`. Any other string names nobody (spec 3 IDs: in a filter it matches nothing)."""

    def read(self, text: str) -> ActorFilter:
        """Who is named."""
        if text == ActorType.SYSTEM:
            return ActorFilter(ActorType.SYSTEM, None)
        actor_type = ActorType.PARTNER if text.startswith(ID_PREFIX[ActorType.PARTNER]) else ActorType.USER
        return ActorFilter(actor_type, IdOf(ID_PREFIX[actor_type]).read(text))

    def schema(self) -> dict[str, Any]:
        """Either id, or the word."""
        ids = [IdOf(prefix).schema() for prefix in ID_PREFIX.values()]
        return {"anyOf": [*ids, {"const": ActorType.SYSTEM.value}]}


class AuditLog(ListCommand):
    """The events that every given filter admits. since_ms, until_ms: both included."""

    actor: Annotated[ActorFilter, ActorRef()] | UnsetType = UNSET
    type: EventType | UnsetType = UNSET
    listing_id: ListingId | UnsetType = UNSET
    release_id: ReleaseId | UnsetType = UNSET
    install_intent_id: InstallIntentId | UnsetType = UNSET
    request_id: RequestId | UnsetType = UNSET
    since_ms: EpochMs | UnsetType = UNSET
    until_ms: EpochMs | UnsetType = UNSET


class SuspendListing(Command):
    """A listing that is to be taken from public view."""

    listing_id: ListingId
    reason: Reason


class ReinstateListing(Command):
    """A suspended listing that may come back. `If-Match`: the etag of what was reviewed."""

    listing_id: ListingId
    if_match: IfMatch | UnsetType = UNSET
    reason: Reason


class RevokeIntent(Command):
    """An install intent that nothing is to come of."""

    install_intent_id: InstallIntentId
    reason: Reason


class AdminListingSuspension(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Why and when a listing was suspended, and the status that it had."""

    reason: str
    at_ms: int
    status_before: ListingStatus


class AdminListingPublisher(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Whose listing it is. suspended_at_ms: when its owner was suspended, which hides all that she publishes."""

    publisher_id: str
    handle: str
    display_name: str
    verified: Verified
    suspended_at_ms: int | UnsetType = UNSET


class AdminListingItem(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A listing as admins see it in a list, with its own status.

    etag: the version of what its publisher can edit, quotes included, as `If-Match` takes it.
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
    created_at_ms: int
    updated_at_ms: int
    etag: str


class AdminListing(AdminListingItem, frozen=True, kw_only=True, rename="camel"):
    """A listing as admins see it."""

    description: Description | UnsetType = UNSET


class AdminListingReply(msgspec.Struct, frozen=True):
    """A listing."""

    listing: AdminListing


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


class AuditActor(msgspec.Struct, frozen=True, kw_only=True):
    """Who acted: a user, a partner system by its key, or the system itself, which has no id."""

    type: ActorType
    id: str | UnsetType = UNSET


class AuditEvent(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One thing that happened. details: by type, as `fleetprompt.runtime.audit.DETAILS` declares them."""

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

"""What comes over the wire of moderation (spec 5, 6.4 Admin, POST /v1/reports)."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from fleetprompt.enums import ActorType, EventType, ListingStatus, ReportKind, ReportStatus, VerificationStatus
from fleetprompt.fields import (
    Command,
    EpochMs,
    EventId,
    Example,
    IdOf,
    IfMatch,
    InstallIntentId,
    ListingId,
    PublisherId,
    Range,
    ReasonText,
    ReleaseId,
    ReportId,
    ReportSummary,
    RequestId,
    Rule,
    SearchText,
    UserId,
)
from fleetprompt.runtime.pagination import ListCommand
from fleetprompt.search_text import TextQuery, text_query

REVISION_MAX: Final = 2**31 - 1
ID_PREFIX: Final = {ActorType.USER: "usr", ActorType.PARTNER: "prt"}
"""What the ids of those begin with who act; the system has none."""


class SuspendListing(Command):
    """A listing that is to be taken from public view."""

    listing_id: ListingId
    reason: ReasonText


class ReinstateListing(Command):
    """A suspended listing that may come back. `If-Match`: the etag of what was reviewed."""

    listing_id: ListingId
    if_match: IfMatch | UnsetType = UNSET
    reason: ReasonText


class FlagListing(Command):
    """Whether moderators keep an eye on a listing. Nobody else learns of it."""

    listing_id: ListingId
    flagged: bool
    reason: ReasonText | UnsetType = UNSET


class RevokeRelease(Command):
    """A release that is to be handed out no more."""

    release_id: ReleaseId
    reason: ReasonText


class RevokeIntent(Command):
    """An install intent that nothing is to come of."""

    install_intent_id: InstallIntentId
    reason: ReasonText


class SetVerification(Command):
    """What an admin found out about who a publisher is."""

    publisher_id: PublisherId
    status: VerificationStatus
    reason: ReasonText | UnsetType = UNSET


class SuspendUser(Command):
    """A user who may do nothing any more."""

    user_id: UserId
    reason: ReasonText


class ReinstateUser(Command):
    """A suspended user who may come back."""

    user_id: UserId
    reason: ReasonText


class ReportListing(Command):
    """What somebody thinks is wrong with a listing."""

    listing_id: ListingId
    kind: ReportKind
    summary: ReportSummary


class ResolveReport(Command):
    """What a moderator decides on a report."""

    report_id: ReportId
    outcome: Literal[ReportStatus.UPHELD, ReportStatus.DISMISSED]
    reason: ReasonText


class ListListings(ListCommand):
    """Listings that match everything that is given. A blank `q` counts as none."""

    flagged: bool | UnsetType = UNSET
    status: ListingStatus | UnsetType = UNSET
    publisher_id: PublisherId | UnsetType = UNSET
    q: SearchText | UnsetType = UNSET

    @property
    def text(self) -> TextQuery | None:
        """What `q` asks for, None where it is absent or blank."""
        return None if self.q is UNSET else text_query(self.q)


class ShowListing(Command):
    """One listing."""

    listing_id: ListingId


class ListReleases(ListCommand):
    """The releases of one listing."""

    listing_id: ListingId


class ShowRelease(Command):
    """One release."""

    release_id: ReleaseId


class ListRevisions(ListCommand):
    """What one listing said before, edit by edit."""

    listing_id: ListingId


class ShowRevision(Command):
    """What a listing said until it was edited. revision: the number in the etag that it had."""

    listing_id: ListingId
    revision: Annotated[int, Range(1, REVISION_MAX)]


class ShowIntent(Command):
    """One install intent."""

    install_intent_id: InstallIntentId


class ShowUser(Command):
    """One user."""

    user_id: UserId


class ShowPublisher(Command):
    """One publisher."""

    publisher_id: PublisherId


class ListQueue(ListCommand):
    """What waits for a moderator."""


class ListReports(ListCommand):
    """Reports, all or those of one status or on one listing."""

    status: ReportStatus | UnsetType = UNSET
    listing_id: ListingId | UnsetType = UNSET


class ShowReport(Command):
    """One report."""

    report_id: ReportId


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


class ReadAudit(ListCommand):
    """The events that every given filter admits. since_ms, until_ms: both included."""

    actor: Annotated[ActorFilter, ActorRef(), Example("system")] | UnsetType = UNSET
    type: EventType | UnsetType = UNSET
    listing_id: ListingId | UnsetType = UNSET
    release_id: ReleaseId | UnsetType = UNSET
    install_intent_id: InstallIntentId | UnsetType = UNSET
    request_id: RequestId | UnsetType = UNSET
    event_id: EventId | UnsetType = UNSET
    cause_event_id: EventId | UnsetType = UNSET
    since_ms: EpochMs | UnsetType = UNSET
    until_ms: EpochMs | UnsetType = UNSET

"""Pure decisions of moderation (spec 4 Transitions)."""

from __future__ import annotations

from uuid import UUID

from fleetprompt.enums import InstallIntentStatus, ListingStatus, ReportStatus, VerificationStatus
from fleetprompt.errors import Reason, Refusal, conflict
from fleetprompt.installs.rules import ALIVE


def refusal_to_suspend_listing(status: ListingStatus) -> Refusal | None:
    """CONFLICT (`transition`) for a listing that is suspended already."""
    if status is ListingStatus.SUSPENDED:
        return conflict(Reason.TRANSITION, "This listing is suspended already.")
    return None


def not_suspended(status: ListingStatus) -> Refusal:
    """CONFLICT (`transition`): only a suspended listing is reinstated."""
    return conflict(Reason.TRANSITION, f"This listing is {status}, not suspended.")


def status_when_reinstated(before_suspension: ListingStatus, published_releases: int) -> ListingStatus:
    """The status that a suspended listing returns to: the one it had, unless a published one lost every release."""
    if before_suspension is ListingStatus.PUBLISHED and published_releases == 0:
        return ListingStatus.UNLISTED
    return before_suspension


def refusal_to_revoke_intent(status: InstallIntentStatus) -> Refusal | None:
    """CONFLICT (`transition`) for an intent at its end."""
    if status not in ALIVE:
        return conflict(Reason.TRANSITION, f"This install intent is {status}; there is nothing left to revoke.")
    return None


def refusal_to_flag(*, was_flagged: bool, is_flagged: bool) -> Refusal | None:
    """CONFLICT (`transition`) for a flag that is not there to be taken; a new one replaces the old one's reason."""
    if not was_flagged and not is_flagged:
        return conflict(Reason.TRANSITION, "This listing is not flagged.")
    return None


def refusal_to_suspend_user(*, user_id: UUID, admin_user_id: UUID, suspended_at_ms: int | None) -> Refusal | None:
    """CONFLICT (`transition`) for a user who is suspended already, and for an admin who would suspend herself."""
    if suspended_at_ms is not None:
        return conflict(Reason.TRANSITION, "This user is suspended already.")
    if user_id == admin_user_id:
        return conflict(Reason.TRANSITION, "No admin suspends herself; ask another one.")
    return None


def refusal_to_reinstate_user(suspended_at_ms: int | None) -> Refusal | None:
    """CONFLICT (`transition`) for a user who is not suspended."""
    if suspended_at_ms is None:
        return conflict(Reason.TRANSITION, "This user is not suspended.")
    return None


def refusal_to_set_verification(before: VerificationStatus, after: VerificationStatus) -> Refusal | None:
    """CONFLICT (`transition`) for a verification that is not there to be taken; a check may be made again."""
    if before is after is VerificationStatus.UNVERIFIED:
        return conflict(Reason.TRANSITION, "This publisher is not verified, and no check has failed.")
    return None


def checked_at_ms(status: VerificationStatus, now_ms: int) -> int | None:
    """When a publisher was checked: now, unless it is to count as unchecked."""
    return None if status is VerificationStatus.UNVERIFIED else now_ms


def refusal_to_resolve(status: ReportStatus) -> Refusal | None:
    """CONFLICT (`transition`) for a report that was decided on."""
    if status is not ReportStatus.OPEN:
        return conflict(Reason.TRANSITION, f"This report is {status} already.")
    return None

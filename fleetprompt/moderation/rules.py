"""Pure decisions of moderation (spec 4 Transitions)."""

from __future__ import annotations

from fleetprompt.enums import InstallIntentStatus, ListingStatus
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

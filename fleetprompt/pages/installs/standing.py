"""How an intent stands for its buyer: what can still be done with it, and how she begins again."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec import UNSET

from fleetprompt.enums import InstallIntentStatus, ListingStatus, ReleaseStatus
from fleetprompt.installs.model import InstallIntent
from fleetprompt.installs.rules import ALIVE
from fleetprompt.pages.forms import fresh_key
from fleetprompt.pages.rendering import with_query


@dataclass(frozen=True)
class Standing:
    """intent: as the API shows it to its buyer. key: of a form that does the next thing with it."""

    intent: InstallIntent
    key: str

    @property
    def is_alive(self) -> bool:
        """Whether something can still come of it."""
        return self.intent.status in ALIVE

    @property
    def is_withdrawn(self) -> bool:
        """Whether its release is handed to nobody any more."""
        suspended = self.intent.listing.status is ListingStatus.SUSPENDED
        return suspended or self.intent.release.status is ReleaseStatus.REVOKED

    @property
    def is_off_sale(self) -> bool:
        """Whether its publisher offers the listing no more; what was opened before goes on."""
        return self.intent.listing.status not in {ListingStatus.PUBLISHED, ListingStatus.SUSPENDED}

    @property
    def can_mint(self) -> bool:
        """Whether a token can be had."""
        return self.is_alive and not self.is_withdrawn

    @property
    def can_begin_again(self) -> bool:
        """Whether the same release can be installed anew."""
        return not (self.is_alive or self.is_withdrawn or self.is_off_sale)

    @property
    def same_again(self) -> dict[str, str]:
        """The fields of a new intent for the same release, with the same target and context.

        The partner's `state` goes along only where it was never handed over: it stands for one session's one wish.
        """
        intent, context = self.intent, self.intent.target_context
        state = UNSET if intent.status is InstallIntentStatus.REDEEMED else intent.state
        fields = {
            "listingId": intent.listing_id,
            "releaseId": intent.release_id,
            "targetSystem": intent.target_system.value,
            "targetContext.telespaceId": context.telespace_id,
            "targetContext.roomId": context.room_id,
            "targetContext.orgId": context.org_id,
            "state": state,
        }
        return {name: value for name, value in fields.items() if value is not UNSET}

    @property
    def newest_url(self) -> str:
        """Where the release that the listing offers now is installed, into the same place; empty without one."""
        if self.intent.listing.status is not ListingStatus.PUBLISHED:
            return ""
        names = ("targetContext.telespaceId", "targetContext.roomId", "targetContext.orgId")
        same = self.same_again
        context = {name.rpartition(".")[2]: same[name] for name in names if name in same}
        return with_query(
            "/install", listingId=self.intent.listing_id, targetSystem=self.intent.target_system.value, **context
        )


def standing_of(intent: InstallIntent) -> Standing:
    """How it stands now."""
    return Standing(intent, fresh_key())

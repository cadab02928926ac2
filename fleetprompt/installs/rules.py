"""Pure decisions of installs, and what they decide on (spec 3 Install token, Intents, Redeem after the fact; 4)."""

from __future__ import annotations

import hmac
from collections.abc import Collection, Iterable
from typing import Any, Final
from uuid import UUID

import msgspec

from fleetprompt.clock import DAY_MS, MINUTE_MS
from fleetprompt.enums import (
    AssetKind,
    InstallIntentStatus,
    InstallTargetSystem,
    InstallTokenStatus,
    ListingStatus,
    ReleaseStatus,
)
from fleetprompt.errors import Reason, Refusal, conflict, invalid, not_found

INTENT_LIFETIME_MS: Final = DAY_MS
TOKEN_TTL_MS_DEFAULT: Final = 15 * MINUTE_MS
TOKEN_KEPT_MS: Final = 30 * DAY_MS
INTENT_KEPT_MS: Final = 90 * DAY_MS

ALIVE: Final = frozenset({InstallIntentStatus.CREATED, InstallIntentStatus.TOKEN_ISSUED})

TAKERS: Final = {
    AssetKind.WHS_AGENT: frozenset({InstallTargetSystem.WHS, InstallTargetSystem.AGENTELIC}),
    AssetKind.AGENTROMATIC_WORKFLOW: frozenset({InstallTargetSystem.AGENTROMATIC, InstallTargetSystem.AGENTELIC}),
    AssetKind.SPEC_ASSET: frozenset(InstallTargetSystem),
}
"""The systems that can take each kind."""


class Offer(msgspec.Struct, frozen=True):
    """A release with its listing and publisher, as they are now."""

    asset_kind: str
    listing_name: str
    listing_status: str
    version: str
    release_status: str
    publisher_id: UUID
    publisher_handle: str
    publisher_name: str
    publisher_suspended_at_ms: int | None


class Intent(Offer, frozen=True):
    """An install intent with what it is for."""

    buyer_user_id: UUID
    id: UUID
    listing_id: UUID
    release_id: UUID
    target_system: str
    target_context: dict[str, Any]
    state: str | None
    status: str
    current_token_id: UUID | None
    expires_at_ms: int
    created_at_ms: int
    updated_at_ms: int


class IntentWithToken(Intent, frozen=True):
    """An install intent with its current token, which is None throughout where none was minted or it is purged."""

    token_status: str | None
    token_expires_at_ms: int | None


class Redeemable(Intent, frozen=True):
    """Everything that redeeming a token decides on and hands over."""

    token_id: UUID
    token_hash: bytes
    token_status: str
    token_expires_at_ms: int
    buyer_ref_version: str
    buyer_suspended_at_ms: int | None
    verification_status: str
    verification_checked_at_ms: int | None
    refs: dict[str, Any]
    asset_digest: str | None
    compat: dict[str, Any]
    artifacts: list[dict[str, Any]]


class Delta(msgspec.Struct, frozen=True):
    """One appended change of a listing's statistics; `day` counts from 1970-01-01 in UTC."""

    id: UUID
    listing_id: UUID
    day: int
    install_intents: int
    redemptions: int


def status_of(intent: Intent, now_ms: int) -> InstallIntentStatus:
    """An intent's status now: its deadline counts whether or not a job has marked it."""
    status = InstallIntentStatus(intent.status)
    return InstallIntentStatus.EXPIRED if status in ALIVE and intent.expires_at_ms <= now_ms else status


def updated_at_ms(intent: Intent, now_ms: int) -> int:
    """When an intent last changed; one that ran out did so at its deadline."""
    is_expired = status_of(intent, now_ms) is InstallIntentStatus.EXPIRED
    return intent.expires_at_ms if is_expired else intent.updated_at_ms


def listing_status(offer: Offer) -> ListingStatus:
    """A listing's status as buyers see it: suspended also where its publisher is (spec 4)."""
    return ListingStatus(offer.listing_status) if offer.publisher_suspended_at_ms is None else ListingStatus.SUSPENDED


def refusal_to_open(offer: Offer, target_system: InstallTargetSystem) -> Refusal | None:
    """NOT_FOUND for what is not on sale; then VALIDATION_FAILED for a system that cannot take the kind."""
    if listing_status(offer) is not ListingStatus.PUBLISHED or offer.release_status != ReleaseStatus.PUBLISHED:
        return not_found()
    takers = TAKERS[AssetKind(offer.asset_kind)]
    if target_system not in takers:
        return invalid(("targetSystem", f"cannot take this kind of asset; choose one of: {', '.join(sorted(takers))}"))
    return None


def is_withdrawn(offer: Offer) -> bool:
    """Whether nobody is handed this any more: release revoked, listing suspended or publisher suspended."""
    return listing_status(offer) is ListingStatus.SUSPENDED or offer.release_status != ReleaseStatus.PUBLISHED


def refusal_to_mint(intent: IntentWithToken, now_ms: int) -> Refusal | None:
    """CONFLICT: `transition` for an intent at its end, `not_installable` for what redeeming would refuse."""
    if refusal := refusal_to_cancel(intent, now_ms):
        return refusal
    if is_withdrawn(intent):
        return conflict(Reason.NOT_INSTALLABLE, "This release can no longer be installed; it was withdrawn.")
    return None


def refusal_to_cancel(intent: IntentWithToken, now_ms: int) -> Refusal | None:
    """CONFLICT (`transition`) for an intent at its end."""
    status = status_of(intent, now_ms)
    if status not in ALIVE:
        return conflict(Reason.TRANSITION, f"This install intent is {status}; open a new one.")
    return None


def token_expiry(intent: Intent, ttl_ms: int, now_ms: int) -> int:
    """When a token minted now expires: never after its intent."""
    return min(now_ms + ttl_ms, intent.expires_at_ms)


def live_token(intent: IntentWithToken, now_ms: int) -> UUID | None:
    """The token that an end of the intent, or a newer token, revokes; one that ran out has ended by itself."""
    if intent.token_status != InstallTokenStatus.ISSUED or intent.token_expires_at_ms is None:
        return None
    return intent.current_token_id if now_ms < intent.token_expires_at_ms else None


def refusal_to_redeem(
    found: Redeemable, token_hash: bytes, systems: Collection[InstallTargetSystem | None], now_ms: int
) -> Refusal | None:
    """NOT_FOUND unless everything holds: which of it does not is told to nobody.

    systems: all those that must be the intent's own. A suspended buyer's tokens are refused like her other
    credentials; she may have been suspended because somebody else had got hold of them.
    """
    holds = (
        hmac.compare_digest(found.token_hash, token_hash),
        all(system == found.target_system for system in systems),
        status_of(found, now_ms) is InstallIntentStatus.TOKEN_ISSUED,
        found.current_token_id == found.token_id,
        found.token_status == InstallTokenStatus.ISSUED,
        now_ms < found.token_expires_at_ms,
        found.buyer_suspended_at_ms is None,
        not is_withdrawn(found),
    )
    return None if all(holds) else not_found()


def refusal_to_replay(found: Redeemable) -> Refusal | None:
    """NOT_FOUND for what was withdrawn since it was redeemed: it is handed out to nobody."""
    return not_found() if is_withdrawn(found) else None


def sums_by_day(deltas: Iterable[Delta]) -> list[Delta]:
    """One sum for each listing and day, under the id of its first delta."""
    sums: dict[tuple[UUID, int], Delta] = {}
    for delta in deltas:
        place = (delta.listing_id, delta.day)
        if place in sums:
            so_far = sums[place]
            delta = msgspec.structs.replace(
                so_far,
                install_intents=so_far.install_intents + delta.install_intents,
                redemptions=so_far.redemptions + delta.redemptions,
            )
        sums[place] = delta
    return list(sums.values())

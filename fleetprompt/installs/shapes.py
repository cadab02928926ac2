"""Intents as they are shown: to their buyer, and to the partner system that redeems one (spec 6.5)."""

from __future__ import annotations

import msgspec

from fleetprompt import ids
from fleetprompt.accounts.shapes import verified
from fleetprompt.enums import (
    AssetKind,
    InstallIntentStatus,
    InstallTargetSystem,
    ReleaseStatus,
)
from fleetprompt.fields import or_unset
from fleetprompt.installs import rules
from fleetprompt.installs.model import (
    InstallIntent,
    IntentListing,
    IntentPublisher,
    IntentRelease,
    Outlook,
    RedeemedBuyer,
    RedeemedIntent,
    RedeemedListing,
    RedeemedPublisher,
    RedeemedRelease,
    Redemption,
    TargetContext,
)
from fleetprompt.installs.rules import Intent, Redeemable
from fleetprompt.listings.rules import Standing
from fleetprompt.listings.shapes import latest_release
from fleetprompt.releases.model import Artifact, Compat, Refs


def buyers_intent(intent: Intent, now_ms: int) -> InstallIntent:
    """An intent as its buyer sees it at `now_ms`."""
    return InstallIntent(
        install_intent_id=ids.encode("int", intent.id),
        listing_id=ids.encode("lst", intent.listing_id),
        release_id=ids.encode("rel", intent.release_id),
        target_system=InstallTargetSystem(intent.target_system),
        target_context=msgspec.convert(intent.target_context, TargetContext),
        state=or_unset(intent.state),
        status=rules.status_of(intent, now_ms),
        expires_at_ms=intent.expires_at_ms,
        created_at_ms=intent.created_at_ms,
        updated_at_ms=rules.updated_at_ms(intent, now_ms),
        listing=IntentListing(
            name=intent.listing_name, asset_kind=AssetKind(intent.asset_kind), status=rules.listing_status(intent)
        ),
        release=IntentRelease(version=intent.version, status=ReleaseStatus(intent.release_status)),
        publisher=IntentPublisher(handle=intent.publisher_handle, display_name=intent.publisher_name),
    )


def redemption(found: Redeemable, buyer_ref: str, now_ms: int) -> Redemption:
    """What a partner system is handed for a token that it redeems at `now_ms`."""
    return Redemption(
        install_intent=_redeemed_intent(found, now_ms),
        buyer=RedeemedBuyer(buyer_ref),
        publisher=_publisher(found),
        listing=RedeemedListing(
            listing_id=ids.encode("lst", found.listing_id),
            asset_kind=AssetKind(found.asset_kind),
            name=found.listing_name,
        ),
        release=RedeemedRelease(
            release_id=ids.encode("rel", found.release_id),
            version=found.version,
            refs=msgspec.convert(found.refs, Refs),
            asset_digest=or_unset(found.asset_digest),
            compat=msgspec.convert(found.compat, Compat),
            artifacts=msgspec.convert(found.artifacts, tuple[Artifact, ...]),
        ),
    )


def _redeemed_intent(found: Redeemable, now_ms: int) -> RedeemedIntent:
    return RedeemedIntent(
        install_intent_id=ids.encode("int", found.id),
        listing_id=ids.encode("lst", found.listing_id),
        release_id=ids.encode("rel", found.release_id),
        target_system=InstallTargetSystem(found.target_system),
        target_context=msgspec.convert(found.target_context, TargetContext),
        state=or_unset(found.state),
        status=InstallIntentStatus.REDEEMED,
        expires_at_ms=found.expires_at_ms,
        created_at_ms=found.created_at_ms,
        updated_at_ms=now_ms,
    )


def _publisher(found: Redeemable) -> RedeemedPublisher:
    return RedeemedPublisher(
        publisher_id=ids.encode("pub", found.publisher_id),
        handle=found.publisher_handle,
        display_name=found.publisher_name,
        verified=verified(found.verification_status, found.verification_checked_at_ms),
    )


def outlook(after: Standing, open_intents: int) -> Outlook:
    """What a revocation would do that leaves its listing standing as `after`."""
    return Outlook(open_intents=open_intents, listing_status=after.status, latest_release=latest_release(after.latest))

"""What goes over the wire of installs: commands in, shapes out, the buyer's and the partner's apart (spec 6.4, 6.5)."""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from fleetprompt.accounts.model import Verified
from fleetprompt.enums import (
    AssetKind,
    InstallIntentStatus,
    InstallTargetSystem,
    ListingStatus,
    ReleaseStatus,
)
from fleetprompt.fields import Command, InstallIntentId, InstallToken, ListingId, OpaqueRef, ReleaseId, State, TtlMs
from fleetprompt.listings.model import LatestRelease
from fleetprompt.releases.model import Artifact, Compat, Refs
from fleetprompt.runtime.pagination import ListCommand


class TargetContext(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Where in the target system the buyer would like it: a wish, never authorization."""

    telespace_id: OpaqueRef | UnsetType = UNSET
    room_id: OpaqueRef | UnsetType = UNSET
    org_id: OpaqueRef | UnsetType = UNSET


class OpenIntent(Command):
    """A wish to install a release. `state` is the target system's own, and handed back to it unchanged."""

    listing_id: ListingId
    release_id: ReleaseId
    target_system: InstallTargetSystem
    target_context: TargetContext = TargetContext()
    state: State | UnsetType = UNSET


class ListIntents(ListCommand):
    """The caller's intents, those of one status or all."""

    status: InstallIntentStatus | UnsetType = UNSET


class ShowIntent(Command):
    """One intent."""

    install_intent_id: InstallIntentId


class CancelIntent(Command):
    """An intent that nothing is to come of."""

    install_intent_id: InstallIntentId


class MintToken(Command):
    """A token for an intent, good for `ttl_ms`."""

    install_intent_id: InstallIntentId
    ttl_ms: TtlMs | UnsetType = UNSET


class RedeemToken(Command):
    """A token as a partner system got it from a buyer."""

    install_token: InstallToken
    target_system: InstallTargetSystem

    def __repr__(self) -> str:
        return f"RedeemToken(install_token=***, target_system={self.target_system!r})"


class IntentListing(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What an intent is for, as it is now."""

    name: str
    asset_kind: AssetKind
    status: ListingStatus


class IntentRelease(msgspec.Struct, frozen=True, kw_only=True):
    """Which release an intent is for, as it is now."""

    version: str
    status: ReleaseStatus


class IntentPublisher(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Who published what an intent is for."""

    handle: str
    display_name: str


class InstallIntent(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An intent as its buyer sees it."""

    install_intent_id: str
    listing_id: str
    release_id: str
    target_system: InstallTargetSystem
    target_context: TargetContext
    state: str | UnsetType = UNSET
    status: InstallIntentStatus
    expires_at_ms: int
    created_at_ms: int
    updated_at_ms: int
    listing: IntentListing
    release: IntentRelease
    publisher: IntentPublisher


class InstallIntentReply(msgspec.Struct, frozen=True, rename="camel"):
    """An intent."""

    install_intent: InstallIntent


class HandOver(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How a token is redeemed. handover_url: where the buyer's browser may bring it to the target system."""

    mode: Literal["server_to_server"] = "server_to_server"
    target_system: InstallTargetSystem
    handover_url: str | UnsetType = UNSET


class InstallTokenReply(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A token, shown to its buyer in this reply and its replays alone."""

    install_intent_id: str
    install_token: str
    expires_at_ms: int
    redeem: HandOver

    def __repr__(self) -> str:
        return f"InstallTokenReply(install_intent_id={self.install_intent_id!r}, install_token=***)"


class RedeemedIntent(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An intent as the partner system sees it that redeemed its token."""

    install_intent_id: str
    listing_id: str
    release_id: str
    target_system: InstallTargetSystem
    target_context: TargetContext
    state: str | UnsetType = UNSET
    status: InstallIntentStatus
    expires_at_ms: int
    created_at_ms: int
    updated_at_ms: int


class RedeemedBuyer(msgspec.Struct, frozen=True, rename="camel"):
    """Who buys: the same reference for the same user at this target system, and another at any other."""

    buyer_ref: str


class RedeemedPublisher(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Who published what is handed over."""

    publisher_id: str
    handle: str
    display_name: str
    verified: Verified


class RedeemedListing(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What is handed over."""

    listing_id: str
    asset_kind: AssetKind
    name: str


class RedeemedRelease(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The release that is handed over: references, never the assets themselves."""

    release_id: str
    version: str
    refs: Refs
    asset_digest: str | UnsetType = UNSET
    compat: Compat
    artifacts: tuple[Artifact, ...]


class Redemption(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A redeemed token, resolved. That anything was installed is not said by it."""

    install_intent: RedeemedIntent
    buyer: RedeemedBuyer
    publisher: RedeemedPublisher
    listing: RedeemedListing
    release: RedeemedRelease


class Pong(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Which key signed, for which system, and the server's time."""

    partner_key_id: str
    target_system: InstallTargetSystem
    server_time_ms: int


class ForeseeRevocation(Command):
    """One release of the caller's that is not revoked."""

    release_id: ReleaseId


class Outlook(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What revoking a release now would do.

    open_intents: how many install intents could not be redeemed any more. listing_status: where the listing would
    stand. latest_release: its latest release then, if it had one.
    """

    open_intents: int
    listing_status: ListingStatus
    latest_release: LatestRelease | UnsetType = UNSET


class OutlookReply(msgspec.Struct, frozen=True):
    """An outlook."""

    outlook: Outlook

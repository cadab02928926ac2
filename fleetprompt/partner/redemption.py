"""What FleetPrompt answers, typed. Unknown fields are ignored and enums are plain text, because both may grow."""

from __future__ import annotations

import msgspec


class TargetContext(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Where the buyer would like it installed: a wish, never authorization (spec 3, Intents)."""

    telespace_id: str | None = None
    room_id: str | None = None
    org_id: str | None = None


class InstallIntent(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """The buyer's intent. Take a token that came through a browser only where `state` is one that this system
    issued to the same session; otherwise show listing, release and publisher, and ask. Times are epoch ms."""

    install_intent_id: str
    listing_id: str
    release_id: str
    target_system: str
    status: str
    expires_at_ms: int
    created_at_ms: int
    updated_at_ms: int
    target_context: TargetContext = TargetContext()
    state: str | None = None


class Buyer(msgspec.Struct, frozen=True, rename="camel"):
    """Who buys: the same reference for the same user at this target system, and another one at any other."""

    buyer_ref: str


class Verification(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Whether FleetPrompt has verified the publisher, and when (epoch ms)."""

    status: str
    checked_at_ms: int | None = None


class Publisher(msgspec.Struct, frozen=True, rename="camel"):
    """Who published it. The handle is unique and never changes; the display name may."""

    publisher_id: str
    handle: str
    display_name: str
    verified: Verification


class Listing(msgspec.Struct, frozen=True, rename="camel"):
    """What was bought."""

    listing_id: str
    asset_kind: str
    name: str


class Refs(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """The publisher's claims of what to install: those of the listing's asset kind, the others None."""

    whs_agent_id: str | None = None
    whs_deployment_id: str | None = None
    agentromatic_workflow_id: str | None = None
    spec_asset_id: str | None = None


class Compat(msgspec.Struct, frozen=True, omit_defaults=True):
    """The lowest versions of the target systems that the release works with."""

    min_whs_version: str | None = msgspec.field(default=None, name="minWHSVersion")
    min_agentromatic_version: str | None = msgspec.field(default=None, name="minAgentromaticVersion")
    min_agentelic_version: str | None = msgspec.field(default=None, name="minAgentelicVersion")


class Download(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """How an artifact is obtained."""

    mode: str
    hint: str | None = None


class Artifact(msgspec.Struct, frozen=True, rename="camel"):
    """A pointer to a file, with its SHA-256 and its size in bytes."""

    kind: str
    sha256: str
    size_bytes: int
    download: Download


class Release(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """The release to install. `asset_digest` (`sha256:…`), where given, pins what `refs` name."""

    release_id: str
    version: str
    refs: Refs
    asset_digest: str | None = None
    compat: Compat = Compat()
    artifacts: tuple[Artifact, ...] = ()


class Redemption(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A redeemed token, resolved (spec 6.5).

    replayed: FleetPrompt has given this answer before, so that an earlier call may have begun to install. What is
    to happen once is best remembered by `install_intent.install_intent_id`.
    """

    install_intent: InstallIntent
    buyer: Buyer
    publisher: Publisher
    listing: Listing
    release: Release
    replayed: bool = False


class Pong(msgspec.Struct, frozen=True, rename="camel"):
    """The answer to a signed ping: which key spoke, for which system, and the server's time (epoch ms)."""

    partner_key_id: str
    target_system: str
    server_time_ms: int

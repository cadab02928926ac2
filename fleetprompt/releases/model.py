"""What goes over the wire of a publisher's releases: commands in, shapes out (spec 5, 6.4, 6.5)."""

from __future__ import annotations

from typing import Annotated, Final, TypeAlias

import msgspec
from msgspec import UNSET, UnsetType

from fleetprompt.enums import ArtifactKind, DownloadMode, ReleaseStatus
from fleetprompt.fields import (
    LINE,
    AssetDigest,
    Command,
    CompatVersion,
    Example,
    Items,
    ListingId,
    MarkdownFormat,
    NotesMarkdown,
    OpaqueRef,
    ReasonText,
    ReleaseId,
    Sha256,
    SizeBytes,
    Text,
    Version,
)
from fleetprompt.runtime.pagination import ListCommand

ARTIFACTS_MAX: Final = 20
DOWNLOAD_HINT_LENGTH_MAX: Final = 200

DownloadHint: TypeAlias = Annotated[
    str, Text(1, DOWNLOAD_HINT_LENGTH_MAX, LINE), Example("Ask in #agents for the registry's address.")
]


class Refs(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What a release names upstream: a publisher's claims, opaque to us. Its kind decides which of them it carries."""

    whs_agent_id: OpaqueRef | UnsetType = UNSET
    whs_deployment_id: OpaqueRef | UnsetType = UNSET
    agentromatic_workflow_id: OpaqueRef | UnsetType = UNSET
    spec_asset_id: OpaqueRef | UnsetType = UNSET


class Compat(msgspec.Struct, frozen=True, kw_only=True):
    """The least versions of the partner systems that a release needs."""

    min_whs_version: CompatVersion | UnsetType = msgspec.field(default=UNSET, name="minWHSVersion")
    min_agentromatic_version: CompatVersion | UnsetType = msgspec.field(default=UNSET, name="minAgentromaticVersion")
    min_agentelic_version: CompatVersion | UnsetType = msgspec.field(default=UNSET, name="minAgentelicVersion")


class Download(msgspec.Struct, frozen=True, kw_only=True):
    """How an artifact can be had, and a hint for whoever fetches it."""

    mode: DownloadMode
    hint: DownloadHint | UnsetType = UNSET


class Artifact(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A pointer to an artifact; FleetPrompt holds none."""

    kind: ArtifactKind
    sha256: Sha256
    size_bytes: SizeBytes
    download: Download


Artifacts: TypeAlias = Annotated[tuple[Artifact, ...], Items(max=ARTIFACTS_MAX)]


class NotesSource(msgspec.Struct, frozen=True, kw_only=True):
    """Release notes as their publisher writes them."""

    format: MarkdownFormat
    markdown: NotesMarkdown


class PublishRelease(Command):
    """A new release of a listing."""

    listing_id: ListingId
    version: Version
    refs: Refs
    asset_digest: AssetDigest | UnsetType = UNSET
    compat: Compat = Compat()
    artifacts: Artifacts = ()
    notes: NotesSource | UnsetType = UNSET


class RevokeRelease(Command):
    """The end of a release."""

    release_id: ReleaseId
    reason: ReasonText


class OwnReleases(ListCommand):
    """The releases of one of the caller's listings, all or the one that holds a version (build metadata ignored)."""

    listing_id: ListingId
    version: Version | UnsetType = UNSET


class OwnRelease(Command):
    """One release of the caller's."""

    release_id: ReleaseId


class Notes(msgspec.Struct, frozen=True, kw_only=True):
    """Release notes: the source and the safe HTML."""

    format: MarkdownFormat = "markdown"
    markdown: str
    html: str


class PublisherReleaseItem(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A release as its publisher sees it in a list."""

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


class PublisherRelease(PublisherReleaseItem, frozen=True, kw_only=True, rename="camel"):
    """A release as its publisher sees it."""

    notes: Notes | UnsetType = UNSET


class ReleaseReply(msgspec.Struct, frozen=True):
    """A release."""

    release: PublisherRelease

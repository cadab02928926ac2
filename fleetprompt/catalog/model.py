"""What anyone may see, on the wire (spec 6.5).

Every shape here is public in each of its fields, and shares no base and no part with what publishers or admins see.
"""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from fleetprompt.enums import (
    ArtifactKind,
    AssetKind,
    DownloadMode,
    ListingStatus,
    ReleaseStatus,
    VerificationStatus,
)
from fleetprompt.fields import MarkdownFormat
from fleetprompt.runtime.pagination import Page


class PublicMarkdown(msgspec.Struct, frozen=True, kw_only=True):
    """A text: its source and the safe HTML. A description that was never written is empty."""

    format: MarkdownFormat = "markdown"
    markdown: str
    html: str


class PublicVerification(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Whether an admin has checked who a publisher is, and when."""

    status: VerificationStatus
    checked_at_ms: int | UnsetType = UNSET


class ListingPublisher(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Who published a listing."""

    publisher_id: str
    handle: str
    display_name: str
    verified: PublicVerification


class PublicImage(msgspec.Struct, frozen=True, kw_only=True):
    """A screenshot on somebody's server, and what it shows."""

    url: str
    alt: str


class PublicLinks(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Where documentation and source are."""

    docs_url: str | UnsetType = UNSET
    repo_url: str | UnsetType = UNSET


class PublicStats(msgspec.Struct, frozen=True, kw_only=True):
    """What happened to a listing in the last 30 days (UTC), today included."""

    install_intents_30d: int = msgspec.field(name="installIntents30d")
    redemptions_30d: int = msgspec.field(name="redemptions30d")


class PublicListing(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A published listing."""

    listing_id: str
    asset_kind: AssetKind
    status: ListingStatus
    name: str
    summary: str
    tags: list[str]
    categories: list[str]
    publisher: ListingPublisher
    images: list[PublicImage]
    links: PublicLinks
    stats: PublicStats
    created_at_ms: int
    updated_at_ms: int


class LatestPublicRelease(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The published release of highest precedence."""

    release_id: str
    version: str
    published_at_ms: int


class FoundListing(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A published listing in a list, with what would be installed."""

    listing_id: str
    asset_kind: AssetKind
    status: ListingStatus
    name: str
    summary: str
    tags: list[str]
    categories: list[str]
    publisher: ListingPublisher
    images: list[PublicImage]
    links: PublicLinks
    stats: PublicStats
    latest_release: LatestPublicRelease | UnsetType = UNSET
    created_at_ms: int
    updated_at_ms: int


class ListedRelease(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A release as it is listed with its listing."""

    release_id: str
    version: str
    status: ReleaseStatus
    published_at_ms: int


class ListingDetail(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A listing with all that is public of it; the cursor of `releases` is one of the list of its releases."""

    listing: PublicListing
    description: PublicMarkdown
    latest_release: LatestPublicRelease | UnsetType = UNSET
    releases: Page[ListedRelease]


class ListingDetailReply(msgspec.Struct, frozen=True, rename="camel"):
    """A listing with all that is public of it."""

    listing_detail: ListingDetail


class PublicRefs(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The publisher's claims of what to install: those of the listing's asset kind."""

    whs_agent_id: str | UnsetType = UNSET
    whs_deployment_id: str | UnsetType = UNSET
    agentromatic_workflow_id: str | UnsetType = UNSET
    spec_asset_id: str | UnsetType = UNSET


class PublicCompat(msgspec.Struct, frozen=True, kw_only=True):
    """The lowest versions of the target systems that a release works with."""

    min_whs_version: str | UnsetType = msgspec.field(default=UNSET, name="minWHSVersion")
    min_agentromatic_version: str | UnsetType = msgspec.field(default=UNSET, name="minAgentromaticVersion")
    min_agentelic_version: str | UnsetType = msgspec.field(default=UNSET, name="minAgentelicVersion")


class PublicDownload(msgspec.Struct, frozen=True, kw_only=True):
    """How an artifact can be had."""

    mode: DownloadMode
    hint: str | UnsetType = UNSET


class PublicArtifact(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A pointer to a file, with its SHA-256 and its size in bytes."""

    kind: ArtifactKind
    sha256: str
    size_bytes: int
    download: PublicDownload


class PublicReleaseItem(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A release without its notes, in a list; `revoked_at_ms` is there where it was revoked."""

    release_id: str
    listing_id: str
    version: str
    status: ReleaseStatus
    compat: PublicCompat
    refs: PublicRefs
    asset_digest: str | UnsetType = UNSET
    artifacts: list[PublicArtifact]
    published_at_ms: int
    revoked_at_ms: int | UnsetType = UNSET


class PublicRelease(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A release with its notes; why it was revoked is not public."""

    release_id: str
    listing_id: str
    version: str
    status: ReleaseStatus
    compat: PublicCompat
    refs: PublicRefs
    asset_digest: str | UnsetType = UNSET
    artifacts: list[PublicArtifact]
    notes: PublicMarkdown | UnsetType = UNSET
    published_at_ms: int
    revoked_at_ms: int | UnsetType = UNSET


class PublicReleaseReply(msgspec.Struct, frozen=True):
    """A release."""

    release: PublicRelease


class PublicPublisher(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What a publisher says of itself, and whether that was checked."""

    publisher_id: str
    handle: str
    display_name: str
    bio: PublicMarkdown | UnsetType = UNSET
    verified: PublicVerification


class PublicPublisherReply(msgspec.Struct, frozen=True):
    """A publisher."""

    publisher: PublicPublisher


class FacetCount(msgspec.Struct, frozen=True):
    """How many published listings have this value."""

    value: str
    count: int


class Facets(msgspec.Struct, frozen=True, kw_only=True):
    """What published listings can be narrowed by, the most frequent first."""

    kinds: list[FacetCount]
    categories: list[FacetCount]
    tags: list[FacetCount]


class ReleasedListing(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What a new release is a release of."""

    listing_id: str
    asset_kind: AssetKind
    name: str
    summary: str


class NewRelease(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A release as it is announced: with its listing, and who published it."""

    release_id: str
    version: str
    published_at_ms: int
    listing: ReleasedListing
    publisher: ListingPublisher


class ListingAddress(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """That a listing is published, by whom, and when it was last updated."""

    listing_id: str
    publisher_id: str
    updated_at_ms: int


class InstallsDay(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What happened to a listing on one day (UTC, `YYYY-MM-DD`)."""

    day: str
    install_intents: int
    redemptions: int


class InstallsTotal(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The sums over all days."""

    install_intents: int
    redemptions: int


class Installs(msgspec.Struct, frozen=True, kw_only=True):
    """The last 30 days of a listing, today included, the oldest first, none left out."""

    days: list[InstallsDay]
    total: InstallsTotal


class InstallsReply(msgspec.Struct, frozen=True):
    """Installs by day."""

    installs: Installs

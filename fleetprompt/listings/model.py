"""What goes over the wire of a publisher's listings: commands in, shapes out (spec 5, 6.4, 6.5)."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final, Literal, TypeAlias

import msgspec
from msgspec import UNSET, UnsetType

from fleetprompt.enums import AssetKind, ListingStatus
from fleetprompt.fields import (
    Categories,
    Command,
    DescriptionMarkdown,
    HttpsLink,
    IfMatch,
    ImageAlt,
    ImageUrl,
    Items,
    ListingId,
    MarkdownFormat,
    Name,
    PreviewedMarkdown,
    StatsDays,
    Summary,
    Tags,
)
from fleetprompt.markdown import MarkdownProblem
from fleetprompt.runtime.pagination import ListCommand

IMAGES_MAX: Final = 10
STATS_DAYS_DEFAULT: Final = 30


class Facet(StrEnum):
    """What published listings are counted by."""

    ASSET_KIND = "assetKind"
    CATEGORY = "category"
    TAG = "tag"


class DescriptionSource(msgspec.Struct, frozen=True, kw_only=True):
    """A description as its publisher writes it."""

    format: MarkdownFormat
    markdown: DescriptionMarkdown


class Image(msgspec.Struct, frozen=True, kw_only=True):
    """A screenshot on somebody's server, and what it shows."""

    url: ImageUrl
    alt: ImageAlt = ""


Images: TypeAlias = Annotated[tuple[Image, ...], Items(max=IMAGES_MAX)]


class Links(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Where documentation and source are."""

    docs_url: HttpsLink | UnsetType = UNSET
    repo_url: HttpsLink | UnsetType = UNSET


class LinksPatch(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A change of links: what is absent stays, null clears."""

    docs_url: HttpsLink | UnsetType | None = UNSET
    repo_url: HttpsLink | UnsetType | None = UNSET


class CreateListing(Command):
    """A new draft."""

    asset_kind: AssetKind
    name: Name
    summary: Summary = ""
    description: DescriptionSource | UnsetType = UNSET
    tags: Tags = ()
    categories: Categories = ()
    images: Images = ()
    links: Links = Links()


class ReviseListing(Command):
    """A change of what a listing says: what is absent stays, null clears."""

    listing_id: ListingId
    if_match: IfMatch | UnsetType = UNSET
    name: Name | UnsetType = UNSET
    summary: Summary | UnsetType | None = UNSET
    description: DescriptionSource | UnsetType | None = UNSET
    tags: Tags | UnsetType | None = UNSET
    categories: Categories | UnsetType | None = UNSET
    images: Images | UnsetType | None = UNSET
    links: LinksPatch | UnsetType | None = UNSET


class SetStatus(Command):
    """Where a publisher wants a listing to stand; suspending is the admins' doing."""

    listing_id: ListingId
    status: Literal[ListingStatus.DRAFT, ListingStatus.PUBLISHED, ListingStatus.UNLISTED]


class OwnListings(ListCommand):
    """The caller's listings, all or those of one status."""

    status: ListingStatus | UnsetType = UNSET


class OwnListing(Command):
    """One of the caller's listings."""

    listing_id: ListingId


class OwnStats(Command):
    """The statistics of one of the caller's listings for the last `days` days (UTC), today included."""

    listing_id: ListingId
    days: StatsDays = STATS_DAYS_DEFAULT


class PreviewMarkdown(Command):
    """A source to be judged and shown, not stored."""

    format: MarkdownFormat
    markdown: PreviewedMarkdown


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """What a publisher can edit; each replaced one is kept as a revision, in this shape."""

    name: str
    summary: str
    description: DescriptionSource | UnsetType = UNSET
    tags: tuple[str, ...]
    categories: tuple[str, ...]
    images: tuple[Image, ...]
    links: Links


class Description(msgspec.Struct, frozen=True, kw_only=True):
    """A description: its source and the safe HTML. One that was never written is empty."""

    format: MarkdownFormat = "markdown"
    markdown: str
    html: str


class ListingSuspension(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Why and when an admin suspended a listing."""

    reason: str
    at_ms: int


class LatestRelease(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The published release of highest precedence."""

    release_id: str
    version: str
    published_at_ms: int


class PublisherListingItem(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A listing as its publisher sees it in a list.

    etag: the version of what she can edit, quotes included, as `If-Match` takes it.
    """

    listing_id: str
    asset_kind: AssetKind
    status: ListingStatus
    name: str
    summary: str
    tags: tuple[str, ...]
    categories: tuple[str, ...]
    images: tuple[Image, ...]
    links: Links
    published_releases: int
    latest_release: LatestRelease | UnsetType = UNSET
    suspension: ListingSuspension | UnsetType = UNSET
    created_at_ms: int
    updated_at_ms: int
    etag: str


class PublisherListing(PublisherListingItem, frozen=True, kw_only=True, rename="camel"):
    """A listing as its publisher sees it."""

    description: Description


class ListingReply(msgspec.Struct, frozen=True):
    """A listing."""

    listing: PublisherListing


class StatsDay(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What happened to a listing on one day (UTC, `YYYY-MM-DD`)."""

    day: str
    install_intents: int
    redemptions: int


class StatsTotal(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The sums over all days shown."""

    install_intents: int
    redemptions: int


class Stats(msgspec.Struct, frozen=True, kw_only=True):
    """A listing's statistics, the oldest day first, none left out."""

    days: tuple[StatsDay, ...]
    total: StatsTotal


class StatsReply(msgspec.Struct, frozen=True):
    """Statistics."""

    stats: Stats


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What the markdown policy says of a source.

    html: only without problems. suggestion: the source with just the offending places escaped, where that mends it.
    """

    problems: tuple[MarkdownProblem, ...]
    html: str | UnsetType = UNSET
    suggestion: str | UnsetType = UNSET

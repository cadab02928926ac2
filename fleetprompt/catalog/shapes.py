"""Rows as the public sees them (spec 6.5)."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import UNSET, UnsetType

from fleetprompt import ids
from fleetprompt.catalog.model import (
    FoundListing,
    Installs,
    InstallsDay,
    InstallsTotal,
    LatestPublicRelease,
    ListedRelease,
    ListingAddress,
    ListingPublisher,
    NewRelease,
    PublicArtifact,
    PublicCompat,
    PublicImage,
    PublicLinks,
    PublicListing,
    PublicMarkdown,
    PublicPublisher,
    PublicRefs,
    PublicRelease,
    PublicReleaseItem,
    PublicStats,
    PublicVerification,
    ReleasedListing,
)
from fleetprompt.catalog.statements.listings import DetailRow, ListedReleaseRow, ListingRow
from fleetprompt.catalog.statements.market import AddressRow, NewReleaseRow
from fleetprompt.catalog.statements.publishers import PublisherRow
from fleetprompt.catalog.statements.releases import ReleaseItemRow, ReleaseRow
from fleetprompt.clock import name_of_day
from fleetprompt.enums import AssetKind, ListingStatus, ReleaseStatus, VerificationStatus
from fleetprompt.fields import or_unset
from fleetprompt.listings.rules import DayCounts


def listing(row: ListingRow) -> PublicListing:
    """The first part of a listing's detail."""
    return PublicListing(
        listing_id=ids.encode("lst", row.id),
        asset_kind=AssetKind(row.asset_kind),
        status=ListingStatus(row.status),
        name=row.name,
        summary=row.summary,
        tags=row.tags,
        categories=row.categories,
        publisher=_publisher_of(row),
        images=msgspec.convert(row.images, list[PublicImage]),
        links=PublicLinks(
            docs_url=or_unset(row.docs_url),
            repo_url=or_unset(row.repo_url),
        ),
        stats=PublicStats(
            install_intents_30d=row.install_intents_30d,
            redemptions_30d=row.redemptions_30d,
        ),
        created_at_ms=row.created_at_ms,
        updated_at_ms=row.updated_at_ms,
    )


def _publisher_of(row: ListingRow | NewReleaseRow) -> ListingPublisher:
    return ListingPublisher(
        publisher_id=ids.encode("pub", row.publisher_id),
        handle=row.handle,
        display_name=row.publisher_name,
        verified=_verification(row.verification_status, row.verification_checked_at_ms),
    )


def found_listing(row: ListingRow) -> FoundListing:
    """A listing in a list."""
    return FoundListing(**msgspec.structs.asdict(listing(row)), latest_release=latest_release(row))


def description(row: DetailRow) -> PublicMarkdown:
    """A listing's description, empty where it has none."""
    return PublicMarkdown(markdown=row.description_markdown or "", html=row.description_html or "")


def latest_release(row: ListingRow) -> LatestPublicRelease | UnsetType:
    """The published release of highest precedence."""
    if row.latest_release_id is None or row.latest_version is None or row.latest_published_at_ms is None:
        return UNSET
    return LatestPublicRelease(
        release_id=ids.encode("rel", row.latest_release_id),
        version=row.latest_version,
        published_at_ms=row.latest_published_at_ms,
    )


def listed_release(row: ListedReleaseRow) -> ListedRelease:
    """A release in its listing's detail."""
    return ListedRelease(
        release_id=ids.encode("rel", row.id),
        version=row.version,
        status=ReleaseStatus(row.status),
        published_at_ms=row.published_at_ms,
    )


def release_item(row: ReleaseItemRow) -> PublicReleaseItem:
    """A release in a list."""
    return PublicReleaseItem(
        release_id=ids.encode("rel", row.id),
        listing_id=ids.encode("lst", row.listing_id),
        version=row.version,
        status=ReleaseStatus(row.status),
        compat=msgspec.convert(row.compat, PublicCompat),
        refs=msgspec.convert(row.refs, PublicRefs),
        asset_digest=or_unset(row.asset_digest),
        artifacts=msgspec.convert(row.artifacts, list[PublicArtifact]),
        published_at_ms=row.published_at_ms,
        revoked_at_ms=or_unset(row.revoked_at_ms),
    )


def new_release(row: NewReleaseRow) -> NewRelease:
    """A release as it is announced."""
    return NewRelease(
        release_id=ids.encode("rel", row.id),
        version=row.version,
        published_at_ms=row.published_at_ms,
        listing=ReleasedListing(
            listing_id=ids.encode("lst", row.listing_id),
            asset_kind=AssetKind(row.asset_kind),
            name=row.name,
            summary=row.summary,
        ),
        publisher=_publisher_of(row),
    )


def address(row: AddressRow) -> ListingAddress:
    """Where a listing is found."""
    return ListingAddress(
        listing_id=ids.encode("lst", row.id),
        publisher_id=ids.encode("pub", row.publisher_id),
        updated_at_ms=row.updated_at_ms,
    )


def release(row: ReleaseRow) -> PublicRelease:
    """A release by itself."""
    return PublicRelease(
        **msgspec.structs.asdict(release_item(row)),
        notes=_markdown(row.notes_markdown, row.notes_html),
    )


def publisher(row: PublisherRow) -> PublicPublisher:
    """A publisher by itself."""
    return PublicPublisher(
        publisher_id=ids.encode("pub", row.id),
        handle=row.handle,
        display_name=row.display_name,
        bio=_markdown(row.bio_markdown, row.bio_html),
        verified=_verification(row.verification_status, row.verification_checked_at_ms),
    )


def installs(days: Sequence[DayCounts]) -> Installs:
    """What happened to a listing on these days, and the sums."""
    return Installs(
        days=[
            InstallsDay(day=name_of_day(each.day), install_intents=each.install_intents, redemptions=each.redemptions)
            for each in days
        ],
        total=InstallsTotal(
            install_intents=sum(each.install_intents for each in days),
            redemptions=sum(each.redemptions for each in days),
        ),
    )


def _markdown(markdown: str | None, html: str | None) -> PublicMarkdown | UnsetType:
    return UNSET if markdown is None or html is None else PublicMarkdown(markdown=markdown, html=html)


def _verification(status: str, checked_at_ms: int | None) -> PublicVerification:
    return PublicVerification(status=VerificationStatus(status), checked_at_ms=or_unset(checked_at_ms))

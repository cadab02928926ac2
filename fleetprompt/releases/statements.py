"""Every SQL statement of releases."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, insert, select, true, update
from sqlalchemy.sql import Select

from fleetprompt.authz import AdminScope, PublisherScope
from fleetprompt.enums import AssetKind, ListingStatus, ReleaseStatus
from fleetprompt.listings.rules import Latest, PublicFacets, Standing, public_facets
from fleetprompt.listings.statements import latest_of
from fleetprompt.releases.model import Artifact, Compat, Refs
from fleetprompt.releases.rules import Substance
from fleetprompt.runtime.rerendering import Rendered
from fleetprompt.store.statements import (
    Bound,
    Statement,
    changing,
    columns_of,
    inserting,
    json,
    newest,
    parameters,
    per_shape,
    reading,
)
from fleetprompt.store.tables import listings, releases
from fleetprompt.versions import is_prerelease, version_precedence_key


class ReleaseItemRow(msgspec.Struct, frozen=True):
    """A release without its notes. refs, compat, artifacts: JSON, as stored."""

    id: UUID
    listing_id: UUID
    version: str
    status: str
    refs: dict[str, str]
    asset_digest: str | None
    compat: dict[str, str]
    artifacts: list[dict[str, Any]]
    published_at_ms: int
    revoked_at_ms: int | None
    revoke_reason: str | None


class ReleaseRow(ReleaseItemRow, frozen=True):
    """A whole release."""

    notes_markdown: str | None
    notes_html: str | None
    notes_policy: int | None


_ONE: Final = reading(
    "releases.one",
    select(*columns_of(releases, ReleaseRow)).where(
        releases.c.id == bindparam("release_id"), releases.c.publisher_id == bindparam("publisher_id")
    ),
    ReleaseRow,
)


def release(scope: PublisherScope, release_id: UUID) -> Bound[ReleaseRow]:
    """One release of a publisher, by its bare id."""
    return _ONE.bind(release_id=release_id, publisher_id=scope.publisher_id)


class PageRow(ReleaseItemRow, frozen=True):
    """A row of a page; where the page is empty there is one that is not there, and all else in it is null."""

    is_there: bool


@per_shape(examples=[{"of_version": False}, {"of_version": True}])
def _page(*, of_version: bool) -> Statement[PageRow]:
    name = "releases.page"
    of_listing = select(*columns_of(releases, ReleaseItemRow)).where(releases.c.listing_id == listings.c.id)
    if of_version:
        name += ".of_version"
        of_listing = of_listing.where(releases.c.precedence == bindparam("precedence"))
    page = newest(of_listing, releases.c.id).lateral("page")
    return reading(
        name,
        select(*page.c, page.c.id.is_not(None).label("is_there"))
        .select_from(listings.outerjoin(page, true()))
        .where(listings.c.id == bindparam("listing_id"), listings.c.publisher_id == bindparam("publisher_id"))
        .order_by(page.c.id.desc()),
        PageRow,
    )


def page(scope: PublisherScope, listing_id: UUID, *, version: str | None, after_id: UUID, fetch: int) -> Bound[PageRow]:
    """Releases of a publisher's listing, the newest first; no row at all where the listing is not hers.

    version: of this one only, build metadata ignored.
    """
    return _page(of_version=version is not None).bind(
        listing_id=listing_id,
        publisher_id=scope.publisher_id,
        precedence=None if version is None else version_precedence_key(version),
        after_id=after_id,
        fetch=fetch,
    )


class PlaceRow(msgspec.Struct, frozen=True):
    """Where a release would go: its listing, and the release that already holds the version, if there is one."""

    asset_kind: str
    status: str
    published_releases: int
    latest_release_id: UUID | None
    latest_version: str | None
    latest_published_at_ms: int | None
    holder_id: UUID | None
    holder_status: str | None
    refs: dict[str, str] | None
    asset_digest: str | None
    compat: dict[str, str] | None
    artifacts: list[dict[str, Any]] | None
    notes_markdown: str | None

    @property
    def standing(self) -> Standing:
        """Where the listing stands."""
        return Standing(
            status=ListingStatus(self.status),
            published_releases=self.published_releases,
            latest=latest_of(self.latest_release_id, self.latest_version, self.latest_published_at_ms),
        )

    @property
    def held(self) -> Substance:
        """What the release that holds the version consists of."""
        return Substance(
            refs=msgspec.convert(self.refs, Refs),
            asset_digest=self.asset_digest,
            compat=msgspec.convert(self.compat, Compat),
            artifacts=msgspec.convert(self.artifacts, tuple[Artifact, ...]),
            notes=self.notes_markdown,
        )


_PLACE: Final = reading(
    "releases.place",
    select(
        listings.c.asset_kind,
        listings.c.status,
        listings.c.published_releases,
        listings.c.latest_release_id,
        listings.c.latest_version,
        listings.c.latest_published_at_ms,
        releases.c.id.label("holder_id"),
        releases.c.status.label("holder_status"),
        releases.c.refs,
        releases.c.asset_digest,
        releases.c.compat,
        releases.c.artifacts,
        releases.c.notes_markdown,
    )
    .select_from(
        listings.outerjoin(
            releases,
            (releases.c.listing_id == listings.c.id) & (releases.c.precedence == bindparam("precedence")),
        )
    )
    .where(listings.c.id == bindparam("listing_id"), listings.c.publisher_id == bindparam("publisher_id")),
    PlaceRow,
)


def place(scope: PublisherScope, listing_id: UUID, version: str) -> Bound[PlaceRow]:
    """A publisher's listing with the release of `version`, build metadata ignored."""
    return _PLACE.bind(
        listing_id=listing_id, publisher_id=scope.publisher_id, precedence=version_precedence_key(version)
    )


_INSERT: Final = inserting(
    "releases.insert",
    insert(releases).values(
        parameters(
            *(name for name in ReleaseRow.__struct_fields__ if name not in {"revoked_at_ms", "revoke_reason"}),
            "publisher_id",
            "precedence",
            "is_prerelease",
        )
    ),
)


def insert_release(row: ReleaseRow, publisher_id: UUID) -> Bound[Any]:
    """Add a published release; another of its version raises 23505, and the rerun finds that one."""
    return _INSERT.bind(
        id=row.id,
        listing_id=row.listing_id,
        publisher_id=publisher_id,
        version=row.version,
        precedence=version_precedence_key(row.version),
        is_prerelease=is_prerelease(row.version),
        status=row.status,
        refs=json(row.refs),
        asset_digest=row.asset_digest,
        compat=json(row.compat),
        artifacts=json(row.artifacts),
        published_at_ms=row.published_at_ms,
        notes_markdown=row.notes_markdown,
        notes_html=row.notes_html,
        notes_policy=row.notes_policy,
    )


class RevocableRow(ReleaseRow, frozen=True):
    """A release with its listing, and the release that is the listing's latest without it, if one remains."""

    publisher_id: UUID
    asset_kind: str
    tags: list[str]
    categories: list[str]
    listing_status: str
    published_releases: int
    latest_release_id: UUID | None
    latest_version: str | None
    latest_published_at_ms: int | None
    best_remaining_id: UUID | None
    best_remaining_version: str | None
    best_remaining_published_at_ms: int | None

    @property
    def standing(self) -> Standing:
        """Where the listing stands."""
        return Standing(
            status=ListingStatus(self.listing_status),
            published_releases=self.published_releases,
            latest=latest_of(self.latest_release_id, self.latest_version, self.latest_published_at_ms),
        )

    @property
    def best_remaining(self) -> Latest | None:
        """The published release of highest precedence beside this one."""
        return latest_of(self.best_remaining_id, self.best_remaining_version, self.best_remaining_published_at_ms)

    def facets(self, status: ListingStatus) -> PublicFacets:
        """What the listing counts towards while it has `status`."""
        return public_facets(status, AssetKind(self.asset_kind), self.categories, self.tags)


def revocable_release() -> Select[Any]:
    """The release that the parameter `release_id` names, with the columns of a RevocableRow."""
    other = releases.alias("other")
    best = (
        select(other.c.id, other.c.version, other.c.published_at_ms)
        .where(
            other.c.listing_id == releases.c.listing_id,
            other.c.status == ReleaseStatus.PUBLISHED.value,
            other.c.id != releases.c.id,
        )
        .order_by(other.c.is_prerelease, other.c.precedence.desc())
        .limit(1)
        .lateral("best")
    )
    return (
        select(
            *columns_of(releases, ReleaseRow),
            releases.c.publisher_id,
            listings.c.asset_kind,
            listings.c.tags,
            listings.c.categories,
            listings.c.status.label("listing_status"),
            listings.c.published_releases,
            listings.c.latest_release_id,
            listings.c.latest_version,
            listings.c.latest_published_at_ms,
            best.c.id.label("best_remaining_id"),
            best.c.version.label("best_remaining_version"),
            best.c.published_at_ms.label("best_remaining_published_at_ms"),
        )
        .select_from(releases.join(listings, listings.c.id == releases.c.listing_id).outerjoin(best, true()))
        .where(releases.c.id == bindparam("release_id"))
    )


_REVOCABLE: Final = reading("releases.revocable", revocable_release(), RevocableRow)
_OWN_REVOCABLE: Final = reading(
    "releases.revocable.own",
    revocable_release().where(releases.c.publisher_id == bindparam("publisher_id")),
    RevocableRow,
)


def revocable(scope: PublisherScope | AdminScope, release_id: UUID) -> Bound[RevocableRow]:
    """A release, by its bare id, with all that its revocation decides on."""
    if isinstance(scope, AdminScope):
        return _REVOCABLE.bind(release_id=release_id)
    return _OWN_REVOCABLE.bind(release_id=release_id, publisher_id=scope.publisher_id)


_REVOKE: Final = changing(
    "releases.revoke",
    update(releases)
    .where(
        releases.c.listing_id == bindparam("of_listing_id"),
        releases.c.id == bindparam("release_id"),
        releases.c.status == ReleaseStatus.PUBLISHED.value,
    )
    .values(parameters("status", "revoked_at_ms", "revoke_reason")),
)


def revoke(listing_id: UUID, release_id: UUID, reason: str, now_ms: int) -> Bound[Any]:
    """End a published release."""
    return _REVOKE.bind(
        of_listing_id=listing_id,
        release_id=release_id,
        status=ReleaseStatus.REVOKED.value,
        revoked_at_ms=now_ms,
        revoke_reason=reason,
    )


NOTES: Final = Rendered(releases.c.notes_markdown, releases.c.notes_html, releases.c.notes_policy)
"""The columns that `markdown rerender` renews."""

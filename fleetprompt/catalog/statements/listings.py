"""A public listing with its publisher and its statistics, alone or with its releases."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import FromClause, and_, bindparam, func, literal_column, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from fleetprompt.authz import PublicScope
from fleetprompt.enums import ListingStatus, ReleaseStatus
from fleetprompt.store.statements import Bound, reading
from fleetprompt.store.tables import listings, publishers, releases, stat_totals

IS_PUBLISHED: Final = listings.c.status == ListingStatus.PUBLISHED.value
IS_RELEASED: Final = releases.c.status == ReleaseStatus.PUBLISHED.value
OF_LIVE_PUBLISHER: Final = and_(publishers.c.id == listings.c.publisher_id, publishers.c.suspended_at_ms.is_(None))


class ListingRow(msgspec.Struct, frozen=True):
    """A listing with its publisher and its statistics. images: JSON, as stored."""

    id: UUID
    asset_kind: str
    status: str
    name: str
    summary: str
    tags: list[str]
    categories: list[str]
    images: list[dict[str, str]]
    docs_url: str | None
    repo_url: str | None
    created_at_ms: int
    updated_at_ms: int
    latest_release_id: UUID | None
    latest_version: str | None
    latest_published_at_ms: int | None
    publisher_id: UUID
    handle: str
    publisher_name: str
    verification_status: str
    verification_checked_at_ms: int | None
    install_intents_30d: int
    redemptions_30d: int


class ListedReleaseRow(msgspec.Struct, frozen=True, array_like=True):
    """A release as it is listed with its listing: an array in JSON."""

    id: UUID
    version: str
    status: str
    published_at_ms: int


class DetailRow(ListingRow, frozen=True):
    """A listing with its description and its newest published releases, as JSON."""

    description_markdown: str | None
    description_html: str | None
    releases: list[list[Any]]

    @property
    def newest_releases(self) -> list[ListedReleaseRow]:
        """The newest published releases."""
        return msgspec.convert(self.releases, list[ListedReleaseRow])


def listing_columns() -> list[Any]:
    """The columns of `ListingRow`, from `with_company`."""
    joined: dict[str, Any] = {
        "handle": publishers.c.handle,
        "publisher_name": publishers.c.display_name.label("publisher_name"),
        "verification_status": publishers.c.verification_status,
        "verification_checked_at_ms": publishers.c.verification_checked_at_ms,
        "install_intents_30d": func.coalesce(stat_totals.c.install_intents_30d, 0).label("install_intents_30d"),
        "redemptions_30d": func.coalesce(stat_totals.c.redemptions_30d, 0).label("redemptions_30d"),
    }
    return [joined[name] if name in joined else listings.c[name] for name in ListingRow.__struct_fields__]


def with_company(source: FromClause) -> FromClause:
    """`source`, which holds the listings, joined with their publishers, none suspended, and their statistics."""
    return source.join(publishers, OF_LIVE_PUBLISHER).outerjoin(stat_totals, stat_totals.c.listing_id == listings.c.id)


_NEWEST: Final = (
    select(releases.c.id, releases.c.version, releases.c.status, releases.c.published_at_ms)
    .where(releases.c.listing_id == listings.c.id, IS_RELEASED)
    .order_by(releases.c.id.desc())
    .limit(bindparam("fetch"))
    .correlate(listings)
    .subquery("newest")
)
_ENTRY: Final = func.jsonb_build_array(_NEWEST.c.id, _NEWEST.c.version, _NEWEST.c.status, _NEWEST.c.published_at_ms)
_RELEASES: Final = select(
    func.coalesce(func.jsonb_agg(aggregate_order_by(_ENTRY, _NEWEST.c.id.desc())), literal_column("'[]'::jsonb"))
).scalar_subquery()

_DETAIL: Final = reading(
    "catalog.listing",
    select(
        *listing_columns(),
        listings.c.description_markdown,
        listings.c.description_html,
        _RELEASES.label("releases"),
    )
    .select_from(with_company(listings))
    .where(listings.c.id == bindparam("listing_id"), IS_PUBLISHED),
    DetailRow,
)


def detail(_: PublicScope, listing_id: UUID, *, fetch: int) -> Bound[DetailRow]:
    """A listing with `fetch` of its published releases, the newest first."""
    return _DETAIL.bind(listing_id=listing_id, fetch=fetch)

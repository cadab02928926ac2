"""Releases as the public sees them: a listing's, a page at a time, and one by its bare id."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import and_, bindparam, select, true
from sqlalchemy.sql import Select

from fleetprompt.authz import PublicScope
from fleetprompt.catalog.statements.listings import IS_PUBLISHED, IS_RELEASED, OF_LIVE_PUBLISHER
from fleetprompt.store.statements import Bound, Statement, columns_of, newest, reading
from fleetprompt.store.tables import listings, publishers, releases


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


class PageRow(ReleaseItemRow, frozen=True):
    """A row of a page; where the page is empty there is one that is not there, and all else in it is null."""

    is_there: bool


class ReleaseRow(ReleaseItemRow, frozen=True):
    """A whole release, but why it was revoked."""

    notes_markdown: str | None
    notes_html: str | None


def _page(name: str, *conditions: Any) -> Statement[PageRow]:
    columns = columns_of(releases, ReleaseItemRow)
    of_listing = select(*columns).where(releases.c.listing_id == listings.c.id, *conditions)
    page = newest(of_listing, releases.c.id).lateral("page")
    query: Select[Any] = (
        select(*page.c, page.c.id.is_not(None).label("is_there"))
        .select_from(listings.join(publishers, OF_LIVE_PUBLISHER).outerjoin(page, true()))
        .where(listings.c.id == bindparam("listing_id"), IS_PUBLISHED)
        .order_by(page.c.id.desc())
    )
    return reading(name, query, PageRow)


_PUBLISHED_ONES: Final = _page("catalog.releases", IS_RELEASED)
_ALL: Final = _page("catalog.releases.with_revoked")


def page(_: PublicScope, listing_id: UUID, *, include_revoked: bool, after_id: UUID, fetch: int) -> Bound[PageRow]:
    """A public listing's releases, the newest first; no row at all where the listing is not public."""
    statement = _ALL if include_revoked else _PUBLISHED_ONES
    return statement.bind(listing_id=listing_id, after_id=after_id, fetch=fetch)


_ONE: Final = reading(
    "catalog.release",
    select(*columns_of(releases, ReleaseRow))
    .select_from(
        releases.join(listings, and_(listings.c.id == releases.c.listing_id, IS_PUBLISHED)).join(
            publishers, OF_LIVE_PUBLISHER
        )
    )
    .where(releases.c.id == bindparam("release_id")),
    ReleaseRow,
)


def release(_: PublicScope, release_id: UUID) -> Bound[ReleaseRow]:
    """A release of a public listing, published or revoked."""
    return _ONE.bind(release_id=release_id)

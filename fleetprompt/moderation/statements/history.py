"""Statements on what belongs to a listing: its releases, and the revisions that edits replaced."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, select, true

from fleetprompt.authz import AdminScope
from fleetprompt.installs.statements.intents import open_intents
from fleetprompt.releases.statements import PageRow, ReleaseItemRow, ReleaseRow
from fleetprompt.store.statements import Bound, columns_of, newest, reading
from fleetprompt.store.tables import install_intents, listings, releases
from fleetprompt.store.tables import listing_revisions as revisions


class ReleaseDetailRow(ReleaseRow, frozen=True):
    """A whole release with where its listing stands, and how many intents to install it are open."""

    listing_name: str
    listing_status: str
    published_releases: int
    open_intents: int


_RELEASE: Final = reading(
    "moderation.release",
    select(
        *columns_of(releases, ReleaseRow),
        listings.c.name.label("listing_name"),
        listings.c.status.label("listing_status"),
        listings.c.published_releases,
        open_intents(
            install_intents.c.listing_id == releases.c.listing_id, install_intents.c.release_id == releases.c.id
        ).label("open_intents"),
    )
    .select_from(releases.join(listings, listings.c.id == releases.c.listing_id))
    .where(releases.c.id == bindparam("release_id")),
    ReleaseDetailRow,
)


def release(_: AdminScope, release_id: UUID, now_ms: int) -> Bound[ReleaseDetailRow]:
    """Any release, by its bare id, with the intents that are open at `now_ms`."""
    return _RELEASE.bind(release_id=release_id, now_ms=now_ms)


_RELEASES_OF_IT: Final = newest(
    select(*columns_of(releases, ReleaseItemRow)).where(releases.c.listing_id == listings.c.id), releases.c.id
).lateral("page")
_RELEASES: Final = reading(
    "moderation.releases",
    select(*_RELEASES_OF_IT.c, _RELEASES_OF_IT.c.id.is_not(None).label("is_there"))
    .select_from(listings.outerjoin(_RELEASES_OF_IT, true()))
    .where(listings.c.id == bindparam("listing_id"))
    .order_by(_RELEASES_OF_IT.c.id.desc()),
    PageRow,
)


def release_page(_: AdminScope, listing_id: UUID, *, after_id: UUID, fetch: int) -> Bound[PageRow]:
    """Releases of a listing, the newest first; no row at all where there is no such listing."""
    return _RELEASES.bind(listing_id=listing_id, after_id=after_id, fetch=fetch)


class RevisionRow(msgspec.Struct, frozen=True):
    """What a listing said until `replaced_at_ms`. content: JSON, as stored."""

    revision: int
    content: dict[str, Any]
    replaced_at_ms: int


_REVISION: Final = reading(
    "moderation.revision",
    select(revisions.c.revision, revisions.c.content, revisions.c.replaced_at_ms).where(
        revisions.c.listing_id == bindparam("listing_id"), revisions.c.revision == bindparam("revision")
    ),
    RevisionRow,
)


def revision(_: AdminScope, listing_id: UUID, number: int) -> Bound[RevisionRow]:
    """One replaced revision of a listing."""
    return _REVISION.bind(listing_id=listing_id, revision=number)


class RevisionPageRow(RevisionRow, frozen=True):
    """A row of a page; where the page is empty there is one that is not there, and all else in it is null."""

    is_there: bool


_BEHIND_EVERY_REVISION: Final = 2**31 - 1
_REVISIONS_OF_IT: Final = (
    select(
        revisions.c.revision,
        revisions.c.content.op("-")("description").label("content"),
        revisions.c.replaced_at_ms,
    )
    .where(revisions.c.listing_id == listings.c.id, revisions.c.revision < bindparam("before"))
    .order_by(revisions.c.revision.desc())
    .limit(bindparam("fetch"))
    .lateral("page")
)
_REVISIONS: Final = reading(
    "moderation.revisions",
    select(*_REVISIONS_OF_IT.c, _REVISIONS_OF_IT.c.revision.is_not(None).label("is_there"))
    .select_from(listings.outerjoin(_REVISIONS_OF_IT, true()))
    .where(listings.c.id == bindparam("listing_id"))
    .order_by(_REVISIONS_OF_IT.c.revision.desc()),
    RevisionPageRow,
)


def revision_page(_: AdminScope, listing_id: UUID, *, before: int | None, fetch: int) -> Bound[RevisionPageRow]:
    """Replaced revisions of a listing without their descriptions, the last one first. before: the last one seen.

    No row at all where there is no such listing.
    """
    return _REVISIONS.bind(
        listing_id=listing_id, before=_BEHIND_EVERY_REVISION if before is None else before, fetch=fetch
    )

"""Lists over the whole market: new releases, what was installed most, and every listing by slices (ADR 72, 73).

What is walked may belong to a listing that is not public. So that nobody's drafts make a list slow, each page looks at
so many rows of its index at most; one that finds nothing more among them is the last.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import BigInteger, Integer, Uuid, bindparam, literal_column, select, tuple_

from fleetprompt import ids
from fleetprompt.authz import PublicScope
from fleetprompt.catalog.statements.listings import (
    IS_PUBLISHED,
    IS_RELEASED,
    OF_LIVE_PUBLISHER,
    ListingRow,
    listing_columns,
    with_company,
)
from fleetprompt.catalog.statements.matches import is_public
from fleetprompt.store.statements import Bound, reading
from fleetprompt.store.tables import LISTING_SLICE, listings, publishers, releases, stat_totals

WALKED_MAX: Final = 5_000

_AFTER_ID: Final = bindparam("after_id", type_=Uuid)


class NewReleaseRow(msgspec.Struct, frozen=True):
    """A release with its listing and its publisher."""

    id: UUID
    version: str
    published_at_ms: int
    listing_id: UUID
    asset_kind: str
    name: str
    summary: str
    publisher_id: UUID
    handle: str
    publisher_name: str
    verification_status: str
    verification_checked_at_ms: int | None


class PopularRow(ListingRow, frozen=True):
    """A listing that was installed. sort_key: how often it was redeemed in 30 days."""

    sort_key: int


class AddressRow(msgspec.Struct, frozen=True):
    """A published listing. slice_number: the last 16 bits of its id."""

    id: UUID
    publisher_id: UUID
    updated_at_ms: int
    slice_number: int


_RELEASE_PLACE: Final = tuple_(releases.c.published_at_ms, releases.c.id)
_RELEASES_WALKED: Final = (
    select(releases.c.id, releases.c.version, releases.c.published_at_ms, releases.c.listing_id)
    .where(IS_RELEASED, tuple_(bindparam("after_ms", type_=BigInteger), _AFTER_ID) > _RELEASE_PLACE)
    .order_by(releases.c.published_at_ms.desc(), releases.c.id.desc())
    .limit(WALKED_MAX)
    .subquery("walked")
)
_NEW_RELEASES: Final = reading(
    "catalog.new_releases",
    select(
        *_RELEASES_WALKED.c,
        listings.c.asset_kind,
        listings.c.name,
        listings.c.summary,
        listings.c.publisher_id,
        publishers.c.handle,
        publishers.c.display_name.label("publisher_name"),
        publishers.c.verification_status,
        publishers.c.verification_checked_at_ms,
    )
    .select_from(
        _RELEASES_WALKED.join(listings, (listings.c.id == _RELEASES_WALKED.c.listing_id) & IS_PUBLISHED).join(
            publishers, OF_LIVE_PUBLISHER
        )
    )
    .order_by(_RELEASES_WALKED.c.published_at_ms.desc(), _RELEASES_WALKED.c.id.desc())
    .limit(bindparam("fetch")),
    NewReleaseRow,
)


def new_releases(_: PublicScope, *, after: tuple[int, UUID] | None, fetch: int) -> Bound[NewReleaseRow]:
    """The newest published releases of public listings. after: when the last one seen was published, and its id."""
    after_ms, after_id = after or (2**63 - 1, ids.LAST)
    return _NEW_RELEASES.bind(after_ms=after_ms, after_id=after_id, fetch=fetch)


_POPULAR_WALKED: Final = (
    select(stat_totals.c.listing_id, stat_totals.c.redemptions_30d.label("sort_key"))
    .where(
        stat_totals.c.redemptions_30d > 0,
        tuple_(stat_totals.c.redemptions_30d, stat_totals.c.listing_id)
        < tuple_(bindparam("after_key", type_=Integer), _AFTER_ID),
    )
    .order_by(stat_totals.c.redemptions_30d.desc(), stat_totals.c.listing_id.desc())
    .limit(WALKED_MAX)
    .subquery("walked")
)
_POPULAR: Final = reading(
    "catalog.popular",
    select(*listing_columns(), _POPULAR_WALKED.c.sort_key)
    .select_from(
        with_company(_POPULAR_WALKED.join(listings, (listings.c.id == _POPULAR_WALKED.c.listing_id) & IS_PUBLISHED))
    )
    .order_by(_POPULAR_WALKED.c.sort_key.desc(), _POPULAR_WALKED.c.listing_id.desc())
    .limit(bindparam("fetch")),
    PopularRow,
)


def popular(_: PublicScope, *, after: tuple[int, UUID] | None, fetch: int) -> Bound[PopularRow]:
    """The public listings that were redeemed most in 30 days. after: how often the last one seen was, and its id."""
    after_key, after_id = after or (2**31 - 1, ids.LAST)
    return _POPULAR.bind(after_key=after_key, after_id=after_id, fetch=fetch)


_SLICE: Final[Any] = literal_column(LISTING_SLICE, Integer)
_ADDRESSES: Final = reading(
    "catalog.addresses",
    select(listings.c.id, listings.c.publisher_id, listings.c.updated_at_ms, _SLICE.label("slice_number"))
    .where(
        is_public(),
        bindparam("last", type_=Integer) >= _SLICE,
        tuple_(_SLICE, listings.c.id) > tuple_(bindparam("after_slice", type_=Integer), _AFTER_ID),
    )
    .order_by(_SLICE, listings.c.id)
    .limit(bindparam("fetch")),
    AddressRow,
)


def addresses(
    _: PublicScope, *, bounds: tuple[int, int], after: tuple[int, UUID] | None, fetch: int
) -> Bound[AddressRow]:
    """The public listings of the slices from `bounds[0]` to `bounds[1]`. after: the last one's slice and its id."""
    first, last = bounds
    after_slice, after_id = after or (first, ids.FIRST)
    return _ADDRESSES.bind(last=last, after_slice=after_slice, after_id=after_id, fetch=fetch)

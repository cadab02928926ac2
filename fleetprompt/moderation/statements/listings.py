"""Statements on listings as admins see them: every row, with its own status."""

from __future__ import annotations

from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, bindparam, func, null, select, update

from fleetprompt.authz import AdminScope
from fleetprompt.enums import ListingStatus, ReportStatus
from fleetprompt.installs.statements.intents import open_intents
from fleetprompt.listings.statements import ListingItemRow
from fleetprompt.store.statements import Bound, Statement, changing, newest, per_shape, reading
from fleetprompt.store.tables import install_intents, listings, publishers, reports

_SUSPENDED: Final = ListingStatus.SUSPENDED.value


class AdminListingItemRow(ListingItemRow, frozen=True):
    """A listing without its description, with what only admins see, and its publisher."""

    status_before_suspension: str | None
    flagged: bool
    flag_reason: str | None
    reviewed_revision: int | None
    reviewed_at_ms: int | None
    publisher_id: UUID
    publisher_handle: str
    publisher_name: str
    publisher_suspended_at_ms: int | None
    verification_status: str
    verification_checked_at_ms: int | None


class AdminListingRow(AdminListingItemRow, frozen=True):
    """A whole listing."""

    description_markdown: str | None
    description_html: str | None


class AdminListingDetailRow(AdminListingRow, frozen=True):
    """A whole listing with the numbers of what waits on it."""

    open_intents: int
    open_reports: int


_OF_PUBLISHER: Final = {
    "publisher_id": publishers.c.id,
    "publisher_handle": publishers.c.handle,
    "publisher_name": publishers.c.display_name,
    "publisher_suspended_at_ms": publishers.c.suspended_at_ms,
    "verification_status": publishers.c.verification_status,
    "verification_checked_at_ms": publishers.c.verification_checked_at_ms,
}


def listing_columns(row: type[msgspec.Struct]) -> list[Any]:
    """The columns of a row of a listing with its publisher."""
    return [
        _OF_PUBLISHER[name].label(name) if name in _OF_PUBLISHER else listings.c[name] for name in row.__struct_fields__
    ]


WITH_PUBLISHER: Final = listings.join(publishers, publishers.c.id == listings.c.publisher_id)
_ONE: Final = reading(
    "moderation.listing",
    select(*listing_columns(AdminListingRow))
    .select_from(WITH_PUBLISHER)
    .where(listings.c.id == bindparam("listing_id")),
    AdminListingRow,
)


def listing(_: AdminScope, listing_id: UUID) -> Bound[AdminListingRow]:
    """Any listing."""
    return _ONE.bind(listing_id=listing_id)


OPEN_REPORTS: Final = (
    select(func.count())
    .where(reports.c.listing_id == listings.c.id, reports.c.status == ReportStatus.OPEN.value)
    .scalar_subquery()
    .label("open_reports")
)
_DETAIL: Final = reading(
    "moderation.listing_detail",
    select(
        *listing_columns(AdminListingRow),
        open_intents(install_intents.c.listing_id == listings.c.id).label("open_intents"),
        OPEN_REPORTS,
    )
    .select_from(WITH_PUBLISHER)
    .where(listings.c.id == bindparam("listing_id")),
    AdminListingDetailRow,
)


def listing_detail(_: AdminScope, listing_id: UUID, now_ms: int) -> Bound[AdminListingDetailRow]:
    """Any listing with what waits on it at `now_ms`."""
    return _DETAIL.bind(listing_id=listing_id, now_ms=now_ms)


class Filters(NamedTuple):
    """Which listings are meant, None for all. flagged: only those that are, or that are not."""

    status: ListingStatus | None
    publisher_id: UUID | None
    flagged: bool | None

    @property
    def shape(self) -> Shape:
        """The statement that has these filters."""
        return Shape(self.status is not None, self.publisher_id is not None, self.flagged)

    @property
    def values(self) -> dict[str, Any]:
        """What that statement is given."""
        wanted = {"status": self.status and self.status.value, "wanted_publisher_id": self.publisher_id}
        return {name: value for name, value in wanted.items() if value is not None}


class Shape(NamedTuple):
    """Which filters a statement has, whatever their values."""

    by_status: bool = False
    by_publisher: bool = False
    flagged: bool | None = None

    @property
    def suffix(self) -> str:
        """What the statement's name ends in."""
        flag = {None: "", True: ".flagged", False: ".not_flagged"}[self.flagged]
        return f"{'.by_status' * self.by_status}{'.by_publisher' * self.by_publisher}{flag}"

    def conditions(self) -> list[ColumnElement[bool]]:
        """The filters of a list of listings."""
        conditions: list[ColumnElement[bool]] = []
        if self.by_status:
            conditions.append(listings.c.status == bindparam("status"))
        if self.by_publisher:
            conditions.append(listings.c.publisher_id == bindparam("wanted_publisher_id"))
        if self.flagged is not None:
            conditions.append(listings.c.flagged if self.flagged else ~listings.c.flagged)
        return conditions


@per_shape(
    examples=[
        *({"shape": Shape(each, False, flagged)} for each in (False, True) for flagged in (None, False, True)),
        {"shape": Shape(by_publisher=True)},
        {"shape": Shape(True, True, True)},
    ]
)
def _page(*, shape: Shape) -> Statement[AdminListingItemRow]:
    query = select(*listing_columns(AdminListingItemRow)).select_from(WITH_PUBLISHER).where(*shape.conditions())
    return reading(f"moderation.listings{shape.suffix}", newest(query, listings.c.id), AdminListingItemRow)


def page(_: AdminScope, filters: Filters, *, after_id: UUID, fetch: int) -> Bound[AdminListingItemRow]:
    """Listings, the newest first."""
    return _page(shape=filters.shape).bind(**filters.values, after_id=after_id, fetch=fetch)


_REVIEWED: Final[dict[str, Any]] = {"reviewed_revision": bindparam("revision"), "reviewed_at_ms": bindparam("now_ms")}
"""That an admin judged a listing, and what it said then."""

_SUSPEND: Final = changing(
    "moderation.suspend_listing",
    update(listings)
    .where(listings.c.id == bindparam("listing_id"), listings.c.status == bindparam("old_status"))
    .values(
        status=_SUSPENDED,
        status_before_suspension=bindparam("old_status"),
        suspend_reason=bindparam("reason"),
        suspended_at_ms=bindparam("now_ms"),
        updated_at_ms=bindparam("now_ms"),
        **_REVIEWED,
    ),
)


def suspend(listing_id: UUID, old_status: ListingStatus, revision: int, reason: str, now_ms: int) -> Bound[Any]:
    """Suspend a listing that has the status that was read. revision: what it says now."""
    return _SUSPEND.bind(
        listing_id=listing_id, old_status=old_status.value, revision=revision, reason=reason, now_ms=now_ms
    )


_REINSTATE: Final = changing(
    "moderation.reinstate_listing",
    update(listings)
    .where(
        listings.c.id == bindparam("listing_id"),
        listings.c.status == _SUSPENDED,
        listings.c.revision == bindparam("revision"),
    )
    .values(
        status=bindparam("new_status"),
        status_before_suspension=null(),
        suspend_reason=null(),
        suspended_at_ms=null(),
        updated_at_ms=bindparam("now_ms"),
        **_REVIEWED,
    ),
)


def reinstate(listing_id: UUID, revision: int, new_status: ListingStatus, now_ms: int) -> Bound[Any]:
    """End the suspension of a listing that still says what was reviewed."""
    return _REINSTATE.bind(listing_id=listing_id, revision=revision, new_status=new_status.value, now_ms=now_ms)


_FLAG: Final = changing(
    "moderation.flag_listing",
    update(listings)
    .where(listings.c.id == bindparam("listing_id"), listings.c.flagged == bindparam("was_flagged"))
    .values(flagged=bindparam("is_flagged"), flag_reason=bindparam("reason"), **_REVIEWED),
)


def flag(
    listing_id: UUID, revision: int, *, was_flagged: bool, is_flagged: bool, reason: str | None, now_ms: int
) -> Bound[Any]:
    """Flag a listing or take the flag from it, if it was flagged or not as it was read. revision: what it says now."""
    return _FLAG.bind(
        listing_id=listing_id,
        revision=revision,
        was_flagged=was_flagged,
        is_flagged=is_flagged,
        reason=reason,
        now_ms=now_ms,
    )

"""Statements on reports, and on what can be reported."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, insert, select, update

from fleetprompt.authz import AdminScope, PublicScope
from fleetprompt.enums import ListingStatus, ReportKind, ReportStatus
from fleetprompt.store.statements import Bound, Statement, changing, inserting, newest, parameters, per_shape, reading
from fleetprompt.store.tables import listings, publishers, reports


class ReportableRow(msgspec.Struct, frozen=True):
    """A listing that anyone may see."""

    id: UUID
    publisher_id: UUID
    revision: int


_REPORTABLE: Final = reading(
    "moderation.reportable",
    select(listings.c.id, listings.c.publisher_id, listings.c.revision)
    .select_from(listings.join(publishers, publishers.c.id == listings.c.publisher_id))
    .where(
        listings.c.id == bindparam("listing_id"),
        listings.c.status == ListingStatus.PUBLISHED.value,
        publishers.c.suspended_at_ms.is_(None),
    ),
    ReportableRow,
)


def reportable(_: PublicScope, listing_id: UUID) -> Bound[ReportableRow]:
    """A listing that is public."""
    return _REPORTABLE.bind(listing_id=listing_id)


_INSERT: Final = inserting(
    "moderation.insert_report",
    insert(reports).values(
        {
            **parameters(
                "id", "listing_id", "reporter_user_id", "kind", "summary", "listing_revision", "created_at_ms"
            ),
            "status": ReportStatus.OPEN.value,
        }
    ),
)


def insert_report(
    *,
    report_id: UUID,
    listing: ReportableRow,
    reporter_user_id: UUID,
    kind: ReportKind,
    summary: str,
    now_ms: int,
) -> Bound[Any]:
    """Add an open report on what a listing says now."""
    return _INSERT.bind(
        id=report_id,
        listing_id=listing.id,
        reporter_user_id=reporter_user_id,
        kind=kind.value,
        summary=summary,
        listing_revision=listing.revision,
        created_at_ms=now_ms,
    )


class ReportRow(msgspec.Struct, frozen=True):
    """A report with its listing as it is now."""

    id: UUID
    listing_id: UUID
    reporter_user_id: UUID
    kind: str
    summary: str
    listing_revision: int
    status: str
    resolution_reason: str | None
    resolved_at_ms: int | None
    resolved_by_user_id: UUID | None
    created_at_ms: int
    listing_name: str
    listing_status: str
    publisher_id: UUID


_WITH_LISTING: Final = select(
    *(reports.c[name] for name in ReportRow.__struct_fields__ if name in reports.c),
    listings.c.name.label("listing_name"),
    listings.c.status.label("listing_status"),
    listings.c.publisher_id,
).select_from(reports.join(listings, listings.c.id == reports.c.listing_id))

_ONE: Final = reading("moderation.report", _WITH_LISTING.where(reports.c.id == bindparam("report_id")), ReportRow)


def report(_: AdminScope, report_id: UUID) -> Bound[ReportRow]:
    """Any report."""
    return _ONE.bind(report_id=report_id)


@per_shape(
    examples=[{"by_status": by_status, "by_listing": each} for by_status in (False, True) for each in (False, True)]
)
def _page(*, by_status: bool, by_listing: bool) -> Statement[ReportRow]:
    query, name = _WITH_LISTING, "moderation.reports"
    if by_listing:
        name += ".of_listing"
        query = query.where(reports.c.listing_id == bindparam("listing_id"))
    if by_status:
        name += ".by_status"
        query = query.where(reports.c.status == bindparam("status"))
    return reading(name, newest(query, reports.c.id), ReportRow)


def page(
    _: AdminScope, *, status: ReportStatus | None, listing_id: UUID | None, after_id: UUID, fetch: int
) -> Bound[ReportRow]:
    """Reports, the newest first. status, listing_id: of one only."""
    return _page(by_status=status is not None, by_listing=listing_id is not None).bind(
        status=None if status is None else status.value, listing_id=listing_id, after_id=after_id, fetch=fetch
    )


_RESOLVE: Final = changing(
    "moderation.resolve_report",
    update(reports)
    .where(reports.c.id == bindparam("report_id"), reports.c.status == ReportStatus.OPEN.value)
    .values(
        status=bindparam("outcome"),
        resolution_reason=bindparam("reason"),
        resolved_at_ms=bindparam("now_ms"),
        resolved_by_user_id=bindparam("admin_user_id"),
    ),
)


def resolve(report_id: UUID, outcome: ReportStatus, reason: str, admin_user_id: UUID, now_ms: int) -> Bound[Any]:
    """Bring an open report to its end."""
    return _RESOLVE.bind(
        report_id=report_id, outcome=outcome.value, reason=reason, admin_user_id=admin_user_id, now_ms=now_ms
    )

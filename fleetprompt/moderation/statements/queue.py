"""What waits for a moderator: listings that are flagged, and those with reports that nobody has decided on."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, func, select, true, union

from fleetprompt.authz import AdminScope
from fleetprompt.enums import ReportStatus
from fleetprompt.moderation.statements.listings import WITH_PUBLISHER, AdminListingItemRow, listing_columns
from fleetprompt.store.statements import Bound, Statement, newest, reading
from fleetprompt.store.tables import listings, reports

_IS_OPEN: Final = reports.c.status == ReportStatus.OPEN.value
_FETCH: Final[Any] = bindparam("fetch")


class WaitingRow(AdminListingItemRow, frozen=True):
    """A listing that waits, with its open reports: how many, of which kinds, and the first one's version and time."""

    open_reports: int
    report_kinds: list[str] | None
    reported_revision: int | None
    reported_at_ms: int | None


def _page() -> Statement[WaitingRow]:
    flagged = select(listings.c.id).where(listings.c.flagged)
    reported = select(reports.c.listing_id.label("id")).where(_IS_OPEN).distinct()
    newest_flagged = newest(flagged, listings.c.id).subquery("newest_flagged")
    newest_reported = newest(reported, reports.c.listing_id).subquery("newest_reported")
    either = union(select(newest_flagged.c.id), select(newest_reported.c.id)).subquery("either")
    waiting = select(either.c.id).order_by(either.c.id.desc()).limit(_FETCH).subquery("waiting")
    open_reports = (
        select(
            func.count().label("open_reports"),
            func.array_agg(reports.c.kind.distinct()).label("report_kinds"),
            func.min(reports.c.listing_revision).label("reported_revision"),
            func.min(reports.c.created_at_ms).label("reported_at_ms"),
        )
        .where(reports.c.listing_id == waiting.c.id, _IS_OPEN)
        .lateral("open_reports")
    )
    query = (
        select(*listing_columns(AdminListingItemRow), *open_reports.c)
        .select_from(
            waiting.join(WITH_PUBLISHER, listings.c.id == waiting.c.id).join(open_reports, true()),
        )
        .order_by(listings.c.id.desc())
        .limit(_FETCH)
    )
    return reading("moderation.queue", query, WaitingRow)


_PAGE: Final = _page()


def page(_: AdminScope, *, after_id: UUID, fetch: int) -> Bound[WaitingRow]:
    """What waits, the newest listing first."""
    return _PAGE.bind(after_id=after_id, fetch=fetch)

"""What waits for a moderator: listings that are flagged, and those with reports that nobody has decided on."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from sqlalchemy import Uuid, bindparam, func, select, true, union

from fleetprompt.authz import AdminScope
from fleetprompt.enums import ReportStatus
from fleetprompt.moderation.statements.listings import WITH_PUBLISHER, AdminListingItemRow, listing_columns
from fleetprompt.store.statements import Bound, Statement, reading
from fleetprompt.store.tables import listings, reports

_IS_OPEN: Final = reports.c.status == ReportStatus.OPEN.value
_LAST_ID: Final = UUID(int=2**128 - 1)
_FETCH: Final[Any] = bindparam("fetch")


class WaitingRow(AdminListingItemRow, frozen=True):
    """A listing that waits, with its open reports: how many, of which kinds, and the first one's version and time."""

    open_reports: int
    report_kinds: list[str] | None
    reported_revision: int | None
    reported_at_ms: int | None


def _page() -> Statement[WaitingRow]:
    after_id = bindparam("after_id", type_=Uuid)
    flagged = select(listings.c.id).where(listings.c.flagged, listings.c.id < after_id)
    reported = select(reports.c.listing_id.label("id")).where(_IS_OPEN, reports.c.listing_id < after_id).distinct()
    newest_flagged = flagged.order_by(listings.c.id.desc()).limit(_FETCH).subquery("newest_flagged")
    newest_reported = reported.order_by(reports.c.listing_id.desc()).limit(_FETCH).subquery("newest_reported")
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


def page(_: AdminScope, *, after: UUID | None, fetch: int) -> Bound[WaitingRow]:
    """What waits, the newest listing first. after: the id of the last one seen."""
    return _PAGE.bind(fetch=fetch, after_id=after or _LAST_ID)

"""Statements on the statistics of listings: deltas appended by verbs, folded into days and 30-day totals by a job."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import ARRAY, Integer, Uuid, and_, any_, bindparam, delete, func, insert, select
from sqlalchemy.dialects import postgresql

from fleetprompt.installs.rules import Delta
from fleetprompt.store.statements import Bound, changing, inserting, parameters, reading
from fleetprompt.store.tables import stat_days as days
from fleetprompt.store.tables import stat_deltas as deltas
from fleetprompt.store.tables import stat_totals as totals

WINDOW_DAYS: Final = 30

_APPEND: Final = inserting("installs.append_delta", insert(deltas).values(parameters(*deltas.columns.keys())))


def append_delta(delta: Delta) -> Bound[Any]:
    """Note a change, in a row of its own, so that a popular listing makes nobody wait."""
    return _APPEND.bind(
        id=delta.id,
        listing_id=delta.listing_id,
        day=delta.day,
        install_intents=delta.install_intents,
        redemptions=delta.redemptions,
    )


_DELTAS: Final = reading(
    "installs.deltas",
    select(deltas.c.id, deltas.c.listing_id, deltas.c.day, deltas.c.install_intents, deltas.c.redemptions)
    .order_by(deltas.c.id)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True),
    Delta,
)


def unfolded(limit: int) -> Bound[Delta]:
    """Deltas that are not folded yet, locked; what another process works on is left to it."""
    return _DELTAS.bind(limit=limit)


class OutdatedRow(msgspec.Struct, frozen=True):
    """A listing whose 30 days were counted on an earlier day."""

    listing_id: UUID


_OUTDATED: Final = reading(
    "installs.outdated_totals",
    select(totals.c.listing_id)
    .where(totals.c.as_of_day < bindparam("today"))
    .order_by(totals.c.as_of_day)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True),
    OutdatedRow,
)


def outdated(today: int, limit: int) -> Bound[OutdatedRow]:
    """Listings whose totals hold a day that may have left the window, locked."""
    return _OUTDATED.bind(today=today, limit=limit)


_ADDED: Final = (
    func.unnest(
        *(
            bindparam(name, type_=ARRAY(of))
            for name, of in (("listing_ids", Uuid()), ("of_days", Integer), ("opened", Integer), ("redeemed", Integer))
        )
    )
    .table_valued("listing_id", "day", "install_intents", "redemptions")
    .render_derived()
)
_ADD: Final = postgresql.insert(days).from_select(
    ["listing_id", "day", "install_intents", "redemptions"],
    select(_ADDED.c.listing_id, _ADDED.c.day, _ADDED.c.install_intents, _ADDED.c.redemptions),
)
_ADD_DAYS: Final = inserting(
    "installs.add_days",
    _ADD.on_conflict_do_update(
        index_elements=[days.c.listing_id, days.c.day],
        set_={
            "install_intents": days.c.install_intents + _ADD.excluded.install_intents,
            "redemptions": days.c.redemptions + _ADD.excluded.redemptions,
        },
    ),
)


def add_days(sums: Sequence[Delta]) -> Bound[Any]:
    """Add one sum for each listing and day."""
    return _ADD_DAYS.bind(
        listing_ids=[each.listing_id for each in sums],
        of_days=[each.day for each in sums],
        opened=[each.install_intents for each in sums],
        redeemed=[each.redemptions for each in sums],
    )


_COUNTED: Final = func.unnest(bindparam("listing_ids", type_=ARRAY(Uuid()))).table_valued("listing_id").render_derived()
_COUNT: Final = postgresql.insert(totals).from_select(
    ["listing_id", "install_intents_30d", "redemptions_30d", "as_of_day"],
    select(
        _COUNTED.c.listing_id,
        func.coalesce(func.sum(days.c.install_intents), 0),
        func.coalesce(func.sum(days.c.redemptions), 0),
        bindparam("today", type_=Integer),
    )
    .select_from(
        _COUNTED.outerjoin(
            days, and_(days.c.listing_id == _COUNTED.c.listing_id, days.c.day > bindparam("last_day_outside"))
        )
    )
    .group_by(_COUNTED.c.listing_id),
)
_COUNT_TOTALS: Final = inserting(
    "installs.count_totals",
    _COUNT.on_conflict_do_update(
        index_elements=[totals.c.listing_id],
        set_={name: _COUNT.excluded[name] for name in ("install_intents_30d", "redemptions_30d", "as_of_day")},
    ),
)


def count_totals(listing_ids: Sequence[UUID], today: int) -> Bound[Any]:
    """Count the last 30 days of these listings anew, today included."""
    return _COUNT_TOTALS.bind(listing_ids=listing_ids, today=today, last_day_outside=today - WINDOW_DAYS)


_DROP_ZEROS: Final = changing(
    "installs.drop_zero_totals",
    delete(totals).where(
        totals.c.listing_id == any_(bindparam("listing_ids", type_=ARRAY(Uuid()))),
        totals.c.install_intents_30d == 0,
        totals.c.redemptions_30d == 0,
    ),
    rows=None,
)


def drop_zero_totals(listing_ids: Sequence[UUID]) -> Bound[Any]:
    """Forget totals of nothing, so that nobody counts them again every day."""
    return _DROP_ZEROS.bind(listing_ids=listing_ids)


_IDS: Final = bindparam("ids", type_=ARRAY(Uuid()))
_DELETE: Final = changing(
    "installs.delete_deltas",
    delete(deltas).where(deltas.c.id == any_(_IDS)),
    rows=func.cardinality(_IDS),
)


def delete_deltas(folded: Sequence[Delta]) -> Bound[Any]:
    """Take away what was folded."""
    return _DELETE.bind(ids=[each.id for each in folded])

"""A public listing's installs by day, as they are folded (ADR 72)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import ARRAY, Integer, and_, any_, bindparam, select

from fleetprompt.authz import PublicScope
from fleetprompt.catalog.statements.listings import IS_PUBLISHED, OF_LIVE_PUBLISHER
from fleetprompt.listings.statements import DayRow
from fleetprompt.store.statements import Bound, reading
from fleetprompt.store.tables import listings, publishers, stat_days

_OF_THOSE_DAYS: Final = and_(
    stat_days.c.listing_id == listings.c.id, stat_days.c.day == any_(bindparam("days", type_=ARRAY(Integer)))
)
"""Day by day: as a range, it would be read through the index that holds the days of all listings."""

_INSTALLS: Final = reading(
    "catalog.installs",
    select(stat_days.c.day, stat_days.c.install_intents, stat_days.c.redemptions)
    .select_from(listings.join(publishers, OF_LIVE_PUBLISHER).outerjoin(stat_days, _OF_THOSE_DAYS))
    .where(listings.c.id == bindparam("listing_id"), IS_PUBLISHED),
    DayRow,
)


def installs(_: PublicScope, listing_id: UUID, *, days: Sequence[int]) -> Bound[DayRow]:
    """A public listing's days on which something happened; no row at all where the listing is not public."""
    return _INSTALLS.bind(listing_id=listing_id, days=[*days])

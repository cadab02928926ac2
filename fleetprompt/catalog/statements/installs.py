"""A public listing's installs by day, as they are folded (ADR 72)."""

from __future__ import annotations

from typing import Final
from uuid import UUID

import msgspec
from sqlalchemy import Integer, and_, bindparam, select, tuple_

from fleetprompt.authz import PublicScope
from fleetprompt.catalog.statements.listings import IS_PUBLISHED, OF_LIVE_PUBLISHER
from fleetprompt.store.statements import Bound, reading
from fleetprompt.store.tables import listings, publishers, stat_days


class InstallsRow(msgspec.Struct, frozen=True):
    """One day of a listing, counted from 1 January 1970; all null where nothing happened on any."""

    day: int | None
    install_intents: int | None
    redemptions: int | None


_DAY: Final = tuple_(stat_days.c.listing_id, stat_days.c.day)
_OF_THOSE_DAYS: Final = and_(
    tuple_(listings.c.id, bindparam("first_day", type_=Integer)) <= _DAY,
    tuple_(listings.c.id, bindparam("last_day", type_=Integer)) >= _DAY,
)
"""As a range of the table's key, so that the index of all listings by day is never read for one of them."""

_INSTALLS: Final = reading(
    "catalog.installs",
    select(stat_days.c.day, stat_days.c.install_intents, stat_days.c.redemptions)
    .select_from(listings.join(publishers, OF_LIVE_PUBLISHER).outerjoin(stat_days, _OF_THOSE_DAYS))
    .where(listings.c.id == bindparam("listing_id"), IS_PUBLISHED),
    InstallsRow,
)


def installs(_: PublicScope, listing_id: UUID, *, first_day: int, last_day: int) -> Bound[InstallsRow]:
    """A public listing's days on which something happened; no row at all where the listing is not public."""
    return _INSTALLS.bind(listing_id=listing_id, first_day=first_day, last_day=last_day)

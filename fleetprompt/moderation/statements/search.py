"""Searching all listings by their words, the newest first (spec 6.3, 8).

It runs on the connections of searches, which plan every execution for its own values: a filter that was not given is
NULL, and `NULL is null or …` is folded away.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    CTE,
    Boolean,
    ColumnElement,
    Integer,
    Select,
    Text,
    Uuid,
    bindparam,
    cast,
    func,
    literal,
    not_,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from fleetprompt.authz import AdminScope
from fleetprompt.enums import ListingStatus
from fleetprompt.moderation.statements.listings import WITH_PUBLISHER, AdminListingItemRow, listing_columns
from fleetprompt.search_text import TextQuery
from fleetprompt.store.statements import Bound, reading
from fleetprompt.store.tables import listings, publishers

WALKED_MAX: Final = 5_000
"""So many of the newest listings are looked through before an index is asked for every match."""

PUBLISHERS_MAX: Final = 200
"""Where more publishers have words of the text in their names, those with all of them count first, then the oldest."""

_FIRST_ID: Final = UUID(int=0)
_LAST_ID: Final = UUID(int=2**128 - 1)
_FETCH: Final[ColumnElement[int]] = bindparam("fetch", type_=Integer)


def _asked(name: str) -> ColumnElement[Any]:
    return cast(bindparam(name), TSQUERY)


def _holds(vector: ColumnElement[Any], query: ColumnElement[Any]) -> ColumnElement[bool]:
    return vector.bool_op("@@")(query)


def _chosen() -> list[ColumnElement[bool]]:
    """The filters, and the place behind which the page begins."""
    status, flagged = cast(bindparam("status"), Text), cast(bindparam("flagged"), Boolean)
    return [
        or_(status.is_(None), listings.c.status == status),
        or_(flagged.is_(None), listings.c.flagged == flagged),
        listings.c.id < bindparam("after_id"),
    ]


def _newest(query: Select[Any]) -> Select[Any]:
    return query.order_by(query.selected_columns.id.desc()).limit(_FETCH)


def _that_hold_it() -> Select[Any]:
    """What holds the words itself: found among the newest where it is common, else by the index of words.

    The planner cannot tell how common the beginning of a word is; so each way is fenced off from the other.
    """
    walked = (
        select(listings.c.id, listings.c.search_vector)
        .where(*_chosen())
        .order_by(listings.c.id.desc())
        .limit(WALKED_MAX)
        .subquery("walked")
    )
    found = _newest(select(walked.c.id).where(_holds(walked.c.search_vector, _asked("matching"))))
    at_once = found.cte("at_once").prefix_with("materialized")
    suffices = select(func.count()).select_from(at_once).scalar_subquery() == _FETCH
    every_one = select(listings.c.id).where(
        *_chosen(), _holds(listings.c.search_vector, _asked("matching")), not_(suffices)
    )
    by_index = every_one.cte("by_index").prefix_with("materialized")
    return _newest(select(union_all(select(at_once).where(suffices), select(by_index)).subquery("found")))


def _that_hold_it_with_their_publisher(holding: CTE) -> Select[Any]:
    """What holds the words together with its publisher's name, but nothing older than a page of `holding`."""
    is_full = select(func.count()).select_from(holding).scalar_subquery() == _FETCH
    oldest = select(holding.c.id).where(is_full).order_by(holding.c.id).limit(1).scalar_subquery()
    is_newer = listings.c.id >= func.coalesce(oldest, literal(_FIRST_ID, Uuid))
    has_all = _holds(publishers.c.search_vector, _asked("well_spelt"))
    named = (
        select(publishers.c.id, publishers.c.search_vector)
        .where(_holds(publishers.c.search_vector, _asked("in_publisher")))
        .order_by(has_all.desc(), publishers.c.id)
        .limit(PUBLISHERS_MAX)
        .subquery("named")
    )
    together = listings.c.search_vector.op("||")(named.c.search_vector)
    of_one = _newest(
        select(listings.c.id).where(
            listings.c.publisher_id == named.c.id, *_chosen(), is_newer, _holds(together, _asked("matching"))
        )
    ).lateral("of_one")
    return _newest(select(of_one.c.id).select_from(named.join(of_one, true())))


_HOLDING: Final = _that_hold_it().cte("holding")
_NAMED_SO: Final = _that_hold_it_with_their_publisher(_HOLDING).subquery("named_so")
_EITHER: Final = union_all(select(_HOLDING), select(_NAMED_SO)).subquery("either")
_PAGE: Final = _newest(select(_EITHER.c.id).distinct()).subquery("page")
_SEARCH: Final = reading(
    "moderation.search_listings",
    select(*listing_columns(AdminListingItemRow))
    .select_from(WITH_PUBLISHER.join(_PAGE, _PAGE.c.id == listings.c.id))
    .order_by(listings.c.id.desc()),
    AdminListingItemRow,
)


def search_page(
    _: AdminScope,
    text: TextQuery,
    *,
    status: ListingStatus | None,
    flagged: bool | None,
    after: UUID | None,
    fetch: int,
) -> Bound[AdminListingItemRow]:
    """Listings with the words of `text`, the newest first. after: the id of the last one seen."""
    return _SEARCH.bind(
        matching=text.matching,
        well_spelt=text.well_spelt,
        in_publisher=" | ".join(text.in_publisher) or None,
        status=None if status is None else status.value,
        flagged=flagged,
        after_id=after or _LAST_ID,
        fetch=fetch,
    )

"""Searching all listings by their words, the newest first (spec 6.3, 8): a statement for each choice of filters."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    CTE,
    ColumnElement,
    Integer,
    Select,
    Uuid,
    and_,
    bindparam,
    func,
    literal,
    not_,
    select,
    true,
    union_all,
)

from fleetprompt import ids
from fleetprompt.authz import AdminScope
from fleetprompt.moderation.statements.listings import (
    WITH_PUBLISHER,
    AdminListingItemRow,
    Filters,
    Shape,
    listing_columns,
)
from fleetprompt.search_text import TextQuery
from fleetprompt.store.statements import Bound, Statement, per_shape, reading
from fleetprompt.store.tables import listings, publishers
from fleetprompt.store.text_match import asked, holds

WALKED_MAX: Final = 5_000
"""So many of the newest listings are looked through before an index is asked for every match."""

PUBLISHERS_MAX: Final = 200
"""Where more publishers have words of the text in their names, those with all of them count first, then the oldest."""

_FETCH: Final[ColumnElement[int]] = bindparam("fetch", type_=Integer)


def _newest(query: Select[Any]) -> Select[Any]:
    return query.order_by(query.selected_columns.id.desc()).limit(_FETCH)


def _that_hold_it(wanted: ColumnElement[bool]) -> Select[Any]:
    """What holds the words itself: found among the newest where it is common, else by the index of words.

    The planner cannot tell how common the beginning of a word is; so each way is fenced off from the other.
    """
    walked = (
        select(listings.c.id, listings.c.search_vector)
        .where(wanted)
        .order_by(listings.c.id.desc())
        .limit(WALKED_MAX)
        .subquery("walked")
    )
    found = _newest(select(walked.c.id).where(holds(walked.c.search_vector, asked("matching"))))
    at_once = found.cte("at_once").prefix_with("materialized")
    suffices = select(func.count()).select_from(at_once).scalar_subquery() == _FETCH
    holds_it = holds(listings.c.search_vector, asked("matching"))
    every_one = select(listings.c.id).where(wanted, holds_it, not_(suffices))
    by_index = every_one.cte("by_index").prefix_with("materialized")
    return _newest(select(union_all(select(at_once).where(suffices), select(by_index)).subquery("found")))


def _that_hold_it_with_their_publisher(wanted: ColumnElement[bool], holding: CTE) -> Select[Any]:
    """What holds the words together with its publisher's name, but nothing older than a page of `holding`."""
    is_full = select(func.count()).select_from(holding).scalar_subquery() == _FETCH
    oldest = select(holding.c.id).where(is_full).order_by(holding.c.id).limit(1).scalar_subquery()
    is_newer = listings.c.id >= func.coalesce(oldest, literal(ids.FIRST, Uuid))
    has_all = holds(publishers.c.search_vector, asked("well_spelt"))
    named = (
        select(publishers.c.id, publishers.c.search_vector)
        .where(holds(publishers.c.search_vector, asked("in_publisher")))
        .order_by(has_all.desc(), publishers.c.id)
        .limit(PUBLISHERS_MAX)
        .subquery("named")
    )
    together = listings.c.search_vector.op("||")(named.c.search_vector)
    of_one = _newest(
        select(listings.c.id).where(
            listings.c.publisher_id == named.c.id, wanted, is_newer, holds(together, asked("matching"))
        )
    ).lateral("of_one")
    return _newest(select(of_one.c.id).select_from(named.join(of_one, true())))


@per_shape(examples=[{"shape": Shape()}, {"shape": Shape(by_publisher=True)}, {"shape": Shape(True, False, True)}])
def _search(*, shape: Shape) -> Statement[AdminListingItemRow]:
    wanted = and_(listings.c.id < bindparam("after_id"), *shape.conditions())
    holding = _that_hold_it(wanted).cte("holding")
    named_so = _that_hold_it_with_their_publisher(wanted, holding).subquery("named_so")
    either = union_all(select(holding), select(named_so)).subquery("either")
    page = _newest(select(either.c.id).distinct()).subquery("page")
    return reading(
        f"moderation.search_listings{shape.suffix}",
        select(*listing_columns(AdminListingItemRow))
        .select_from(WITH_PUBLISHER.join(page, page.c.id == listings.c.id))
        .order_by(listings.c.id.desc()),
        AdminListingItemRow,
    )


def search_page(
    _: AdminScope,
    text: TextQuery,
    filters: Filters,
    *,
    after_id: UUID,
    fetch: int,
) -> Bound[AdminListingItemRow]:
    """Listings with the words of `text`, the newest first."""
    return _search(shape=filters.shape).bind(
        **filters.values,
        matching=text.matching,
        well_spelt=text.well_spelt,
        in_publisher=" | ".join(text.in_publisher) or None,
        after_id=after_id,
        fetch=fetch,
    )

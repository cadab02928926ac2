"""Which listings a search finds: the filters, and the newest that hold its words, tags and categories (spec 6.3).

A filter that was not given is NULL, and `NULL is null or …` is folded away when a statement is planned: searches run on
connections that plan every execution for its own values.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    Subquery,
    Uuid,
    and_,
    bindparam,
    case,
    cast,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import TSQUERY, distinct_on

from fleetprompt.catalog.statements.listings import IS_PUBLISHED
from fleetprompt.store.tables import listings, publishers

PUBLISHERS_OF_ALL_WORDS_MAX: Final = 1_000
PUBLISHERS_OF_SOME_WORDS_MAX: Final = 200
"""Where more publishers have a search's words in their names, the listings of those who came first are searched."""

_FIRST_ID: Final = UUID(int=0)


def asked(name: str) -> ColumnElement[Any]:
    """The tsquery parameter `name`; NULL where nothing of that sort is asked for."""
    return cast(bindparam(name), TSQUERY)


def holds(vector: ColumnElement[Any], query: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a tsvector matches a tsquery."""
    return vector.bool_op("@@")(query)


def is_public() -> ColumnElement[bool]:
    """A published listing of a publisher who is not among the few suspended ones."""
    suspended = select(publishers.c.id).where(publishers.c.suspended_at_ms.is_not(None))
    return and_(IS_PUBLISHED, listings.c.publisher_id.not_in(suspended))


def is_chosen() -> ColumnElement[bool]:
    """A listing of the kind and the publisher that are asked for."""
    return and_(
        _is_absent_or_is("asset_kind", listings.c.asset_kind),
        _is_absent_or_is("publisher_id", listings.c.publisher_id),
    )


def _is_absent_or_is(name: str, column: ColumnElement[Any]) -> ColumnElement[bool]:
    given = bindparam(name, type_=column.type)
    return or_(given.is_(None), column == given)


def words_together(listing: Any, publisher: Any) -> ColumnElement[Any]:
    """A listing's words and those of its publisher's name."""
    together: ColumnElement[Any] = listing.search_vector.op("||")(publisher.search_vector)
    return together


def newest_matches(columns: Sequence[Any], condition: ColumnElement[bool], most: Any) -> Subquery:
    """The `most` newest listings that hold what is asked for, alone or together with their publisher's name.

    columns: the id among them. Each arm reads an index of its own and stops early, where an OR would look at every
    listing of every publisher so named; and where the first arm is full, the second looks at nothing older.
    """
    holds_it = holds(listings.c.search_vector, asked("matching"))
    alone = _newest(select(*columns).where(is_public(), condition, holds_it), listings.c.id, most).cte("alone")
    oldest = select(alone.c.id).order_by(alone.c.id).limit(1)
    is_full = select(func.count()).select_from(alone).scalar_subquery() == most
    floor = func.coalesce(oldest.where(is_full).scalar_subquery(), literal(_FIRST_ID, Uuid))
    named = _named_publishers()
    of_one = _matches_of(named, columns, and_(condition, listings.c.id >= floor), most)
    of_all = select(*of_one.c).select_from(named.join(of_one, true()))
    of_named = _newest(of_all, of_one.c.id, most).subquery("of_named")
    found = union_all(select(alone), select(of_named)).subquery("found")
    return _newest(select(found).ext(distinct_on(found.c.id)), found.c.id, most).subquery("matches")


def _newest(query: Select[Any], row_id: ColumnElement[Any], most: Any) -> Select[Any]:
    return query.order_by(row_id.desc()).limit(most)


def _named_publishers() -> Subquery:
    """Publishers with words of the text in their names: all of the words, or some."""
    has_all = holds(publishers.c.search_vector, asked("well_spelt"))
    has_some = and_(holds(publishers.c.search_vector, asked("in_publisher")), not_(has_all))
    arms = [
        select(publishers.c.id, publishers.c.search_vector, label.label("has_all_words"))
        .where(
            publishers.c.suspended_at_ms.is_(None),
            _is_absent_or_is("publisher_id", publishers.c.id),
            asked("in_publisher").is_not(None),
            condition,
        )
        .order_by(publishers.c.id)
        .limit(most)
        .subquery()
        for label, condition, most in (
            (true(), has_all, PUBLISHERS_OF_ALL_WORDS_MAX),
            (false(), has_some, PUBLISHERS_OF_SOME_WORDS_MAX),
        )
    ]
    return union_all(*map(select, arms)).subquery("named")


def _matches_of(named: Subquery, columns: Sequence[Any], condition: ColumnElement[bool], most: Any) -> FromClause:
    """The newest matches of one publisher: with all words in its name, only tags and categories are left to ask for."""
    narrowing = asked("narrowing")
    is_narrow = or_(narrowing.is_(None), holds(listings.c.search_vector, narrowing))
    holds_the_rest = holds(words_together(listings.c, named.c), asked("matching"))
    matches = select(*columns).where(
        IS_PUBLISHED,
        listings.c.publisher_id == named.c.id,
        condition,
        case((named.c.has_all_words, is_narrow), else_=holds_the_rest),
    )
    return _newest(matches, listings.c.id, most).lateral("of_one")

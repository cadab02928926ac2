"""Which listings a search finds: the filters, and the newest that hold its words, tags and categories (spec 6.3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Select,
    Subquery,
    Uuid,
    and_,
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
from sqlalchemy.dialects.postgresql import TSQUERY, distinct_on

from fleetprompt import ids
from fleetprompt.catalog.statements.listings import IS_PUBLISHED
from fleetprompt.store.tables import listings, publishers
from fleetprompt.store.text_match import asked, holds

WALKED_MAX: Final = 5_000
"""So many of the newest listings are looked through for a search before an index is asked for every match."""

PUBLISHERS_OF_ALL_WORDS_MAX: Final = 1_000
PUBLISHERS_OF_SOME_WORDS_MAX: Final = 200
"""Where more publishers have a search's words in their names, the listings of those who came first are searched."""


Behind: TypeAlias = Callable[[ColumnElement[Any]], ColumnElement[bool]]
Filters: TypeAlias = tuple[str, ...]
"""What a search is narrowed to beside words, tags and categories, by columns; each choice is another statement."""


def is_public() -> ColumnElement[bool]:
    """A published listing of a publisher who is not among the few suspended ones."""
    suspended = select(publishers.c.id).where(publishers.c.suspended_at_ms.is_not(None))
    return and_(IS_PUBLISHED, listings.c.publisher_id.not_in(suspended))


def is_chosen(filters: Filters) -> ColumnElement[bool]:
    """A listing of the kind and the publisher that are asked for."""
    return and_(true(), *(listings.c[name] == bindparam(name) for name in filters))


def words_together(listing: Any, publisher: Any) -> ColumnElement[Any]:
    """A listing's words and those of its publisher's name."""
    together: ColumnElement[Any] = listing.search_vector.op("||")(publisher.search_vector)
    return together


def newest_matches(filters: Filters, most: Any, *, is_behind: Behind = lambda _: true()) -> Subquery:
    """The ids of the `most` newest listings that hold what is asked for, alone or together with their publisher's name.

    is_behind: whether an id lies behind the place where the page begins. Where those that hold it alone are enough,
    publishers are looked through for nothing older.
    """
    condition = and_(is_chosen(filters), is_behind(listings.c.id))
    alone = _newest(_held_alone(filters, is_behind, most), most).cte("alone")
    oldest = select(alone.c.id).order_by(alone.c.id).limit(1)
    is_full = select(func.count()).select_from(alone).scalar_subquery() == most
    floor = func.coalesce(oldest.where(is_full).scalar_subquery(), literal(ids.FIRST, Uuid))
    is_newer = and_(condition, listings.c.id >= floor)
    arms = (
        select(alone),
        _of_each(_publishers_with_all_words(filters), lambda _: and_(is_newer, _is_narrow()), most),
        _of_each(_publishers_with_some_words(filters), lambda named: and_(is_newer, _holds_the_rest(named)), most),
    )
    found = union_all(*arms).subquery("found")
    return _newest(select(found.c.id).distinct(), most).subquery("matches")


def _newest(query: Select[Any], most: Any) -> Select[Any]:
    return query.order_by(query.selected_columns.id.desc()).limit(most)


def _held_alone(filters: Filters, is_behind: Behind, most: Any) -> Select[Any]:
    """Listings that hold all that is asked for: the newest as they come, or every one where those do not suffice.

    What is common is found at once among the newest, what is rare by the index of words. The planner cannot tell which
    is which, as it does not know how rare the beginning of a word is; so each way is fenced off from the other.
    """
    newest = (
        select(listings.c.id, listings.c.search_vector)
        .where(is_public(), is_chosen(filters), is_behind(listings.c.id))
        .order_by(listings.c.id.desc())
        .limit(WALKED_MAX)
        .subquery("newest")
    )
    found = _newest(select(newest.c.id).where(holds(newest.c.search_vector, asked("matching"))), most)
    at_once = found.cte("at_once").prefix_with("materialized")
    suffices = select(func.count()).select_from(at_once).scalar_subquery() == most
    is_asked = holds(listings.c.search_vector, asked("matching"))
    every_one = select(listings.c.id).where(is_public(), is_chosen(filters), is_asked, not_(suffices))
    by_index = every_one.cte("by_index").prefix_with("materialized")
    from_there = select(by_index).where(is_behind(by_index.c.id))
    return select(union_all(select(at_once).where(suffices), from_there).subquery("either"))


def _publishers(filters: Filters, *conditions: ColumnElement[bool], most: Any) -> Select[Any]:
    chosen = [publishers.c.id == bindparam("publisher_id")] if "publisher_id" in filters else []
    return (
        select(publishers.c.id, publishers.c.search_vector)
        .where(publishers.c.suspended_at_ms.is_(None), *chosen, *conditions)
        .order_by(publishers.c.id)
        .limit(most)
    )


def _publishers_with_all_words(filters: Filters) -> Subquery:
    has_all = holds(publishers.c.search_vector, asked("well_spelt"))
    return _publishers(filters, has_all, most=PUBLISHERS_OF_ALL_WORDS_MAX).subquery("with_all_words")


def _publishers_with_some_words(filters: Filters) -> Subquery:
    """So many for each word that a word which is common among publishers leaves room for a rare one.

    They are counted, because a limit that is a parameter tells the planner nothing; the constant one does.
    """
    each = func.unnest(cast(bindparam("in_publisher"), ARRAY(TSQUERY))).table_valued("word", name="each")
    words = each.render_derived()
    has_word = holds(publishers.c.search_vector, words.c.word)
    has_all = holds(publishers.c.search_vector, asked("well_spelt"))
    with_word = _publishers(filters, has_word, not_(has_all), most=PUBLISHERS_OF_SOME_WORDS_MAX)
    place = func.row_number().over(order_by=publishers.c.id).label("place")
    of_word = with_word.add_columns(place).lateral("of_word")
    found = select(of_word.c.id, of_word.c.search_vector).select_from(
        words.join(of_word, of_word.c.place <= bindparam("publishers_per_word"))
    )
    return found.ext(distinct_on(of_word.c.id)).order_by(of_word.c.id).subquery("with_some_words")


def _is_narrow() -> ColumnElement[bool]:
    """With all words in the publisher's name, only tags and categories are left to ask for."""
    narrowing = asked("narrowing")
    return or_(narrowing.is_(None), holds(listings.c.search_vector, narrowing))


def _holds_the_rest(named: Subquery) -> ColumnElement[bool]:
    return holds(words_together(listings.c, named.c), asked("matching"))


def _of_each(named: Subquery, condition: Callable[[Subquery], ColumnElement[bool]], most: Any) -> Select[Any]:
    """The newest of some publishers' listings that meet a condition, each publisher's read by index."""
    of_one = _newest(
        select(listings.c.id).where(IS_PUBLISHED, listings.c.publisher_id == named.c.id, condition(named)), most
    ).lateral("of_one")
    of_all = _newest(select(of_one.c.id).select_from(named.join(of_one, true())), most)
    return select(of_all.subquery("of_named"))

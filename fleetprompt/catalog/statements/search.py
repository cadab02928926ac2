"""Searching: one page of listings in one of four orders (spec 6.3, 8).

For each order and each choice of filters there is a statement that walks an index from end to end, and one that finds
what matches words, tags or categories: a plan for any values then reads what a plan for the given ones would. The first
page begins at a place in front of every row, so that it is no statement of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Integer,
    Subquery,
    Text,
    Uuid,
    bindparam,
    case,
    literal,
    select,
    tuple_,
    union,
)

from fleetprompt import ids
from fleetprompt.authz import PublicScope
from fleetprompt.catalog.statements.listings import ListingRow, listing_columns, with_company
from fleetprompt.catalog.statements.matches import (
    PUBLISHERS_OF_SOME_WORDS_MAX,
    Filters,
    is_chosen,
    is_public,
    newest_matches,
    words_together,
)
from fleetprompt.enums import AssetKind, ListingSort
from fleetprompt.search_text import TextQuery
from fleetprompt.store.statements import Bound, Statement, per_shape, reading
from fleetprompt.store.tables import listings, publishers
from fleetprompt.store.text_match import asked, holds

CANDIDATES_MAX: Final = 1_000

_START: Final[dict[ListingSort, tuple[Any, UUID]]] = {
    ListingSort.RELEVANCE: (2**31 - 1, ids.LAST),
    ListingSort.UPDATED: (2**63 - 1, ids.LAST),
    ListingSort.NEWEST: (0, ids.LAST),
    ListingSort.NAME: ("", ids.FIRST),
}
_KEY: Final[dict[ListingSort, tuple[ColumnElement[Any], Any]]] = {
    ListingSort.UPDATED: (listings.c.updated_at_ms, BigInteger),
    ListingSort.NEWEST: (literal(0), Integer),
    ListingSort.NAME: (listings.c.name_key, Text),
}
"""What listings are sorted by in front of their ids, which alone order the newest."""


class FoundRow(ListingRow, frozen=True):
    """A listing that was found, and the value that it is sorted by."""

    sort_key: int | str

    @property
    def place(self) -> tuple[int | str, str]:
        """Where it stands in the list."""
        return self.sort_key, str(self.id)


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked for.

    matching: the tsquery literal of the text, the tags and the categories together, narrowing: of the latter two; None
    where there are none. after: the place behind which the page begins.
    """

    sort: ListingSort
    text: TextQuery | None
    matching: str | None
    narrowing: str | None
    asset_kind: AssetKind | None
    publisher_id: UUID | None
    after: tuple[Any, UUID] | None
    fetch: int

    @property
    def chosen(self) -> dict[str, Any]:
        """The filters that are given, with their values."""
        kind = None if self.asset_kind is None else self.asset_kind.value
        filters = {"asset_kind": kind, "publisher_id": self.publisher_id}
        return {name: value for name, value in filters.items() if value is not None}


def _examples(sorts: Iterable[ListingSort]) -> list[dict[str, Any]]:
    """Each order, without a filter and with all of them."""
    return [{"sort": sort, "filters": filters} for sort in sorts for filters in ((), ("asset_kind", "publisher_id"))]


def _order(sort: ListingSort, key: ColumnElement[Any], row_id: ColumnElement[Any]) -> list[ColumnElement[Any]]:
    if sort is ListingSort.NEWEST:
        return [row_id.desc()]
    return [key, row_id] if sort is ListingSort.NAME else [key.desc(), row_id.desc()]


def _is_behind(sort: ListingSort, key: ColumnElement[Any], row_id: ColumnElement[Any]) -> ColumnElement[bool]:
    after_id = bindparam("after_id", type_=Uuid)
    if sort is ListingSort.NEWEST:
        return row_id < after_id
    key_type = Integer if sort is ListingSort.RELEVANCE else _KEY[sort][1]
    here, after = tuple_(key, row_id), tuple_(bindparam("after_key", type_=key_type), after_id)
    return here > after if sort is ListingSort.NAME else here < after


def _page(sort: ListingSort, source: FromClause, key: ColumnElement[Any], *conditions: ColumnElement[bool]) -> Subquery:
    """The ids of one page, and what they are sorted by. source: holds the listings."""
    return (
        select(listings.c.id, key.label("sort_key"))
        .select_from(source)
        .where(*conditions, _is_behind(sort, key, listings.c.id))
        .order_by(*_order(sort, key, listings.c.id))
        .limit(bindparam("fetch"))
        .subquery("page")
    )


def _shown(name: str, sort: ListingSort, filters: Filters, page: Subquery) -> Statement[FoundRow]:
    return reading(
        ".".join(("catalog", name, sort, *filters)),
        select(*listing_columns(), page.c.sort_key)
        .select_from(with_company(page.join(listings, listings.c.id == page.c.id)))
        .order_by(*_order(sort, page.c.sort_key, page.c.id)),
        FoundRow,
    )


@per_shape(examples=_examples(_KEY))
def _walk(*, sort: ListingSort, filters: Filters) -> Statement[FoundRow]:
    """Everything, in the order of an index."""
    page = _page(sort, listings, _KEY[sort][0], is_public(), is_chosen(filters))
    return _shown("walk", sort, filters, page)


@per_shape(examples=_examples(ListingSort))
def _match(*, sort: ListingSort, filters: Filters) -> Statement[FoundRow]:
    """What matches: all of it by the newest, the newest thousand by name or last update, the best by relevance."""
    if sort is ListingSort.RELEVANCE:
        return _match_by_relevance(filters)
    key, _ = _KEY[sort]
    if sort is ListingSort.NEWEST:
        matches = newest_matches(filters, bindparam("fetch"), is_behind=partial(_is_behind, sort, key))
    else:
        matches = newest_matches(filters, CANDIDATES_MAX)
    return _shown("match", sort, filters, _page(sort, _those(matches), key))


def _those(found: Subquery) -> FromClause:
    return found.join(listings, listings.c.id == found.c.id)


def _match_by_relevance(filters: Filters) -> Statement[FoundRow]:
    """The listings of the very name and the newest thousand that match, the best first."""
    name = bindparam("name_key", type_=Text)
    namesakes = (
        select(listings.c.id)
        .where(
            is_public(),
            is_chosen(filters),
            listings.c.name_key == name,
            holds(listings.c.search_vector, asked("matching")),
        )
        .order_by(listings.c.id.desc())
        .limit(CANDIDATES_MAX)
        .subquery("namesakes")
    )
    matches = newest_matches(filters, CANDIDATES_MAX)
    candidates = union(select(namesakes), select(matches)).subquery("candidates")
    page = _page(ListingSort.RELEVANCE, _those(candidates), _relevance(name))
    return _shown("match", ListingSort.RELEVANCE, filters, page)


def _relevance(name: ColumnElement[Any]) -> ColumnElement[int]:
    """4 the very name, 3 every word in the name, 2 as its beginnings, 1 well spelt elsewhere, 0 misspelt."""
    its_publisher = publishers.alias("its_publisher")
    everywhere = select(words_together(listings.c, its_publisher.c)).where(
        its_publisher.c.id == listings.c.publisher_id
    )
    return case(
        (listings.c.name_key == name, 4),
        (holds(listings.c.search_vector, asked("name_holds")), 3),
        (holds(listings.c.search_vector, asked("name_begins")), 2),
        (holds(everywhere.scalar_subquery(), asked("well_spelt")), 1),
        else_=0,
    )


def search_page(_: PublicScope, wanted: Search) -> Bound[FoundRow]:
    """One page of what is looked for. Ordered by relevance it needs a text."""
    after_key, after_id = wanted.after or _START[wanted.sort]
    values = {**wanted.chosen, "after_id": after_id, "fetch": wanted.fetch}
    filters = tuple(wanted.chosen)
    if wanted.sort is not ListingSort.NEWEST:
        values["after_key"] = after_key
    if wanted.matching is None:
        return _walk(sort=wanted.sort, filters=filters).bind(**values)
    text = wanted.text
    in_publisher = [] if text is None else list(text.in_publisher)
    values |= {
        "matching": wanted.matching,
        "narrowing": wanted.narrowing,
        "well_spelt": None if text is None else text.well_spelt,
        "in_publisher": in_publisher,
        "publishers_per_word": max(1, PUBLISHERS_OF_SOME_WORDS_MAX // max(1, len(in_publisher))),
    }
    if text is not None and wanted.sort is ListingSort.RELEVANCE:
        values |= {"name_key": text.name_key, "name_holds": text.name_holds, "name_begins": text.name_begins}
    return _match(sort=wanted.sort, filters=filters).bind(**values)

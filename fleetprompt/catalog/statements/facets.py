"""What published listings are counted by: totals kept by the folding job, corrected by what is not in them yet.

A listing's own verbs append deltas. A suspended publisher's listings stay as they are, so they are counted and taken
away: they are few, and found by index.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    CTE,
    Integer,
    Select,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    delete,
    func,
    literal,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.dialects import postgresql

from fleetprompt.authz import PublicScope
from fleetprompt.catalog.rules import FacetCounted, FacetDelta
from fleetprompt.catalog.statements.listings import IS_PUBLISHED
from fleetprompt.enums import AssetKind
from fleetprompt.listings.model import Facet
from fleetprompt.store.statements import Bound, changing, inserting, reading
from fleetprompt.store.tables import facet_counts, facet_deltas, listings, publishers

SHOWN_MAX: Final = {Facet.ASSET_KIND: len(AssetKind), Facet.CATEGORY: 100, Facet.TAG: 50}
"""How many values of each are shown, the most frequent ones."""


def _hidden(facet: Facet, value: Any) -> Select[Any]:
    return (
        select(literal(facet.value, Text).label("facet"), value.label("value"), literal(-1).label("listings"))
        .select_from(publishers.join(listings, and_(listings.c.publisher_id == publishers.c.id, IS_PUBLISHED)))
        .where(publishers.c.suspended_at_ms.is_not(None))
    )


def _corrections() -> CTE:
    """What the totals are off by, for the few values where they are."""
    each = union_all(
        select(facet_deltas.c.facet, facet_deltas.c.value, facet_deltas.c.listings),
        _hidden(Facet.ASSET_KIND, listings.c.asset_kind),
        _hidden(Facet.CATEGORY, func.unnest(listings.c.categories)),
        _hidden(Facet.TAG, func.unnest(listings.c.tags)),
    ).subquery("each")
    summed = func.sum(each.c.listings).label("listings")
    return select(each.c.facet, each.c.value, summed).group_by(each.c.facet, each.c.value).cte("corrections")


def _top(facet: Facet, corrections: CTE) -> Select[Any]:
    """The most frequent values of one facet: among those that are right as they are, and those that are corrected."""
    most = SHOWN_MAX[facet]
    corrected = select(corrections.c.value).where(corrections.c.facet == facet.value)
    right = (
        select(facet_counts.c.facet, facet_counts.c.value, facet_counts.c.listings)
        .where(facet_counts.c.facet == facet.value, facet_counts.c.value.not_in(corrected))
        .order_by(facet_counts.c.listings.desc(), facet_counts.c.value)
        .limit(most)
        .subquery()
    )
    counted = func.coalesce(facet_counts.c.listings, 0) + corrections.c.listings
    is_same = and_(facet_counts.c.facet == corrections.c.facet, facet_counts.c.value == corrections.c.value)
    put_right = (
        select(corrections.c.facet, corrections.c.value, counted.label("listings"))
        .select_from(corrections.outerjoin(facet_counts, is_same))
        .where(corrections.c.facet == facet.value)
    )
    both = union_all(select(right), put_right).subquery()
    return select(both).where(both.c.listings > 0).order_by(both.c.listings.desc(), both.c.value).limit(most)


def _facets() -> Select[Any]:
    corrections = _corrections()
    tops = union_all(*(select(_top(facet, corrections).subquery()) for facet in SHOWN_MAX)).subquery("tops")
    return select(tops.c.facet, tops.c.value, tops.c.listings).order_by(
        tops.c.facet, tops.c.listings.desc(), tops.c.value
    )


_FACETS: Final = reading("catalog.facets", _facets(), FacetCounted)


def facets(_: PublicScope) -> Bound[FacetCounted]:
    """The most frequent values of each facet, as they are at this instant."""
    return _FACETS.bind()


_DELTAS: Final = reading(
    "catalog.facet_deltas",
    select(facet_deltas.c.id, facet_deltas.c.facet, facet_deltas.c.value, facet_deltas.c.listings)
    .order_by(facet_deltas.c.id)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True),
    FacetDelta,
)


def unfolded(limit: int) -> Bound[FacetDelta]:
    """Deltas that are not folded yet, locked; what another process works on is left to it."""
    return _DELTAS.bind(limit=limit)


def _array(name: str, of: Any) -> Any:
    return bindparam(name, type_=ARRAY(of))


_ADDED: Final = (
    func.unnest(_array("facets", Text), _array("values", Text), _array("sums", Integer))
    .table_valued("facet", "value", "listings", name="added")
    .render_derived()
)
_ADD: Final = postgresql.insert(facet_counts).from_select(
    ["facet", "value", "listings"], select(_ADDED.c.facet, _ADDED.c.value, _ADDED.c.listings)
)
_ADD_COUNTS: Final = inserting(
    "catalog.add_facet_counts",
    _ADD.on_conflict_do_update(
        index_elements=[facet_counts.c.facet, facet_counts.c.value],
        set_={"listings": facet_counts.c.listings + _ADD.excluded.listings},
    ),
)


def add_counts(sums: Sequence[FacetCounted]) -> Bound[Any]:
    """Add one sum for each value."""
    return _ADD_COUNTS.bind(
        facets=[each.facet for each in sums],
        values=[each.value for each in sums],
        sums=[each.listings for each in sums],
    )


_NAMED: Final = (
    func.unnest(_array("facets", Text), _array("values", Text))
    .table_valued("facet", "value", name="named")
    .render_derived()
)
_DROP_ZEROS: Final = changing(
    "catalog.drop_zero_facet_counts",
    delete(facet_counts).where(
        facet_counts.c.listings == 0,
        tuple_(facet_counts.c.facet, facet_counts.c.value).in_(select(_NAMED.c.facet, _NAMED.c.value)),
    ),
    rows=None,
)


def drop_zeros(sums: Sequence[FacetCounted]) -> Bound[Any]:
    """Forget those of these values that no listing has any more."""
    return _DROP_ZEROS.bind(facets=[each.facet for each in sums], values=[each.value for each in sums])


_DELETE: Final = changing(
    "catalog.delete_facet_deltas",
    delete(facet_deltas).where(facet_deltas.c.id == any_(_array("ids", Uuid))),
    rows=func.cardinality(_array("ids", Uuid)),
)


def delete_deltas(folded: Sequence[FacetDelta]) -> Bound[Any]:
    """Take away what was folded."""
    return _DELETE.bind(ids=[each.id for each in folded])

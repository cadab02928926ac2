"""Pure decisions of the catalog."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from uuid import UUID

import msgspec


class FacetCounted(msgspec.Struct, frozen=True):
    """How many published listings have a value of a facet, or how many more have it."""

    facet: str
    value: str
    listings: int


class FacetDelta(msgspec.Struct, frozen=True):
    """How many more published listings have a value (fewer where negative) than the totals say."""

    id: UUID
    facet: str
    value: str
    listings: int


def sums_by_value(deltas: Iterable[FacetDelta]) -> list[FacetCounted]:
    """One sum for each value, those of nothing left out, in the one order in which every process changes totals."""
    sums: Counter[tuple[str, str]] = Counter()
    for delta in deltas:
        sums[delta.facet, delta.value] += delta.listings
    return [FacetCounted(facet, value, summed) for (facet, value), summed in sorted(sums.items()) if summed]

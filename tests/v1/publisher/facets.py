"""What the facets count, from the changes that were appended: nothing folds them while these tests run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.databases import Database

FacetCounts = Counter[tuple[str, str]]


def _counts(database: Database) -> FacetCounts:
    appended = database.rows("select facet, value, sum(listings) from facet_deltas group by facet, value")
    return Counter({(facet, value): int(listings) for facet, value, listings in appended})


@contextmanager
def facet_changes(database: Database) -> Iterator[dict[tuple[str, str], int]]:
    """By facet and value, how many more listings (fewer where negative) it counts after the block."""
    changed: dict[tuple[str, str], int] = {}
    before = _counts(database)
    yield changed
    after = _counts(database)
    changed.update({key: after[key] - before[key] for key in before | after if after[key] != before[key]})

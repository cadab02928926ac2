"""Every list and every lookup is served by an index, among 100 000 listings (spec 8).

This walks all statements there are, so that none is forgotten, and has them planned as the product's connections do:
for the values at hand and, where PostgreSQL may come to prefer that, for any values. How many rows the searches of the
catalog read is counted in `tests/catalog/test_plans.py`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import fleetprompt.app
from fleetprompt.store.statements import named_statements
from tests.support.databases import Database
from tests.support.plans import Node, Plan, modes_of, planned

assert fleetprompt.app.ROUTES, "loading the application loads every statement"

FEW_ROWS = frozenset({"alembic_version", "instance", "job_runs", "key_versions", "partner_keys", "facet_deltas"})
"""Tables that stay small, and may be read from end to end."""

FEW_OF_MANY = frozenset({"publishers_suspended_ix", "processes_pkey"})
"""Indexes that hold few rows, and may be read from end to end."""

ASKED_ONCE = frozenset({"accounts.api_keys.live", "accounts.api_keys.of_version", "accounts.admins"})
"""What an operator asks for once, after a restore or a leak: every key or every admin that there is."""

BOUNDED_SORTS = {
    "installs.count_totals": "the listings of one batch, each with its last thirty days",
    **dict.fromkeys(
        (
            "accounts.capable_user",
            "accounts.credentials",
            "accounts.profile_standing",
            "accounts.whole_account",
        ),
        "one user's own sessions and keys, locked in the order of their ids",
    ),
    "listings.stats": "one listing's days, ninety at most, and what is not yet folded",
    **dict.fromkeys(
        (
            "moderation.search_listings",
            "moderation.search_listings.by_publisher",
            "moderation.search_listings.by_status.flagged",
        ),
        "what was found by the index of words; limits keep no more than a page, and no more than 200 publishers",
    ),
    **{
        name: "how many rows a search or the facets read is counted in tests/catalog/test_plans.py"
        for name in named_statements()
        if name.startswith(("catalog.match.", "catalog.walk.", "catalog.facets"))
    },
}
"""Statements that sort what has no limit below it, and why that is never much."""

_STREAMING = frozenset({"Append", "Index Only Scan", "Index Scan", "LockRows", "Merge Append", "Nested Loop", "Result"})
_STREAMING |= {"Subquery Scan"}


@pytest.mark.parametrize("name", named_statements())
def test_a_statement_reads_by_index_and_sorts_only_what_is_bounded(name: str, market_of_100_000: Database) -> None:
    statement = named_statements()[name]
    for generic in modes_of(statement):
        plan = planned(market_of_100_000, statement, generic=generic)
        assert plan.whole_tables() <= FEW_ROWS
        assert name in ASKED_ONCE or [*_whole_indexes(plan)] == [], "an index is read from end to end"
        assert name in BOUNDED_SORTS or [*_unbounded_sorts(plan)] == []


def test_no_exception_is_made_for_what_is_not_there() -> None:
    assert BOUNDED_SORTS.keys() <= named_statements().keys()


def _whole_indexes(plan: Plan) -> Iterator[str]:
    """The indexes that are read without a condition, and not in their order up to a limit."""
    for node in plan.nodes:
        is_whole = node.kind in {"Index Scan", "Index Only Scan", "Bitmap Index Scan"} and "Index Cond" not in node.raw
        is_small = node.relation in FEW_ROWS or node.raw.get("Index Name") in FEW_OF_MANY
        if is_whole and not is_small and not _is_cut_off(node):
            yield str(node.raw["Index Name"])


def _is_cut_off(node: Node) -> bool:
    """Whether a limit above ends the reading: everything between hands its rows on as they come."""
    parent = node.parent
    if parent is None or parent.kind == "Limit":
        return parent is not None
    return (
        parent.kind in _STREAMING and (parent.kind != "Nested Loop" or parent.inner[0] is node) and _is_cut_off(parent)
    )


def _unbounded_sorts(plan: Plan) -> Iterator[str]:
    for node in plan.nodes:
        if node.kind in {"Sort", "Incremental Sort"} and not _is_bounded(node):
            yield str(node.raw["Sort Key"])


def _is_bounded(node: Node) -> bool:
    """Whether no more rows come out than a limit, one row of a unique index, or a few constants allow."""
    if node.kind in {"Limit", "Result", "Function Scan"} or (node.kind == "Aggregate" and "Group Key" not in node.raw):
        return True
    if "Index Name" in node.raw:
        return node.relation in FEW_ROWS or node.raw["Plan Rows"] == 1
    if node.raw.get("Relation Name") in FEW_ROWS:
        return True
    return bool(node.inner) and all(_is_bounded(each) for each in node.inner)

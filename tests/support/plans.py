"""How PostgreSQL carries out a statement, and what must hold of that whatever the numbers are (spec 8)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from psycopg import sql

from fleetprompt.store.db import PLANNING
from fleetprompt.store.statements import Bound
from tests.support.databases import Database

_PLACEHOLDER = re.compile(r"%\((\w+)\)s|%%")
_SORTS = frozenset({"Sort", "Incremental Sort"})
_READS = frozenset({"Seq Scan", "Index Scan", "Index Only Scan", "Bitmap Heap Scan"})


@dataclass(frozen=True)
class Case:
    """A statement as it is sent, and what its plan may look like.

    bound: with its parameters. indexes: those of which at least one is read, by name. rows_read_max: how many rows all
    its scans together may look at. scanned: tables that may be read from end to end, because all of them is wanted.
    """

    bound: Bound[Any]
    indexes: frozenset[str]
    rows_read_max: int
    scanned: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Node:
    """One node of a plan that was executed."""

    raw: dict[str, Any]
    parent: Node | None
    inner: list[Node] = field(default_factory=list)

    @property
    def kind(self) -> str:
        return str(self.raw["Node Type"])

    @property
    def rows_read(self) -> int:
        """How many rows it looked at, those included that it did not take."""
        removed = self.raw.get("Rows Removed by Filter", 0) + self.raw.get("Rows Removed by Index Recheck", 0)
        rows: float = (self.raw["Actual Rows"] + removed) * self.raw["Actual Loops"]
        return round(rows)

    def walk(self) -> Iterator[Node]:
        yield self
        for node in self.inner:
            yield from node.walk()


@dataclass(frozen=True)
class Plan:
    """A plan that was executed. milliseconds: for whoever looks at the tests' output; nothing depends on it."""

    root: Node
    milliseconds: float

    @property
    def nodes(self) -> list[Node]:
        return list(self.root.walk())

    @property
    def indexes(self) -> set[str]:
        return {node.raw["Index Name"] for node in self.nodes if "Index Name" in node.raw}

    @property
    def rows_read(self) -> int:
        return sum(node.rows_read for node in self.nodes if node.kind in _READS)

    def whole_tables(self) -> set[str]:
        """The tables that are read from end to end."""
        return {node.raw["Relation Name"] for node in self.nodes if node.kind == "Seq Scan"}

    def unbounded_sorts(self, rows_max: int) -> list[str]:
        """The sorts that had more than `rows_max` rows to keep: a sort below a limit keeps no more than that takes."""
        return [
            str(node.raw["Sort Key"])
            for node in self.nodes
            if node.kind in _SORTS
            and not (node.parent is not None and node.parent.kind == "Limit")
            and node.raw["Actual Rows"] > rows_max
        ]


def _node(raw: dict[str, Any], parent: Node | None = None) -> Node:
    node = Node(raw, parent)
    node.inner.extend(_node(inner, node) for inner in raw.get("Plans", ()))
    return node


def explain(database: Database, case: Case) -> Plan:
    """Execute a case as the serving role, planned as the product's connections have it planned, and return its plan."""
    names: list[str] = []

    def numbered(found: re.Match[str]) -> str:
        if found[1] is None:
            return "%"
        if found[1] not in names:
            names.append(found[1])
        return f"${names.index(found[1]) + 1}"

    text = _PLACEHOLDER.sub(numbered, case.bound.statement.sql)
    values = sql.SQL(", ").join(sql.Literal(case.bound.values[name]) for name in names)
    execute = sql.SQL("execute tried({})").format(values) if names else sql.SQL("execute tried")
    with database.as_serving() as connection:
        for option in PLANNING.items():
            connection.execute("select set_config(%s, %s, false)", option)
        connection.execute(f"prepare tried as {text}".encode())
        ((found,),) = connection.execute(sql.SQL("explain (analyze, format json) {}").format(execute)).fetchall()
    (explained,) = json.loads(found) if isinstance(found, str) else found
    return Plan(_node(explained["Plan"]), explained["Execution Time"])


def assert_sound(plan: Plan, case: Case) -> None:
    """No whole table is read, nothing unbounded is sorted, an index serves it, and few rows are looked at."""
    assert plan.whole_tables() <= case.scanned
    assert plan.unbounded_sorts(rows_max=2_001) == []
    assert not case.indexes or plan.indexes & case.indexes, plan.indexes
    assert plan.rows_read <= case.rows_read_max, f"{plan.rows_read} rows were read"

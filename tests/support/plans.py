"""How PostgreSQL carries out a statement, and what must hold of that whatever the numbers are (spec 8)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from psycopg import sql

from fleetprompt.store.pools import PLANNING, SEARCH_PLANNING
from fleetprompt.store.statements import Bound, Statement
from tests.support.databases import Database
from tests.support.large_market import BUSY_LISTING, BUSY_PUBLISHER, START_MS, listing_id, publisher_id
from tests.support.market_traffic import FIRST_BUYER

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
    def relation(self) -> str | None:
        """The table that it reads, also where it only looks into its index."""
        found = self.raw.get("Relation Name")
        if found is None and self.kind == "Bitmap Index Scan" and self.parent is not None:
            return self.parent.relation
        return found

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


def explain(database: Database, case: Case, *, generic: bool = True) -> Plan:
    """Execute a case as the serving role, and return its plan."""
    bound = case.bound
    return _explained(database, bound.statement, "analyze, format json", lambda name, _: bound.values[name], generic)


def planned(database: Database, statement: Statement[Any], *, generic: bool) -> Plan:
    """The plan of a statement for values that stand for all, without executing it."""
    return _explained(database, statement, "format json", sample, generic)


def is_search(statement: Statement[Any]) -> bool:
    """Whether it is sent on the searches' own connections, where every plan is one for any values."""
    return statement.name.startswith(("catalog.match.", "catalog.walk.", "moderation.search_listings"))


def modes_of(statement: Statement[Any]) -> list[bool]:
    """Whether it is planned for any values (True), for those at hand (False), or either.

    A plan for any values must guess a limit that is a parameter, at so much that PostgreSQL does not come to prefer it.
    """
    if is_search(statement):
        return [True]
    return [False] if "LIMIT %(" in statement.sql else [False, True]


def sample(name: str, kind: str) -> Any:
    """A value for the parameter `name` of a PostgreSQL type, such as a caller would send."""
    if name in {"fetch", "limit"}:
        return 201
    if kind == "uuid":
        is_person = any(part in name for part in ("user", "buyer", "actor", "reporter"))
        if "publisher" in name:
            return publisher_id(BUSY_PUBLISHER)
        return publisher_id(FIRST_BUYER) if is_person else listing_id(BUSY_LISTING)
    samples = {"text": "published", "character varying": "published", "bigint": START_MS, "integer": 1, "boolean": True}
    return samples.get(kind)


def _explained(
    database: Database, statement: Statement[Any], options: str, value_of: Callable[[str, str], Any], generic: bool
) -> Plan:
    """As the product's connections have it planned; generic: for any values, else for the ones that are given."""
    mode = "force_generic_plan" if generic else "force_custom_plan"
    planning = SEARCH_PLANNING if is_search(statement) else {**PLANNING, "plan_cache_mode": mode}
    names: list[str] = []

    def numbered(found: re.Match[str]) -> str:
        if found[1] is None:
            return "%"
        if found[1] not in names:
            names.append(found[1])
        return f"${names.index(found[1]) + 1}"

    text = _PLACEHOLDER.sub(numbered, statement.sql)
    with database.as_serving() as connection:
        for option in planning.items():
            connection.execute("select set_config(%s, %s, false)", option)
        connection.execute(f"prepare tried as {text}".encode())
        ((kinds,),) = connection.execute("select parameter_types::text[] from pg_prepared_statements").fetchall()
        values = sql.SQL(", ").join(sql.Literal(value_of(*each)) for each in zip(names, kinds, strict=True))
        execute = sql.SQL("execute tried({})").format(values) if names else sql.SQL("execute tried")
        ((found,),) = connection.execute(b"explain (" + options.encode() + b") " + execute.as_bytes()).fetchall()
    (explained,) = json.loads(found) if isinstance(found, str) else found
    return Plan(_node(explained["Plan"]), explained.get("Execution Time", 0))


def assert_sound(plan: Plan, case: Case) -> None:
    """No whole table is read, nothing unbounded is sorted, an index serves it, and few rows are looked at."""
    assert plan.whole_tables() <= case.scanned
    assert plan.unbounded_sorts(rows_max=2_001) == []
    assert not case.indexes or plan.indexes & case.indexes, plan.indexes
    assert plan.rows_read <= case.rows_read_max, f"{plan.rows_read} rows were read"

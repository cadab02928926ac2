"""What each mutation may read and change, and which pairs of them meet on a row, as its code and its SQL say."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import FunctionType, ModuleType
from typing import Any, Final

from sqlalchemy import UniqueConstraint

from fleetprompt.runtime.operations import REGISTRY, Kind, Operation
from fleetprompt.store import statements
from fleetprompt.store.statements import Statement
from fleetprompt.store.tables import metadata

INTRODUCTION: Final = """\
# What mutations read and change

Generated from the code and the SQL of each mutation by `make contracts`; the tests compare it. It leaves out what `run`
adds to every one: the ledger, the audit log and the nonces, which are written under unique keys, and who calls, which
a statement of its own decides before. A mutation for which the caller's own standing is decisive reads it again, in its
snapshot. Everything here is what a mutation *may* touch; which of it one call touches depends on the call.

Isolation is REPEATABLE READ: whoever changes or removes a row that another has changed since she read it runs again on
what the other left. A table in **bold** is changed on a condition beside the row's id besides: the columns in brackets
must hold what was read, so that the change is right at any isolation level and on a distributed engine too.
"""
PAIRS: Final = """\
## Pairs

Two mutations, or two calls of one, *meet* where both may change rows of one table: on the same row, one of them runs
again. They meet *under a key* where both insert into a table that has a unique key beside its id, such as an e-mail or
a version: 23505 runs one of them again, and the rerun decides. One *takes note* of another where it reads a table that
the other changes and they meet nowhere: it acts by its snapshot, as if it had run first, which is a lawful order
because the other decides by nothing that it changes. A pair that is in no column shares nothing that changes.
"""

KEYED: Final = {
    name
    for name, table in metadata.tables.items()
    if any(index.unique for index in table.indexes)
    or any(isinstance(constraint, UniqueConstraint) for constraint in table.constraints)
}
"""Tables with a unique key beside the primary one."""

_CHANGE: Final = re.compile(r"UPDATE (\w+) SET (.*?)(?:\sWHERE (.*?))?(?:\sRETURNING|$)", re.DOTALL)
_INSERT: Final = re.compile(r"INSERT INTO (\w+)")
_DELETE: Final = re.compile(r"DELETE FROM (\w+)")
_READ: Final = re.compile(r"(?:FROM|JOIN|,)\s+(\w+)")


@dataclass
class Touched:
    """Tables by what a mutation may do with their rows; for a change, the columns that it is conditional on."""

    reads: set[str] = field(default_factory=set)
    changes: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    inserts: set[str] = field(default_factory=set)
    deletes: set[str] = field(default_factory=set)

    def add(self, statement: Statement[Any]) -> None:
        """Take in what one statement does."""
        sql = statement.sql
        for table, _, condition in _CHANGE.findall(sql):
            compared = set(re.findall(rf"\b{table}\.(\w+)", condition))
            self.changes[table] |= compared
        self.inserts |= set(_INSERT.findall(sql))
        self.deletes |= set(_DELETE.findall(sql))
        if statement.row is not None:
            self.reads |= set(_READ.findall(sql)) & metadata.tables.keys()

    @property
    def written(self) -> set[str]:
        """Tables of which rows that were there before are changed or removed."""
        return {*self.changes, *self.deletes}


def isolation() -> bytes:
    """The tables of markdown: every mutation, then for each one the others that it meets or takes note of."""
    touched = {
        name: touched_by(operation) for name, operation in sorted(REGISTRY.items()) if operation.kind is Kind.MUTATION
    }
    lines = [INTRODUCTION, *_table(["mutation", "reads", "changes", "inserts", "removes"])]
    lines += [
        _line([f"`{name}`", _names(each.reads), _changes(each), _names(each.inserts), _names(each.deletes)])
        for name, each in touched.items()
    ]
    lines += ["", PAIRS, *_table(["mutation", "meets", "under a key", "takes note of"])]
    for name, each in touched.items():
        meets = {other for other, theirs in touched.items() if each.written & theirs.written}
        keyed = {other for other, theirs in touched.items() if each.inserts & theirs.inserts & KEYED}
        notes = {other for other, theirs in touched.items() if each.reads & theirs.written} - meets
        lines.append(_line([f"`{name}`", _names(meets), _names(keyed), _names(notes)]))
    return "\n".join([*lines, ""]).encode()


def touched_by(operation: Operation) -> Touched:
    """What the statements do that an operation's functions can reach."""
    touched = Touched()
    for function in (operation.function, operation.prepare):
        if function is not None:
            for statement in _reachable(function, set()):
                touched.add(statement)
    return touched


def _reachable(function: Callable[..., Any], seen: set[int]) -> Iterator[Statement[Any]]:
    """The statements that a function names, itself or through functions of the project that it names."""
    if not isinstance(function, FunctionType) or id(function) in seen:
        return
    seen.add(id(function))
    for named in _named_in(function):
        if isinstance(named, FunctionType) and named.__module__.startswith("fleetprompt."):
            yield from _reachable(named, seen)
        else:
            yield from _held_by(named)


def _named_in(function: FunctionType) -> Iterator[Any]:
    """Global values that a function's code names, and those that it names as attributes of a module."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield function.__globals__.get(node.id)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            module = function.__globals__.get(node.value.id)
            if isinstance(module, ModuleType) and module.__name__.startswith("fleetprompt."):
                yield getattr(module, node.attr, None)


def _held_by(named: Any) -> list[Statement[Any]]:
    """The statement that a global value is, those that it composes, or those that it holds."""
    if isinstance(named, Statement):
        return [named]
    if shaped := [example() for example in statements.shapes() if example.func is named]:
        return shaped
    if isinstance(named, ModuleType | type):
        return []
    return [value for value in getattr(named, "__dict__", {}).values() if isinstance(value, Statement)]


def _table(headings: list[str]) -> list[str]:
    return [_line(headings), _line(["---"] * len(headings))]


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _names(names: set[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names)) or "–"


def _changes(touched: Touched) -> str:
    return ", ".join(_change(table, touched.changes[table]) for table in sorted(touched.changes)) or "–"


def _change(table: str, compared: set[str]) -> str:
    guards = sorted(compared - {"id"})
    return f"**{table}** ({', '.join(guards)})" if guards else table

"""Named statements: SQLAlchemy Core composes them, each is compiled once, psycopg executes the text (spec 2.6)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any, Final, Generic, ParamSpec, TypeVar

import msgspec
from psycopg.types.json import Jsonb
from sqlalchemy import (
    BigInteger,
    BindParameter,
    ClauseElement,
    ColumnElement,
    FromClause,
    bindparam,
    cast,
    func,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql.psycopg import PGCompiler_psycopg
from sqlalchemy.engine import make_url
from sqlalchemy.sql import Select
from sqlalchemy.sql.dml import Delete, Insert, Update

Row = TypeVar("Row")
Shape = ParamSpec("Shape")


class _Compiler(PGCompiler_psycopg):
    """Writes constants into the text: as parameters they would hide from a plan for any values what an index serves."""

    def visit_bindparam(self, bindparam: BindParameter[Any], *args: Any, **options: Any) -> str:
        """A parameter that is still to be given, or the constant itself."""
        compiler: Any = super()
        options["literal_binds"] = not bindparam.required
        text: str = compiler.visit_bindparam(bindparam, *args, **options)
        return text


_DIALECT: Final = make_url("postgresql+psycopg://").get_dialect()()
_DIALECT.statement_compiler = _Compiler

DATABASE_NOW_MS: Final = cast(func.extract("epoch", func.statement_timestamp()) * 1000, BigInteger)
"""The database's own time in epoch ms, the same wherever a statement asks."""

REGISTRY: Final[dict[str, Statement[Any]]] = {}
"""Every statement that was compiled, by its name."""

_SHAPED: Final[list[partial[Statement[Any]]]] = []


@dataclass(frozen=True, slots=True)
class Statement(Generic[Row]):
    """One compiled statement. `row` is the struct that each result row becomes, None where none is read."""

    name: str
    sql: str
    row: type[Row] | None
    sent: bytes = b""

    def __post_init__(self) -> None:
        object.__setattr__(self, "sent", self.sql.encode())

    def bind(self, **values: Any) -> Bound[Row]:
        """The statement with its parameters, ready to be sent."""
        return Bound(self, values)


@dataclass(frozen=True, slots=True)
class Bound(Generic[Row]):
    """A statement and its parameters."""

    statement: Statement[Row]
    values: dict[str, Any] = field(default_factory=dict)


def _compile(element: ClauseElement) -> str:
    return str(element.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True}))


def _register(statement: Statement[Any]) -> None:
    if statement.name in REGISTRY:
        raise ValueError(f"two statements are named {statement.name}")
    REGISTRY[statement.name] = statement


def reading(name: str, query: Select[Any], row: type[Row]) -> Statement[Row]:
    """A SELECT whose columns are the fields of `row`, in their order."""
    columns = tuple(column.key for column in query.selected_columns)
    fields = row.__struct_fields__ if issubclass(row, msgspec.Struct) else columns
    if columns != fields:
        raise ValueError(f"{name}: columns {columns} are not the fields {fields}")
    statement = Statement(name, _compile(query), row)
    _register(statement)
    return statement


def columns_of(table: FromClause, row: type[msgspec.Struct]) -> list[ColumnElement[Any]]:
    """The columns of `table` that the fields of `row` are named for, in their order."""
    return [table.c[name] for name in row.__struct_fields__]


def parameters(*columns: str) -> dict[str, BindParameter[Any]]:
    """A parameter for each column, of its name: what an INSERT or UPDATE sets."""
    return {name: bindparam(name) for name in columns}


def newest(query: Select[Any], row_id: ColumnElement[Any]) -> Select[Any]:
    """One page of a query, the newest first: at most `fetch` rows older than `after_id`, which is the id last seen."""
    return query.where(row_id < bindparam("after_id")).order_by(row_id.desc()).limit(bindparam("fetch"))


def inserting(name: str, insert: Insert) -> Statement[Any]:
    """An INSERT; a conflict raises 23505, and the transaction runs again."""
    statement: Statement[Any] = Statement(name, _compile(insert), None)
    _register(statement)
    return statement


def changing(name: str, change: Update | Delete, rows: int | ColumnElement[int] | None = 1) -> Statement[Any]:
    """An UPDATE or DELETE that must touch exactly `rows` rows, or any number where that is None.

    rows: a number, or an expression over the statement's parameters, such as the length of a list of ids.
    The count is checked in the database, before the COMMIT that is already on its way: another number raises FP001.
    """
    element: ClauseElement = change
    if rows is not None:
        touched = change.returning(literal(1).label("one")).cte("touched")
        element = select(func.must_touch(rows, func.count())).select_from(touched)
    statement: Statement[Any] = Statement(name, _compile(element), None)
    _register(statement)
    return statement


def json(value: Any) -> Jsonb | None:
    """`value` as a jsonb parameter; None stays NULL."""
    return None if value is None else Jsonb(value, dumps=msgspec.json.encode)


def per_shape(
    examples: Iterable[Mapping[str, Any]],
) -> Callable[[Callable[Shape, Statement[Row]]], Callable[Shape, Statement[Row]]]:
    """Declare a function that composes one statement for each shape: which filters are given, whether it continues.

    A shape is compiled when it is first needed. examples: keyword arguments of the shapes that stand for all where
    statements are looked at, in `contracts/sql/` and by EXPLAIN: each filter alone, say, and all of them together.
    """

    def declare(compose: Callable[Shape, Statement[Row]]) -> Callable[Shape, Statement[Row]]:
        """Keep what the decorated function composed for each shape, and note its examples."""
        compiled: Callable[..., Statement[Row]] = cache(compose)
        _SHAPED.extend(partial(compiled, **example) for example in examples)
        return compiled

    return declare


def shapes() -> list[partial[Statement[Any]]]:
    """The declared examples of shaped statements; `func` of each is the function that composes them."""
    return list(_SHAPED)


def named_statements() -> dict[str, Statement[Any]]:
    """Every statement of the modules that are loaded, the examples of shapes included, by name and sorted."""
    for compile_example in _SHAPED:
        compile_example()
    return dict(sorted(REGISTRY.items()))

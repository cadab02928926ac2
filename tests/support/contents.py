"""What stands in the tables of a database: counted, compared, and shown not to have changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql

from tests.support.databases import Database

_TABLES = "select tablename from pg_tables where schemaname = 'public' order by tablename"
PRESENCE = "processes"
"""What running processes say of themselves comes and goes by the clock."""


def _tables(connection: psycopg.Connection[tuple[Any, ...]], leave_out: Collection[str] = (PRESENCE,)) -> list[str]:
    return [name for (name,) in connection.execute(_TABLES).fetchall() if name not in leave_out]


def _union(template: str, tables: list[str]) -> sql.Composed:
    parts = [sql.SQL(template).format(name=sql.Literal(name), table=sql.Identifier(name)) for name in tables]
    return sql.SQL(" union all ").join(parts)


def snapshot_counts(database: Database) -> dict[str, int]:
    """How many rows every table has, in one snapshot."""
    with database.at_hand() as connection:
        counted = connection.execute(_union("select {name}, count(*) from {table}", _tables(connection)))
        return {str(name): int(count) for name, count in counted.fetchall()}


def snapshot(database: Database, leave_out: Collection[str] = (PRESENCE,)) -> dict[str, Counter[str]]:
    """Every row of every other table as JSON text, in one snapshot."""
    with database.at_hand() as connection:
        tables = _tables(connection, leave_out)
        found = connection.execute(_union("select {name}, to_jsonb(t)::text from {table} t", tables)).fetchall()
    contents: dict[str, Counter[str]] = {name: Counter() for name in tables}
    for name, row in found:
        contents[name][row] += 1
    return contents


def difference(before: dict[str, Counter[str]], after: dict[str, Counter[str]]) -> dict[str, list[str]]:
    """By table, the rows that went (`- …`) and that came (`+ …`); tables without any are absent."""
    changed: dict[str, list[str]] = {}
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name, Counter()), after.get(name, Counter())
        rows = [f"- {row}" for row in (old - new).elements()] + [f"+ {row}" for row in (new - old).elements()]
        if rows:
            changed[name] = rows
    return changed


@contextmanager
def unchanged(
    database: Database, *, but: Collection[str] = (), leave_out: Collection[str] = (PRESENCE,)
) -> Iterator[None]:
    """Fail unless every table holds the very same rows afterwards. but: tables that may differ (`request_nonces`)."""
    before = snapshot(database, leave_out)
    yield
    found = difference(before, snapshot(database, leave_out))
    changed = {name: rows for name, rows in found.items() if name not in but}
    assert not changed, f"tables changed: {changed}"


@contextmanager
def added_rows(database: Database) -> Iterator[dict[str, int]]:
    """By table, how many rows more or fewer there are afterwards; the mapping is filled when the block ends."""
    added: dict[str, int] = {}
    before = snapshot_counts(database)
    yield added
    after = snapshot_counts(database)
    added.update({name: after[name] - before[name] for name in after if after[name] != before[name]})

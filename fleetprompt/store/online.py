"""Steps of migrations that run while the database serves: expand first, contract a release later (spec 8).

An expanding migration adds what the code before it can ignore: nullable columns, tables, indexes, checks of what it
keeps anyway. What it fills, it fills in batches. A contracting one takes away what no supported code uses, and says so
with `needs_code`. Steps outside a transaction may be run again after a failure, so each begins where it finds things.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from alembic import context, op
from psycopg import sql
from sqlalchemy import ColumnClause, Text, TextClause, bindparam, column, table, text

LOCK_TIMEOUT_MS: Final = 1_000
"""How long a step waits for a lock: whoever comes after it waits as long."""
STATEMENT_TIMEOUT_MS: Final = 10 * 60 * 1000
BATCH_ROWS: Final = 1_000
LOOP: Final = """
do $batches$
begin
  loop
    {update};
    exit when not found;
    commit;
  end loop;
end $batches$
"""


def add_index(name: str, table_name: str, columns: Sequence[str]) -> None:
    """Build an index while rows are read and written; what an attempt that failed left of it goes first.

    It waits for every transaction that is under way, and blocks none, so it has no lock timeout.
    """
    with op.get_context().autocommit_block():
        op.execute("set lock_timeout = 0")
        op.drop_index(name, table_name, if_exists=True, postgresql_concurrently=True)
        op.create_index(name, table_name, list(columns), postgresql_concurrently=True)
        op.execute(f"set lock_timeout = {LOCK_TIMEOUT_MS}")


def add_checks(table_name: str, conditions: Mapping[str, str]) -> None:
    """Add CHECKs, by name, to a table that is read and written: they bind new rows at once, then every older one.

    The lock that keeps writers out is never held while rows are read. What an attempt that failed left goes first.
    """
    with op.get_context().autocommit_block():
        for name, condition in conditions.items():
            op.drop_constraint(op.f(name), table_name, type_="check", if_exists=True)
            op.create_check_constraint(op.f(name), table_name, condition, postgresql_not_valid=True)
        for name in conditions:
            validate = sql.SQL("alter table {} validate constraint {}")
            op.execute(validate.format(sql.Identifier(table_name), sql.Identifier(name)).as_string())


def _looped(update: str) -> TextClause:
    loop = LOOP.replace("{update}", update)
    return text(loop).bindparams(batch=BATCH_ROWS)


def backfill(update: str) -> int:
    """Run an UPDATE that takes at most `:batch` rows until it touches none; how many rows all batches touched.

    Each batch is a transaction of its own. Where the SQL is printed, the database loops by itself; nobody counts there.
    """
    if context.is_offline_mode():
        with op.get_context().autocommit_block():
            op.execute("set statement_timeout = 0")
            op.execute(_looped(update))
            op.execute(f"set statement_timeout = {STATEMENT_TIMEOUT_MS}")
        return 0
    touched = 0
    with op.get_context().autocommit_block():
        while rows := op.get_bind().execute(text(update), {"batch": BATCH_ROWS}).rowcount:
            touched += rows
    return touched


def needs_code(revision: str) -> None:
    """Say that code which does not know `revision` cannot serve this schema any more."""
    oldest_code: ColumnClause[str] = column("oldest_code", Text)
    op.execute(table("instance", oldest_code).update().values(oldest_code=bindparam("revision", revision)))

"""Which transactions wrote what stands in a database."""

from __future__ import annotations

from psycopg import sql

from tests.support.databases import Database


def next_transaction(database: Database) -> int:
    """A number below those of all transactions that begin from now on."""
    return int(database.value("select pg_current_xact_id()::text"))


def transactions_since(database: Database, first: int) -> dict[str, set[str]]:
    """By table, the transactions from `first` on that wrote rows which stand there now."""
    with database.as_owner() as connection:
        tables = connection.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
        written = {}
        for (table,) in tables:
            query = sql.SQL("select distinct xmin::text from {} where xmin::text::bigint >= {}")
            found = connection.execute(query.format(sql.Identifier(table), sql.Literal(first))).fetchall()
            if found:
                written[str(table)] = {str(transaction) for (transaction,) in found}
    return written

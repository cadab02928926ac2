"""What a restored database goes through before anything may serve it (spec 7).

Its schema's revision and the mark of an unfinished restore are written together, right after the dump was loaded: until
then the database counts as never migrated, and nothing starts on it.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

import msgspec
import psycopg

from fleetprompt.ids import new_uuid

MARK: Final = "update instance set unfinished_restore = %s, restored_at_ms = %s"


class Place(msgspec.Struct, frozen=True):
    """A database to restore into. unfinished: of an earlier restore that was stopped half-way."""

    major: int
    tables: int
    unfinished: UUID | None


def look(connection: psycopg.Connection[tuple[Any, ...]]) -> Place:
    """Whether there is anything in a database yet."""
    row = connection.execute(
        "select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where n.nspname = 'public' and relkind in ('r', 'p', 'v', 'm', 'S')"
    ).fetchone()
    tables = 0 if row is None else int(row[0])
    return Place(connection.info.server_version // 10_000, tables, unfinished(connection) if tables else None)


def unfinished(connection: psycopg.Connection[tuple[Any, ...]]) -> UUID | None:
    """The event of the restore that is under way, where there is one."""
    if connection.execute("select to_regclass('public.instance')").fetchone() == (None,):
        return None
    row = connection.execute("select unfinished_restore from instance").fetchone()
    return None if row is None else row[0]


def mark(connection: psycopg.Connection[tuple[Any, ...]], migration: str, now_ms: int) -> UUID:
    """Write down at which revision the loaded schema is, and that its restore is not finished; the event it gets."""
    event_id = new_uuid()
    with connection.transaction():
        connection.execute("insert into alembic_version values (%s)", (migration,))
        connection.execute(MARK, (event_id, now_ms))
    return event_id

"""What a restored database goes through before anything may serve it (spec 7).

Its schema's revision and the mark of an unfinished restore are written together, right after the dump was loaded: until
then the database counts as never migrated, and nothing starts on it.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

import msgspec

from fleetprompt.ids import new_uuid
from fleetprompt.store.inspection import Connection

MARK: Final = "update instance set unfinished_restore = %s, restored_at_ms = %s"


class Finished(msgspec.Struct, frozen=True):
    """The restore that made a database what it is. is_used: whether anything has happened in it since."""

    event: UUID
    restored_at_ms: int
    backup_created_at_ms: int
    install_tokens_revoked: int
    sessions_ended: int
    is_used: bool


class Place(msgspec.Struct, frozen=True):
    """A database to restore into.

    may_create: whether the connected role may make the tables. is_unmarked: an earlier restore loaded its dump and was
    stopped before it could say so. unfinished: one was stopped later than that. finished: the last one that was not
    stopped.
    """

    major: int
    tables: int
    may_create: bool
    is_unmarked: bool = False
    unfinished: UUID | None = None
    finished: Finished | None = None


_TABLES: Final = """
select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = 'public' and relkind in ('r', 'p', 'v', 'm', 'S')
"""
_MAY_CREATE: Final = "select has_schema_privilege('public', 'create')"
_IS_UNMARKED: Final = "select not exists (select from alembic_version)"
_FINISHED: Final = """
select r.id, r.created_at_ms, (r.details ->> 'backupCreatedAtMs')::bigint,
  (r.details ->> 'installTokensRevoked')::int, (r.details ->> 'sessionsEnded')::int,
  exists (
    select from audit_events e
    where e.created_at_ms >= r.created_at_ms and e.id <> r.id and e.cause_event_id is distinct from r.id
  )
from audit_events r where r.type = 'system.restored' order by r.id desc limit 1
"""


def look(connection: Connection) -> Place:
    """What there is in a database, and which restore it comes from where it comes from one."""
    ((tables,),) = connection.execute(_TABLES).fetchall()
    ((may_create,),) = connection.execute(_MAY_CREATE).fetchall()
    major = connection.info.server_version // 10_000
    if not tables or not _has(connection, "alembic_version", "instance", "audit_events"):
        return Place(major, tables, may_create)
    ((is_unmarked,),) = connection.execute(_IS_UNMARKED).fetchall()
    rows = connection.execute(_FINISHED).fetchall()
    return Place(major, tables, may_create, is_unmarked, unfinished(connection), Finished(*rows[0]) if rows else None)


def _has(connection: Connection, *tables: str) -> bool:
    names = [f"public.{name}" for name in tables]
    return connection.execute("select from unnest(%s::text[]) n where to_regclass(n) is null", (names,)).rowcount == 0


def unfinished(connection: Connection) -> UUID | None:
    """The event of the restore that is under way, where there is one."""
    if not _has(connection, "instance"):
        return None
    row = connection.execute("select unfinished_restore from instance").fetchone()
    return None if row is None else row[0]


def mark(connection: Connection, migration: str, now_ms: int) -> UUID:
    """Write down at which revision the loaded schema is, and that its restore is not finished; the event it gets."""
    event_id = new_uuid()
    with connection.transaction():
        connection.execute("insert into alembic_version values (%s)", (migration,))
        connection.execute(MARK, (event_id, now_ms))
    return event_id

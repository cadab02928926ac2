"""What a database says of itself: its version, its clock, its triggers, and what the connected role may do.

For commands that look before anything serves; connections are synchronous, read only, and give up soon.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Any, Final, TypeVar, cast

import msgspec
import psycopg

from fleetprompt.store.statements import Bound

Connection = psycopg.Connection[tuple[Any, ...]]
"""What commands hold; servers have asynchronous ones, from a pool."""

Row = TypeVar("Row")

TIMEOUTS: Final = "-c statement_timeout=5000 -c lock_timeout=5000"
OPTIONS: Final = f"-c default_transaction_read_only=on {TIMEOUTS}"
CONNECT_S_MAX: Final = 5


class Role(msgspec.Struct, frozen=True):
    """The connected role. owns: tables of the schema. powers: attributes and privileges that a serving role lacks."""

    name: str
    owns: list[str]
    powers: list[str]


class Privileges(msgspec.Struct, frozen=True):
    """What the connected role may do to one table. update: the columns that it may change."""

    table: str
    select: bool
    insert: bool
    delete: bool
    update: list[str]
    others: list[str]


_ROLE: Final = """
select current_user::text,
  array(select relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public' and relkind in ('r', 'p') and pg_has_role(current_user, relowner, 'member')
    order by relname),
  array_remove(array[
    case when rolsuper then 'SUPERUSER' end, case when rolcreaterole then 'CREATEROLE' end,
    case when rolcreatedb then 'CREATEDB' end, case when rolbypassrls then 'BYPASSRLS' end,
    case when rolreplication then 'REPLICATION' end,
    case when has_schema_privilege('public', 'CREATE') then 'CREATE in the schema public' end,
    case when has_database_privilege(current_database(), 'TEMPORARY') then 'TEMPORARY tables' end
  ], null)
from pg_roles where rolname = current_user
"""
_PRIVILEGES: Final = """
select relname::text, has_table_privilege(c.oid, 'SELECT'), has_any_column_privilege(c.oid, 'INSERT'),
  has_table_privilege(c.oid, 'DELETE'),
  array(select attname::text from pg_attribute a where a.attrelid = c.oid and attnum > 0 and not attisdropped
    and has_column_privilege(c.oid, attnum, 'UPDATE') order by attnum),
  array_remove(array[
    case when has_table_privilege(c.oid, 'TRUNCATE') then 'TRUNCATE' end,
    case when has_table_privilege(c.oid, 'TRIGGER') then 'TRIGGER' end,
    case when has_any_column_privilege(c.oid, 'REFERENCES') then 'REFERENCES' end
  ], null)
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = 'public' and relkind in ('r', 'p', 'v', 'm') order by relname
"""
_TRIGGERS: Final = """
select tgname::text, tgrelid::regclass::text from pg_trigger where not tgisinternal and tgenabled in ('O', 'A')
"""
_CONNECTIONS_MAX: Final = """
select least(
  current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
    - coalesce(current_setting('reserved_connections', true), '0')::int,
  nullif(r.rolconnlimit, -1), nullif(d.datconnlimit, -1))
from pg_roles r, pg_database d where r.rolname = current_user and d.datname = current_database()
"""
_WRITES: Final = "select pg_is_in_recovery(), current_setting('transaction_read_only')::boolean"


@contextmanager
def looking(url: str) -> Iterator[Connection]:
    """A connection that reads only. Raises psycopg.Error where the database cannot be reached."""
    with psycopg.connect(url, autocommit=True, connect_timeout=CONNECT_S_MAX, options=OPTIONS) as connection:
        yield connection


class Writes(StrEnum):
    """Whether a database takes writes, and if not, why."""

    TAKEN = "taken"
    STANDBY = "standby"
    READ_ONLY = "read_only"


def writes(url: str) -> Writes:
    """Whether the database takes writes over a connection like those of a server. Raises psycopg.Error."""
    with psycopg.connect(url, autocommit=True, connect_timeout=CONNECT_S_MAX, options=TIMEOUTS) as connection:
        (row,) = connection.execute(_WRITES).fetchall()
    return Writes.STANDBY if row[0] else Writes.READ_ONLY if row[1] else Writes.TAKEN


def read(connection: Connection, bound: Bound[Row]) -> list[Row]:
    """The rows of one named statement."""
    make = cast("Callable[..., Row]", bound.statement.row)
    return [make(*row) for row in connection.execute(bound.statement.sent, bound.values or None).fetchall()]


def server_version(connection: Connection) -> int:
    """The server's version as a number: 150004 for 15.4."""
    return connection.info.server_version


def now_ms(connection: Connection) -> int:
    """The database's clock, in epoch ms."""
    row = connection.execute("select (extract(epoch from clock_timestamp()) * 1000)::bigint").fetchone()
    return 0 if row is None else int(row[0])


def role(connection: Connection) -> Role:
    """The connected role."""
    (row,) = connection.execute(_ROLE).fetchall()
    return Role(*row)


def privileges(connection: Connection) -> dict[str, Privileges]:
    """What the connected role may do to each table of the schema, by table."""
    return {row[0]: Privileges(*row) for row in connection.execute(_PRIVILEGES).fetchall()}


def connections_max(connection: Connection) -> int:
    """How many connections the connected role can have, when nobody else has any."""
    (row,) = connection.execute(_CONNECTIONS_MAX).fetchall()
    return int(row[0])


def extensions(connection: Connection) -> set[str]:
    """The extensions that are created in this database."""
    return {str(name) for (name,) in connection.execute("select extname from pg_extension").fetchall()}


def triggers(connection: Connection) -> dict[str, str]:
    """The table of each trigger that fires, by the trigger's name."""
    return dict(connection.execute(_TRIGGERS).fetchall())

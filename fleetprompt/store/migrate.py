"""Bringing a database to the schema of this version, and telling how far one is (spec 7 migrate, 8)."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, Final

import psycopg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from fleetprompt.store import grants

_INSTALLED: Final = Path(__file__).parents[1] / "migrations"
SCRIPTS: Final = _INSTALLED if _INSTALLED.is_dir() else Path(__file__).parents[2] / "migrations"
"""In an installed package; in a checkout they stand beside it."""
LOCK_TRIES: Final = 3
PAUSE_S: Final = 1.0
CONNECT_S_MAX: Final = 5
OPTIONS: Final = "-c lock_timeout=3000 -c statement_timeout=60000"
_HOLDERS: Final = """
select pid, string_agg(distinct relation::regclass::text, ', ') from pg_locks
where granted and pid <> pg_backend_pid() and locktype = 'relation' and relation >= 16384
  and database = (select oid from pg_database where datname = current_database())
group by pid order by pid limit 5
"""


class BlockedError(Exception):
    """A migration did not get a lock. Nothing of it stands; those before it do. The message names who holds what."""


def _config(owner_url: str | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    if owner_url is not None:
        config.attributes["url"] = make_url(owner_url).set(drivername="postgresql+psycopg")
    return config


def head() -> str:
    """The revision that this version of the code needs."""
    revision = ScriptDirectory.from_config(_config(None)).get_current_head()
    if revision is None:
        raise RuntimeError(f"no migrations in {SCRIPTS}")
    return revision


def migrate(owner_url: str, serving_url: str) -> None:
    """Run every migration that is missing as the owner, then grant the serving role what it may do.

    A migration that waits for a lock makes everybody behind it wait too, so it gives up soon and tries again later.
    Raises BlockedError in the end, and psycopg.Error for whatever else the database refuses.
    """
    for tries_left in reversed(range(LOCK_TRIES)):
        try:
            _upgrade(owner_url)
            break
        except psycopg.errors.LockNotAvailable as error:
            if not tries_left:
                raise BlockedError(_blocked(owner_url)) from error
            time.sleep(PAUSE_S)
    owner, serving = role_of(owner_url), role_of(serving_url)
    if serving is None or serving == owner:
        return
    with _connect(owner_url) as connection:
        for statement in grants.statements(serving):
            connection.execute(statement)


def _upgrade(owner_url: str) -> None:
    try:
        command.upgrade(_config(owner_url), "head")
    except DBAPIError as error:
        raise (error.orig or error) from error


def _blocked(owner_url: str) -> str:
    with _connect(owner_url) as connection:
        held = [f"process {pid} holds {tables}" for pid, tables in connection.execute(_HOLDERS).fetchall()]
    who = "; ".join(held) or "nobody any more"
    return f"The migration did not get its lock in {LOCK_TRIES} tries, and nothing of it stands. Who holds one: {who}."


def _connect(url: str) -> psycopg.Connection[tuple[Any, ...]]:
    return psycopg.connect(url, connect_timeout=CONNECT_S_MAX, options=OPTIONS)


def role_of(url: str) -> str | None:
    """The role that a database URL names, or None where it leaves that to the environment."""
    return make_url(url).username


def print_sql(serving_role: str | None) -> None:
    """Write the SQL of every migration and grant to standard output, for whoever runs it herself."""
    command.upgrade(_config(None), "head", sql=True)
    if serving_role is not None:
        for statement in grants.statements(serving_role):
            print(f"{statement.as_string()};")


def current(url: str) -> str | None:
    """The revision that a database is at, or None for one that was never migrated."""
    with _connect(url) as connection:
        return revision(connection)


def revision(connection: psycopg.Connection[tuple[Any, ...]]) -> str | None:
    """The same over a connection that is there."""
    if connection.execute("select to_regclass('public.alembic_version')").fetchone() == (None,):
        return None
    row = connection.execute("select version_num from alembic_version").fetchone()
    return None if row is None else str(row[0])

"""Bringing a database to the schema of this version, and telling how far one is (spec 7 migrate, 8)."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Final

import msgspec
import psycopg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from fleetprompt.store import grants
from fleetprompt.store.inspection import CONNECT_S_MAX, Connection

_INSTALLED: Final = Path(__file__).parents[1] / "migrations"
SCRIPTS: Final = _INSTALLED if _INSTALLED.is_dir() else Path(__file__).parents[2] / "migrations"
"""In an installed package; in a checkout they stand beside it."""
VERSIONS: Final = [SCRIPTS / "versions"]
"""The folders whose migrations this version of the code knows."""

LOCK_NOT_AVAILABLE: Final = "55P03"
NOT_THE_OWNER: Final = "42501"
NAME_THE_OWNER: Final = "Name the role that owns the database in FLEETPROMPT_MIGRATE_DATABASE_URL."
LOCK_WAIT_S_MAX: Final = 20.0
TURN_WAIT_S_MAX: Final = 15 * 60.0
PAUSE_S: Final = 1.0
OPTIONS: Final = "-c lock_timeout=3000 -c statement_timeout=60000"
TURN: Final = 8_311_467_002
"""The advisory lock of those who migrate. It saves the second one an error; what keeps the schema whole is that each
migration and its revision are one transaction."""

_HOLDERS: Final = """
select pid, string_agg(distinct relation::regclass::text, ', ') from pg_locks
where granted and pid <> pg_backend_pid() and locktype = 'relation' and relation >= 16384
  and database = (select oid from pg_database where datname = current_database())
group by pid order by pid limit 5
"""


class MigrationError(Exception):
    """The database cannot be migrated. The message says why, and what to look at."""


class Standing(msgspec.Struct, frozen=True):
    """How far a database is. at: its revision, None before the first. oldest_code: the least head that may serve it."""

    at: str | None
    oldest_code: str | None

    @property
    def fits(self) -> bool:
        """Whether this version of the code can serve it: at its own schema, or a later one that still allows it."""
        return fits(self.at, self.oldest_code)


def fits(at: str | None, oldest_code: str | None) -> bool:
    """Whether this version's code can serve a schema at revision `at` which needs code at `oldest_code` or later."""
    needed = head()
    return at == needed or (at is not None and oldest_code is not None and oldest_code <= needed < at)


def _config(owner_url: str | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.set_main_option("path_separator", "os")
    config.set_main_option("version_locations", os.pathsep.join(map(str, VERSIONS)))
    if owner_url is not None:
        config.attributes["url"] = make_url(owner_url).set(drivername="postgresql+psycopg")
    return config


@cache
def head() -> str:
    """The revision that this version of the code needs."""
    revision = ScriptDirectory.from_config(_config(None)).get_current_head()
    if revision is None:
        raise RuntimeError(f"no migrations in {SCRIPTS}")
    return revision


def revisions() -> frozenset[str]:
    """The names of all migrations that this version of the code knows."""
    return frozenset(script.revision for script in ScriptDirectory.from_config(_config(None)).walk_revisions())


def migrate(owner_url: str, serving_url: str) -> None:
    """Run every migration that is missing as the owner, then grant the serving role what it may do.

    A database that is ahead of this version is left as it is. Raises MigrationError, psycopg.Error.
    """
    with _turn(owner_url):
        at = current(owner_url)
        if at is not None and at > head():
            return
        _upgrade(owner_url)
        grant(owner_url, serving_url)


@contextmanager
def _turn(owner_url: str) -> Iterator[None]:
    """Let one at a time migrate; who waits holds no snapshot, for which an index build would wait in turn."""
    give_up_at = time.monotonic() + TURN_WAIT_S_MAX
    with psycopg.connect(owner_url, autocommit=True, connect_timeout=CONNECT_S_MAX) as connection:
        while connection.execute("select pg_try_advisory_lock(%s)", (TURN,)).fetchone() != (True,):
            if time.monotonic() > give_up_at:
                raise MigrationError(f"Another process has been migrating for {TURN_WAIT_S_MAX / 60:.0f} minutes.")
            time.sleep(PAUSE_S)
        yield


def upgrade(owner_url: str) -> None:
    """Run every migration that is missing as the owner. Raises MigrationError, psycopg.Error."""
    with _turn(owner_url):
        _upgrade(owner_url)


def _upgrade(owner_url: str) -> None:
    """Try again while somebody holds a lock that a migration needs; between two tries nobody waits for it."""
    give_up_at = time.monotonic() + LOCK_WAIT_S_MAX
    while True:
        try:
            command.upgrade(_config(owner_url), "head")
        except DBAPIError as error:
            state = getattr(error.orig, "sqlstate", None)
            if state != LOCK_NOT_AVAILABLE:
                mend = NAME_THE_OWNER if state == NOT_THE_OWNER else ""
                raise MigrationError(f"The migration did not run: {error.orig} {mend}".strip()) from error
            if time.monotonic() > give_up_at:
                raise MigrationError(_blocked(owner_url)) from error
        else:
            return
        time.sleep(PAUSE_S)


def _blocked(owner_url: str) -> str:
    with _connect(owner_url) as connection:
        held = [f"process {pid} holds {tables}" for pid, tables in connection.execute(_HOLDERS).fetchall()]
    return (
        f"The migration did not get its lock in {LOCK_WAIT_S_MAX:.0f} s, and nothing of it stands. "
        f"Who holds one: {'; '.join(held) or 'nobody any more'}. Run it again when they have ended, or end them."
    )


def _connect(url: str) -> Connection:
    return psycopg.connect(url, connect_timeout=CONNECT_S_MAX, options=OPTIONS)


def grant(owner_url: str, serving_url: str) -> None:
    """Grant the serving role what it may do, and nothing else. Raises MigrationError."""
    serving = grantee(owner_url, serving_url)
    if serving is None:
        return
    try:
        with _connect(owner_url) as connection:
            for statement in grants.statements(serving):
                connection.execute(statement)
    except psycopg.Error as error:
        raise MigrationError(f"The schema is there, but {serving} was not granted what it may do: {error}") from error


def grantee(owner_url: str, serving_url: str) -> str | None:
    """The role that is granted what it may do: None where the owner serves, or a URL leaves the role to libpq."""
    owner, serving = make_url(owner_url).username, make_url(serving_url).username
    return None if serving == owner else serving


def print_sql(serving_role: str | None, since: str | None = None) -> None:
    """Write the SQL of every migration and grant to standard output, for whoever runs it herself.

    serving_role: None where the owner serves, who needs no grant. since: the revision that the database is at, None
    for an empty one. Raises MigrationError where no migration has that name.
    """
    if since is not None and since not in revisions():
        raise MigrationError(f"There is no migration {since}; this version knows {', '.join(sorted(revisions()))}.")
    command.upgrade(_config(None), "head" if since is None else f"{since}:head", sql=True)
    if serving_role is not None:
        print("\n".join(["BEGIN;", *(f"{each.as_string()};" for each in grants.statements(serving_role)), "COMMIT;"]))


def current(url: str) -> str | None:
    """The revision that a database is at, or None for one that was never migrated."""
    with _connect(url) as connection:
        return standing(connection).at


def standing(connection: Connection) -> Standing:
    """How far a database is, and which code it needs."""
    if connection.execute("select to_regclass('public.alembic_version')").fetchone() == (None,):
        return Standing(None, None)
    row = connection.execute("select version_num, (select oldest_code from instance) from alembic_version").fetchone()
    return Standing(None, None) if row is None else Standing(str(row[0]), row[1])

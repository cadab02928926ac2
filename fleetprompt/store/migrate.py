"""Bringing a database to the schema of this version, and telling how far one is (spec 7 migrate, 8)."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import psycopg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy.engine import make_url

from fleetprompt.store import grants

_INSTALLED: Final = Path(__file__).parents[1] / "migrations"
SCRIPTS: Final = _INSTALLED if _INSTALLED.is_dir() else Path(__file__).parents[2] / "migrations"
"""In an installed package; in a checkout they stand beside it."""


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
    """Run every migration that is missing as the owner, then grant the serving role what it may do."""
    command.upgrade(_config(owner_url), "head")
    owner, serving = role_of(owner_url), role_of(serving_url)
    if serving is None or serving == owner:
        return
    with psycopg.connect(owner_url) as connection:
        for statement in grants.statements(serving):
            connection.execute(statement)


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
    with psycopg.connect(url) as connection:
        return revision(connection)


def revision(connection: psycopg.Connection[tuple[Any, ...]]) -> str | None:
    """The same over a connection that is there."""
    if connection.execute("select to_regclass('public.alembic_version')").fetchone() == (None,):
        return None
    row = connection.execute("select version_num from alembic_version").fetchone()
    return None if row is None else str(row[0])

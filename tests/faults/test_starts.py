"""Starts that cannot be: they say what is wrong and how to mend it, and leave everything as it was (spec 7, 8)."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from click.testing import CliRunner
from sqlalchemy.engine import make_url

from fleetprompt.__main__ import main
from fleetprompt.store import migrate
from fleetprompt.store.migrate import MigrationError
from tests.faults.commands import fleetprompt
from tests.support.contents import unchanged
from tests.support.databases import Cluster, Database, Run
from tests.support.environment import environment

FIRST = "0001"
IN_A_WRITE = "lock table listings in row exclusive mode"
TRIED_AGAIN_AFTER_S = 3.5
TRIED_FOR_S = 2.0


@pytest.fixture
def behind(cluster: Cluster, run: Run) -> Iterator[Database]:
    """A database at the first migration, which lacks the next one."""
    database = cluster.create(f"{run.name}_{secrets.token_hex(4)}")
    config = Config()
    config.set_main_option("script_location", str(migrate.SCRIPTS))
    config.attributes["url"] = make_url(database.owner_url).set(drivername="postgresql+psycopg")
    command.upgrade(config, FIRST)
    try:
        yield database
    finally:
        cluster.drop(database.name)


def test_a_migration_that_cannot_get_its_lock_changes_nothing_and_says_who_has_it(
    behind: Database, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "LOCK_WAIT_S_MAX", TRIED_FOR_S)
    with behind.as_owner() as writer, writer.transaction(), unchanged(behind):
        writer.execute(IN_A_WRITE)
        refused = CliRunner().invoke(main, ["migrate"], env=environment(behind, run.folder))
        assert refused.exit_code == 1
        assert f"did not get its lock in {TRIED_FOR_S:.0f} s" in refused.stderr
        assert f"process {writer.info.backend_pid} holds" in refused.stderr
        assert "listings" in refused.stderr
        assert isinstance(refused.exception, SystemExit), "it is told, not thrown"
    assert migrate.current(behind.owner_url) == FIRST


def test_a_migration_waits_for_a_lock_that_is_given_back_and_lets_writers_pass_meanwhile(behind: Database) -> None:
    with behind.as_owner() as writer, behind.as_owner() as another:
        with writer.transaction():
            writer.execute(IN_A_WRITE)
            upgrade = threading.Thread(target=migrate.migrate, args=(behind.owner_url, behind.serving_url))
            upgrade.start()
            time.sleep(TRIED_AGAIN_AFTER_S)
            with another.transaction():
                another.execute(IN_A_WRITE)
        upgrade.join()
    assert migrate.current(behind.owner_url) == migrate.head()


def test_a_migration_by_the_role_that_serves_names_the_setting_for_the_owner(behind: Database, run: Run) -> None:
    with unchanged(behind):
        told = CliRunner().invoke(main, ["migrate"], env=environment(behind, run.folder, MIGRATE_DATABASE_URL=None))
        with pytest.raises(MigrationError, match=f"permission denied .* {migrate.NAME_THE_OWNER}"):
            migrate.upgrade(behind.serving_url)
    assert told.exit_code == 1
    assert migrate.NAME_THE_OWNER in told.stderr


def test_a_serving_role_that_is_not_there_is_named_once_the_schema_is(behind: Database) -> None:
    missing = make_url(behind.serving_url).set(username="fp_mistyped").render_as_string(hide_password=False)
    with pytest.raises(
        MigrationError, match=r'The schema is there, but fp_mistyped .* role "fp_mistyped" does not exist'
    ):
        migrate.migrate(behind.owner_url, missing)
    assert migrate.current(behind.owner_url) == migrate.head()


def test_a_mistyped_setting_stops_the_start_by_its_name_before_anything_is_made(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    refused = fleetprompt({"FLEETPROMPT_DATA_DIR": str(folder), "FLEETPROMPT_PUBLC_URL": "https://x.example"}, "serve")
    assert refused.returncode == 1
    assert "FLEETPROMPT_PUBLC_URL" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not folder.exists()

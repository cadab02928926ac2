"""`fleetprompt migrate --print-sql`: what who runs it herself gets is what `migrate` runs (spec 7)."""

from __future__ import annotations

import secrets
import subprocess
from collections.abc import Iterator
from typing import Final

import msgspec
import pytest
from click.testing import CliRunner, Result

from fleetprompt.__main__ import main
from fleetprompt.commands.instance import Instance
from fleetprompt.commands.start_up import bring_up_to_date
from fleetprompt.settings import load
from fleetprompt.store import migrate
from fleetprompt.store.embedded_folder import program
from fleetprompt.store.online import BATCH_ROWS
from tests.conftest import Start
from tests.support import market
from tests.support.databases import Cluster, Database, Run
from tests.support.environment import environment
from tests.support.keys import key_ring
from tests.upgrades.test_upgrades import NEXT, Later

CATALOGUE: Final = """
select 'column', table_name || '.' || column_name,
  concat_ws(' ', ordinal_position, data_type, character_maximum_length, is_nullable, column_default,
    generation_expression)
from information_schema.columns where table_schema = 'public'
union all select 'constraint', conname, conrelid::regclass || ' ' || pg_get_constraintdef(oid)
from pg_constraint where connamespace = 'public'::regnamespace
union all select 'index', indexname, indexdef from pg_indexes where schemaname = 'public'
union all select 'function', proname, pg_get_functiondef(oid) from pg_proc where pronamespace = 'public'::regnamespace
union all select 'trigger', tgname, pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
union all select 'table', relname, coalesce(array_to_string(array(select unnest(relacl)::text order by 1), ' '), '')
from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'S', 'v')
union all select 'granted column', attrelid::regclass || '.' || attname, attacl::text
from pg_attribute where attacl is not null and attrelid >= 16384
union all select 'revision', 'alembic_version', version_num from alembic_version
union all select 'row', 'instance', (to_jsonb(instance) - 'created_at_ms')::text from instance
order by 1, 2, 3
"""


@pytest.fixture
def place(cluster: Cluster, run: Run) -> Iterator[Database]:
    """A database in which nothing stands."""
    made = cluster.create(f"{run.name}_{secrets.token_hex(4)}")
    try:
        yield made
    finally:
        cluster.drop(made.name)


def printed(database: Database, run: Run, *arguments: str, **settings: str | None) -> Result:
    variables = environment(database, run.folder, **settings)
    return CliRunner().invoke(main, ["migrate", "--print-sql", *arguments], env=variables)


def psql(database: Database, statements: str) -> None:
    """Load it as the owner, as an administrator does."""
    command = [str(program("psql")), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", database.owner_url, "-f", "-"]
    done = subprocess.run(command, input=statements, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_sql_that_is_printed_makes_the_database_that_migrate_makes(
    place: Database, empty_database: Database, run: Run
) -> None:
    psql(place, printed(place, run).stdout)
    assert place.rows(CATALOGUE) == empty_database.rows(CATALOGUE)
    settings = load(environment(place, run.folder))
    bring_up_to_date(Instance(settings, key_ring(), place.serving_url, place.owner_url, None))
    told = CliRunner().invoke(main, ["doctor", "--json"], env=environment(place, run.folder))
    themes = {theme["name"]: theme for theme in msgspec.json.decode(told.stdout)["themes"]}
    for name in ("Database", "Migrations", "Extensions", "Triggers", "Serving role"):
        assert themes[name]["state"] == "sound", themes[name]


def test_the_sql_since_a_revision_goes_on_from_there_and_may_be_run_again_from_the_last(
    place: Database, empty_database: Database, run: Run
) -> None:
    first, rest = printed(place, run).stdout.split("-- Running upgrade 0001 -> 0002", 1)
    psql(place, first.rpartition("BEGIN;")[0])
    assert migrate.current(place.owner_url) == "0001"
    since = printed(place, run, "--from", "0001").stdout
    assert since.split("-- Running upgrade 0001 -> 0002", 1)[1] == rest
    psql(place, since)
    psql(place, printed(place, run, "--from", migrate.head()).stdout)
    assert place.rows(CATALOGUE) == empty_database.rows(CATALOGUE)


async def test_an_index_built_online_and_rows_filled_by_the_batch_are_printed_so_that_they_can_be_run(
    empty_database: Database, start: Start, run: Run
) -> None:
    app = await start(on=empty_database)
    ada = await app.people.publisher()
    made = [await market.listing(ada) for _ in range(3)]
    told = Later.of(empty_database, run.folder).run("migrate", "--print-sql", "--from", migrate.head())
    assert told.returncode == 0, told.stderr
    assert f"limit {BATCH_ROWS} for update" in told.stdout
    psql(empty_database, told.stdout.replace(f"limit {BATCH_ROWS} for update", "limit 1 for update"))
    assert empty_database.value("select count(editors_note) from listings") == len(made)
    assert migrate.current(empty_database.owner_url) == NEXT
    assert empty_database.value("select count(*) from pg_indexes where indexname = 'listings_editors_note_ix'") == 1


def test_nothing_is_taken_from_an_owner_that_serves_too(place: Database, run: Run) -> None:
    for settings in ({"MIGRATE_DATABASE_URL": None}, {"MIGRATE_DATABASE_URL": place.serving_url}):
        told = printed(place, run, **settings).stdout
        assert "CREATE TABLE listings" in told
        assert "revoke all on" not in told
        assert "grant select on" not in told


def test_a_revision_that_is_not_there_is_refused_and_so_is_one_that_nothing_asks_for(place: Database, run: Run) -> None:
    unknown = printed(place, run, "--from", "0777")
    assert (unknown.exit_code, unknown.stdout) == (1, "")
    assert "There is no migration 0777; this version knows 0001, 0002" in unknown.stderr
    alone = CliRunner().invoke(main, ["migrate", "--from", "0001"], env=environment(place, run.folder))
    assert alone.exit_code == 2
    assert migrate.current(place.owner_url) is None

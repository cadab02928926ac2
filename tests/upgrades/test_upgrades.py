"""Upgrading while the instance serves: old code and new on one schema, and locks that are not to be had (spec 8)."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from contextlib import AbstractAsyncContextManager

import pytest

from fleetprompt.store import migrate
from fleetprompt.store.online import LOCK_TIMEOUT_MS
from tests.support import market
from tests.support.answers import assert_error, assert_ok
from tests.support.databases import Cluster, Database, Run
from tests.support.operator import Operator
from tests.support.people import Person
from tests.support.servers import serving
from tests.support.traffic import going_on

LATER = (sys.executable, "-m", "tests.upgrades.later")
NEXT = "9000"
NOTES = "select count(*), count(editors_note) from listings"

pytestmark = pytest.mark.slow


class Later(Operator):
    """Whoever runs the next version."""

    def command(self, *arguments: str) -> list[str]:
        return [*LATER, *arguments]


def traffic(ada: Person) -> AbstractAsyncContextManager[list[float]]:
    """Listings made, changed and read for as long as the block runs; the seconds that each round took."""

    async def walk() -> None:
        listing = await market.listing(ada)
        edit = {"summary": "Another one."}
        assert_ok(await ada.patch(f"/v1/publisher/listings/{listing.id}", edit))
        assert_ok(await ada.get("/v1/publisher/listings"))

    return going_on(walk)


async def test_old_code_and_new_serve_one_schema_while_it_is_migrated_under_traffic(
    empty_database: Database, run: Run
) -> None:
    with serving(empty_database, run.folder / "logs", processes=2) as servers:
        old, new = servers.processes
        ada = await servers.people.publisher()
        await ada.csrf_token()
        later = Later.of(empty_database, run.folder)
        async with traffic(ada) as took:
            done = await asyncio.to_thread(later.run, "migrate")
            assert done.returncode == 0, done.stderr
            assert f"at migration {NEXT} (it was at {migrate.head()})" in done.stdout
            rounds = len(took)
            await asyncio.sleep(1)
            assert len(took) > rounds > 0
        assert new.stop() == 0
        new.serve_with(LATER)
        new.start()
        new.wait_ready()
        async with traffic(ada):
            await asyncio.sleep(1)
        for place in (0, 1):
            assert_ok(await servers.people_of(place).visitor().get("/readyz"))
        listings, noted = empty_database.rows(NOTES)[0]
        assert 0 < noted <= listings
        ((is_valid,),) = empty_database.rows(
            "select indisvalid from pg_index where indexrelid = 'listings_editors_note_ix'::regclass"
        )
        assert is_valid
        assert old.stop() == 0
        old.start()
        old.wait_ready()
        ((is_validated,),) = empty_database.rows(
            "select convalidated from pg_constraint where conname = 'listings_editors_note_check'"
        )
        assert is_validated
        empty_database.change("update instance set oldest_code = %s", NEXT)
        refusal = assert_error(await servers.people_of(0).visitor().get("/readyz"), "UNAVAILABLE")
        assert f"at migration {NEXT}, this version needs {migrate.head()}" in refusal["message"]
        await servers.aclose()
    refused = Operator.of(empty_database, run.folder).run("serve", "--port", "0")
    assert (refused.returncode, "Upgrade fleetprompt." in refused.stderr) == (1, True)


async def test_a_migration_that_cannot_get_its_lock_gives_up_tries_again_and_holds_nobody_up(
    empty_database: Database, run: Run
) -> None:
    with serving(empty_database, run.folder / "logs", processes=1) as servers:
        ada = await servers.people.publisher()
        await ada.csrf_token()
        later = Later.of(empty_database, run.folder)
        async with traffic(ada) as took:
            with empty_database.as_owner() as holder, holder.transaction():
                holder.execute("select count(*) from listings")
                migrating = asyncio.create_task(asyncio.to_thread(later.run, "migrate"))
                await asyncio.sleep(6)
                assert not migrating.done()
            done = await migrating
        assert done.returncode == 0, done.stderr
        assert max(took) < LOCK_TIMEOUT_MS / 1000 + 2, "whoever waits behind it waits no longer than its lock timeout"
        await servers.aclose()


def test_two_migrations_at_once_are_one_after_the_other(cluster: Cluster, empty_database: Database, run: Run) -> None:
    fresh = cluster.create(f"{empty_database.name}_twice")
    try:
        operator = Operator.of(fresh, run.folder)
        together = [
            subprocess.Popen(
                operator.command("migrate"), env=operator.variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE
            )
            for _ in range(2)
        ]
        said = [process.communicate(timeout=120) for process in together]
        assert [process.returncode for process in together] == [0, 0], said
        assert migrate.current(fresh.serving_url) == migrate.head()
    finally:
        cluster.drop(fresh.name)

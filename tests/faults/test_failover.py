"""A database that is there and of no use: silent, full of others, or read-only after a failover (spec 9)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from psycopg import sql

from fleetprompt.__main__ import main
from fleetprompt.errors import Outage
from tests.conftest import Start
from tests.faults.outages import assert_outage, in_time, until_it_is_back
from tests.support.answers import assert_created, assert_ok
from tests.support.application import App
from tests.support.cable import Cable, cable_to
from tests.support.callers import fresh_key
from tests.support.contents import unchanged
from tests.support.databases import Database, Run
from tests.support.environment import environment
from tests.support.market import listing_request
from tests.support.standby import hot_standby

LISTINGS = "/v1/publisher/listings"
SEARCH = "/v1/public/listings/search"
PASSWORD = "a long enough password"
END_ALL = "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s and pid <> pg_backend_pid()"


@contextmanager
def altered(database: Database, change: str, back: str) -> Iterator[None]:
    """The database with a setting that new connections have, and no old ones; put back without ending any."""

    def alter(setting: str) -> None:
        with database.as_superuser() as connection:
            connection.execute("set default_transaction_read_only = off")
            statement = sql.SQL("alter database {} {}").format(sql.Identifier(database.name), sql.SQL(setting))
            connection.execute(statement)

    alter(change)
    with database.as_superuser() as connection:
        connection.execute(END_ALL, [database.name])
    try:
        yield
    finally:
        alter(back)


async def test_a_read_only_database_still_answers_reads_and_takes_writes_once_it_can(
    start: Start, empty_database: Database
) -> None:
    app = await start(on=empty_database)
    bea, request, key = await app.people.publisher(), listing_request(), fresh_key()
    read_only = altered(empty_database, "set default_transaction_read_only = on", "reset default_transaction_read_only")
    with read_only, unchanged(empty_database):
        await assert_outage(app, Outage.READ_ONLY, bea.post(LISTINGS, request, key=key))
        assert_ok(await bea.get("/v1/me"))
        assert_ok(await bea.get(SEARCH))
    assert_created(await until_it_is_back(lambda: bea.post(LISTINGS, request, key=key)), "listing")


@pytest.mark.slow
async def test_a_standby_is_named_serves_reads_and_takes_writes_once_it_is_promoted(start: Start, run: Run) -> None:
    ada = {"email": "ada@example.org", "password": PASSWORD, "displayName": "Ada"}
    with hot_standby() as database:
        app = await start(on=database)
        somebody = app.people.visitor()
        await assert_outage(app, Outage.READ_ONLY, somebody.post("/v1/auth/register", ada, key=None))
        assert_ok(await somebody.get(SEARCH))
        assert (await somebody.get("/readyz")).json()["database"] == "read_only"
        told = CliRunner().invoke(main, ["doctor", "--json"], env=environment(database, run.folder))
        findings = [finding for theme in msgspec.json.decode(told.stdout)["themes"] for finding in theme["findings"]]
        assert [finding["problem"].partition(":")[0] for finding in findings] == [
            "The database is a standby and takes no writes"
        ]
        with database.as_superuser() as connection:
            assert connection.execute("select pg_promote()").fetchone() == (True,)
        await until_it_is_back(lambda: somebody.post("/v1/auth/register", ada, key=None))
        assert (await somebody.get("/readyz")).json()["database"] == "writable"


async def test_a_database_without_a_place_for_us_is_unavailable_and_says_so_in_the_log(
    start: Start, empty_database: Database
) -> None:
    app = await start(on=empty_database)
    ada, request, key = await app.people.publisher(), listing_request(), fresh_key()
    with altered(empty_database, "connection limit 0", "connection limit -1"):
        await assert_outage(
            app, Outage.NO_CONNECTION, ada.post(LISTINGS, request, key=key), ada.get("/v1/me"), ada.get(SEARCH)
        )
        assert any("too many connections for database" in str(line) for line in app.log.lines())
    assert_created(await until_it_is_back(lambda: ada.post(LISTINGS, request, key=key)), "listing")


@pytest.fixture
async def cabled(start: Start, empty_database: Database, tmp_path: Path) -> AsyncIterator[tuple[Cable, App]]:
    """An application whose connections run through a cable."""
    async with cable_to(empty_database, tmp_path) as (cable, reached):
        yield cable, await start(on=reached)


async def test_connections_that_fell_silent_are_given_up_in_time_and_all_made_anew(
    cabled: tuple[Cable, App], empty_database: Database
) -> None:
    cable, app = cabled
    ada, request, key = await app.people.publisher(), listing_request(name="Once"), fresh_key()
    await asyncio.gather(*(ada.get("/v1/me") for _ in range(40)))
    assert cable.go_silent() > 2
    answers = await asyncio.gather(in_time(ada.get("/v1/me")), in_time(ada.post(LISTINGS, request, key=key)))
    assert {answer.status_code for answer in answers} <= {200, 201, 503}
    for answer in await asyncio.gather(*(in_time(ada.get("/v1/me")) for _ in range(40))):
        assert_ok(answer)
    assert_created(await ada.post(LISTINGS, request, key=key), "listing")
    assert any("silent for too long" in str(line) for line in app.log.lines())
    assert empty_database.value("select count(*) from listings where name = 'Once'") == 1

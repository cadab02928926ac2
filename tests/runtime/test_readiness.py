"""What `GET /readyz` looks at (spec 6.4 Service)."""

from __future__ import annotations

import asyncio

from fleetprompt.store import migrate
from tests.conftest import Start
from tests.support.answers import assert_error, assert_ok
from tests.support.application import App
from tests.support.databases import Database
from tests.support.keys import key_ring, master_keys
from tests.support.people import People


async def test_a_ready_process_names_its_keys_by_fingerprint(people: People) -> None:
    ready = assert_ok(await people.visitor().get("/readyz"))
    marks = key_ring().fingerprints
    assert ready["keyVersions"] == [
        {"version": "v2", "fingerprint": marks["v2"], "signs": True},
        {"version": "v1", "fingerprint": marks["v1"], "signs": False},
    ]


async def test_a_process_without_a_key_that_live_rows_name_is_not_ready(start: Start, empty_database: Database) -> None:
    await (await start(on=empty_database)).people.register()
    behind = (await start(on=empty_database, MASTER_KEYS=master_keys(1))).people.visitor()
    refusal = assert_error(await behind.get("/readyz"), "UNAVAILABLE")
    named = "sessions, for their cookies, users, for their buyer references"
    assert refusal["message"] == f"The key ring lacks v2, which is named by {named}."
    assert_ok(await behind.get("/healthz"))


async def test_a_process_at_another_schema_is_not_ready(start: Start, empty_database: Database) -> None:
    app = await start(on=empty_database)
    empty_database.change("update alembic_version set version_num = '0001'")
    refusal = assert_error(await app.people.visitor().get("/readyz"), "UNAVAILABLE")
    assert "migration 0001" in refusal["message"]


async def test_many_who_ask_at_once_cost_the_database_no_more_than_one(app: App) -> None:
    visitor = app.people.visitor()
    with app.counting() as cost:
        for _ in range(3):
            answers = await asyncio.gather(*(visitor.get("/readyz") for _ in range(50)))
            assert {answer.status_code for answer in answers} == {200}
    assert 3 <= cost.statements <= 3 * 3 * 3, "150 asked"


async def test_what_was_wrong_is_told_to_all_who_wait_and_to_nobody_afterwards(
    start: Start, empty_database: Database
) -> None:
    app = await start(on=empty_database)
    empty_database.change("update alembic_version set version_num = '0001'")
    visitor = app.people.visitor()
    for answer in await asyncio.gather(*(visitor.get("/readyz") for _ in range(20))):
        assert_error(answer, "UNAVAILABLE")
    empty_database.change("update alembic_version set version_num = %s", migrate.head())
    assert_ok(await visitor.get("/readyz"))

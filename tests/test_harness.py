"""The fixtures themselves: each does what its docstring says."""

from __future__ import annotations

import asyncio
import base64

import psycopg
import pytest

from fleetprompt import ids
from fleetprompt.runtime.services import Services
from fleetprompt.web import signatures
from tests.conftest import Start
from tests.support.answers import assert_created, assert_error, assert_ok
from tests.support.application import App, LogFile
from tests.support.callers import Caller, Partner
from tests.support.clock import FakeClock
from tests.support.contents import added_rows, snapshot_counts, unchanged
from tests.support.databases import Database
from tests.support.people import People
from tests.support.servers import Servers

LOGGED_WITHIN_S = 10


async def test_a_registered_person_is_signed_in(people: People) -> None:
    ada = await people.register("Ada Lovelace")
    me = assert_ok(await ada.get("/v1/me"))
    assert me["user"]["userId"] == ada.user_id
    assert me["user"]["displayName"] == "Ada Lovelace"
    assert me["csrfToken"] == await ada.csrf_token()


async def test_people_do_not_share_their_sessions(people: People, api: Caller) -> None:
    ada, bea = await people.register("Ada"), await people.register("Bea")
    assert (await ada.get("/v1/me")).json()["user"]["userId"] == ada.user_id
    assert (await bea.get("/v1/me")).json()["user"]["userId"] == bea.user_id
    assert_error(await api.get("/v1/me"), "UNAUTHENTICATED")


async def test_a_visitor_keeps_no_cookie(api: Caller) -> None:
    request = {"email": "visitor@example.org", "password": "twelve letters", "displayName": "Vera"}
    answer = await api.post("/v1/auth/register", request)
    assert_created(answer, "user")
    assert "set-cookie" in answer.headers
    assert_error(await api.get("/v1/me"), "UNAUTHENTICATED")


async def test_an_admin_has_the_capability(people: People) -> None:
    ines = await people.admin()
    assert (await ines.get("/v1/me")).json()["user"]["capabilities"] == ["admin"]


async def test_a_refused_request_is_checked_for_every_field_and_for_what_it_left(
    api: Caller, database: Database
) -> None:
    with unchanged(database):
        answer = await api.post("/v1/auth/register", {"email": 3, "password": "short", "displayName": "Ada"})
    assert_error(answer, "VALIDATION_FAILED", fields=["email", "password"])
    with pytest.raises(AssertionError):
        assert_error(answer, "VALIDATION_FAILED", fields=["email"])
    with pytest.raises(AssertionError):
        assert_error(answer, "NOT_FOUND")


async def test_a_change_in_any_table_is_noticed(people: People, database: Database) -> None:
    with pytest.raises(AssertionError, match=r"tables changed.*users"), unchanged(database):
        await people.register()
    with added_rows(database) as added:
        await people.register()
    assert added == {"users": 1, "sessions": 1, "audit_events": 2}
    with unchanged(database, but=("users", "sessions", "audit_events")):
        await people.register()


async def test_the_clock_ends_a_session(people: People, clock: FakeClock) -> None:
    ada = await people.register()
    clock.advance(hours=12, ms=-1)
    assert_ok(await ada.get("/v1/me"))
    clock.advance(hours=24)
    assert_error(await ada.get("/v1/me"), "UNAUTHENTICATED")


async def test_statements_are_counted(app: App, services: Services, people: People) -> None:
    ada = await people.register()
    with app.counting() as cost:
        await ada.get("/v1/me")
    assert (cost.statements, cost.round_trips) == (2, 2)
    assert services is app.services


async def test_a_module_has_its_database_and_a_test_may_have_an_empty_one(
    people: People, database: Database, empty_database: Database
) -> None:
    await people.register()
    assert snapshot_counts(database)["users"] >= 1
    assert snapshot_counts(empty_database)["users"] == 0


async def test_another_application_may_have_other_settings(start: Start, empty_database: Database) -> None:
    limited = await start(on=empty_database, RATE_LIMITS="default", PUBLIC_URL="https://market.example")
    for _ in range(5):
        ada = await limited.people.register()
    assert "__Host-fp_session" in ada.client.cookies
    visitor = limited.people.visitor()
    request = {"email": "sixth@example.org", "password": "twelve letters", "displayName": "Six"}
    assert_error(await visitor.post("/v1/auth/register", request, key=None), "RATE_LIMITED")
    assert snapshot_counts(empty_database)["users"] == 5


async def test_the_log_of_a_request_can_be_read(api: Caller, log: LogFile) -> None:
    answer = await api.get("/v1/me")
    lines = log.of_request(answer.headers["x-request-id"])
    (line,) = [each for each in lines if each["event"] == "request"]
    assert line["outcome"] == "UNAUTHENTICATED"


async def test_a_partner_signs_what_the_server_verifies(app: App, clock: FakeClock) -> None:
    secret = bytes(range(32))
    key = {"partnerKeyId": ids.encode("prt", ids.new_uuid()), "targetSystem": "whs"}
    partner = Partner(app.line, clock, base64.b64encode(secret).decode(), key)
    request = partner.client.build_request("POST", "/v1/internal/ping", content=b"{}", headers={"idempotency-key": "k"})
    await partner.sign(request)
    raw = [(name.lower(), value) for name, value in request.headers.raw]
    authorities = app.services.settings.authorities
    signed = signatures.parse("POST", request.url.raw_path, b"", raw, authorities)
    assert signed.key_id == partner.key_id
    signatures.verify(signed, (secret,), b"{}", clock.now_ms() // 1000)
    with pytest.raises(signatures.SignatureRefused):
        signatures.verify(signed, (secret,), b"{} ", clock.now_ms() // 1000)


def test_the_serving_role_owns_nothing(database: Database) -> None:
    if not database.cluster.separates_roles:
        pytest.skip("one role owns and serves here")
    with database.as_serving() as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("delete from users")
    serving = database.cluster.serving.username
    assert database.value("select count(*) from pg_tables where tableowner = %s", serving) == 0


@pytest.mark.slow
async def test_two_servers_share_one_database(servers: Servers) -> None:
    ada = await servers.people.register("Ada")
    for _ in range(4):
        assert (await ada.get("/v1/me")).json()["user"]["userId"] == ada.user_id
    async with asyncio.timeout(LOGGED_WITHIN_S):
        while not all("accounts.me" in process.log() for process in servers.processes):
            await asyncio.sleep(0.01)
    assert servers.processes[0].url != servers.processes[1].url


@pytest.mark.slow
async def test_a_killed_server_starts_again_with_what_it_had(servers: Servers) -> None:
    first = servers.processes[0]
    ada = await servers.people_of(0).register("Ada")
    first.kill()
    first.start()
    first.wait_ready()
    assert (await ada.get("/v1/me")).json()["user"]["userId"] == ada.user_id
    assert first.stop() == 0

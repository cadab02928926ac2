"""POST /v1/auth/register."""

from __future__ import annotations

import asyncio

from fleetprompt import ids
from tests.conftest import Start
from tests.support.answers import assert_created, assert_error, assert_ok
from tests.support.callers import Caller
from tests.support.contents import unchanged
from tests.support.databases import Database
from tests.support.events import events_of
from tests.support.people import People

REQUEST = {"email": "ada@example.org", "password": "a twelve letters", "displayName": "Ada"}


async def test_a_new_account_is_signed_in_and_can_do_nothing_special(people: People, database: Database) -> None:
    browser = people.browser()
    answer = await browser.post("/v1/auth/register", REQUEST | {"email": "New@Example.org"}, key=None)
    user = assert_created(answer, "user")
    assert user == {
        "userId": user["userId"],
        "email": "New@Example.org",
        "displayName": "Ada",
        "capabilities": [],
    }
    assert answer.headers["cache-control"] == "no-store"
    assert assert_ok(await browser.get("/v1/me"))["user"] == user
    registered, signed_in = events_of(database, answer)
    assert (registered.type, signed_in.type) == ("user.registered", "session.created")
    assert signed_in.cause == registered.id
    assert registered.details == {"userId": user["userId"]}
    external_id = database.value("select external_id from users where id = %s", ids.decode("usr", user["userId"]))
    assert external_id == f"local|{user['userId']}"


async def test_a_known_email_is_refused_however_it_is_written(api: Caller, database: Database) -> None:
    assert_created(await api.post("/v1/auth/register", REQUEST | {"email": "jos\u00e9@example.org"}, key=None), "user")
    with unchanged(database):
        for spelling in ("jos\u00e9@example.org", "JOSE\u0301@Example.ORG"):
            answer = await api.post("/v1/auth/register", REQUEST | {"email": spelling}, key=None)
            assert_error(answer, "CONFLICT", "email_taken")
            assert "set-cookie" not in answer.headers


async def test_of_two_who_register_one_email_at_once_one_gets_it(api: Caller, database: Database) -> None:
    request = REQUEST | {"email": "twins@example.org"}
    answers = await asyncio.gather(*(api.post("/v1/auth/register", request, key=None) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert database.value("select count(*) from users where email_key = %s", "twins@example.org") == 1


async def test_every_unfit_field_is_named(api: Caller, database: Database) -> None:
    with unchanged(database):
        answer = await api.post("/v1/auth/register", {"email": "ada", "password": "short", "displayName": ""}, key=None)
    assert_error(answer, "VALIDATION_FAILED", fields=["email", "password", "displayName"])


async def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(api: Caller) -> None:
    answer = await api.post("/v1/auth/register", REQUEST | {"email": "cookie@example.org"}, key=None)
    name, _, rest = answer.headers["set-cookie"].partition("=")
    assert name == "fp_session"
    assert set(rest.split("; ")[1:]) == {"Path=/", "HttpOnly", "SameSite=Lax"}


async def test_over_https_the_cookie_is_bound_to_the_host(start: Start) -> None:
    app = await start(PUBLIC_URL="https://market.example")
    answer = await app.people.visitor().post("/v1/auth/register", REQUEST | {"email": "host@example.org"}, key=None)
    name, _, rest = answer.headers["set-cookie"].partition("=")
    assert name == "__Host-fp_session"
    assert set(rest.split("; ")[1:]) == {"Path=/", "HttpOnly", "SameSite=Lax", "Secure"}


async def test_another_sites_page_registers_nobody(api: Caller, database: Database) -> None:
    request = REQUEST | {"email": "foreign@example.org"}
    with unchanged(database):
        for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}):
            assert_error(await api.post("/v1/auth/register", request, key=None, headers=headers), "UNAUTHORIZED")


async def test_the_sixth_registration_of_an_address_within_an_hour_is_refused(
    start: Start, empty_database: Database
) -> None:
    app = await start(on=empty_database, RATE_LIMITS="default")
    visitor = app.people.visitor()
    for number in range(6):
        answer = await visitor.post("/v1/auth/register", REQUEST | {"email": f"n{number}@example.org"}, key=None)
    assert_error(answer, "RATE_LIMITED")
    app.clock.advance(hours=1)
    assert_created(await visitor.post("/v1/auth/register", REQUEST, key=None), "user")

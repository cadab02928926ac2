"""POST /v1/auth/login."""

from __future__ import annotations

import asyncio

import argon2
import pytest

from fleetprompt import ids
from tests.conftest import Start
from tests.support.answers import assert_error, assert_ok, assert_same_refusal
from tests.support.application import App
from tests.support.callers import Caller
from tests.support.contents import added_rows, unchanged
from tests.support.databases import Database
from tests.support.events import events_of
from tests.support.holding import must_run_again, until_awaited, while_a_password_is_verified
from tests.support.people import People, Person

CHEAP = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def credentials(person: Person, **over: str) -> dict[str, str]:
    return {"email": person.email, "password": person.password, **over}


async def test_the_right_password_begins_a_session(people: People, database: Database) -> None:
    ada = await people.register("Ada")
    browser = people.browser()
    with added_rows(database) as added:
        answer = await browser.post("/v1/auth/login", credentials(ada, email=ada.email.upper()), key=None)
    assert assert_ok(answer, "user")["userId"] == ada.user_id
    assert added == {"sessions": 1, "audit_events": 1}
    assert answer.headers["cache-control"] == "no-store"
    (event,) = events_of(database, answer)
    assert event.type == "session.created"
    assert event.details["userId"] == ada.user_id
    assert_ok(await browser.get("/v1/me"))


async def test_every_login_gives_a_new_id_and_takes_none_that_it_is_offered(people: People) -> None:
    ada, mallory = await people.register("Ada"), await people.register("Mallory")
    planted = mallory.session_cookie
    browser = people.browser()
    browser.client.cookies.set("fp_session", planted or "")
    answer = await browser.client.post("/v1/auth/login", json=credentials(ada))
    assert_ok(answer, "user")
    first = answer.cookies["fp_session"]
    assert first != planted
    second = (await browser.client.post("/v1/auth/login", json=credentials(ada))).cookies["fp_session"]
    assert second not in (first, planted)
    assert assert_ok(await mallory.get("/v1/me"))["user"]["userId"] == mallory.user_id


async def test_nothing_tells_a_wrong_password_from_an_unknown_email_or_a_suspended_user(
    people: People, api: Caller, database: Database
) -> None:
    ada, eve = await people.register("Ada"), await people.register("Eve")
    suspend = "update users set suspended_at_ms = 1, suspend_reason = 'spam' where id = %s"
    assert database.change(suspend, ids.decode("usr", eve.user_id)) == 1
    with unchanged(database):
        wrong = await api.post("/v1/auth/login", credentials(ada, password="not her password"), key=None)
        short = await api.post("/v1/auth/login", credentials(ada, password="x"), key=None)
        unknown = await api.post("/v1/auth/login", credentials(ada, email="nobody@example.org"), key=None)
        suspended = await api.post("/v1/auth/login", credentials(eve), key=None)
    assert_error(wrong, "UNAUTHENTICATED")
    for answer in (short, unknown, suspended):
        assert_same_refusal(wrong, answer)
        assert "set-cookie" not in answer.headers


async def test_an_unknown_email_costs_a_verification_like_a_known_one(app: App, people: People, api: Caller) -> None:
    ada = await people.register("Ada")
    for email in (ada.email, "nobody@example.org"):
        with app.counting() as cost:
            await api.post("/v1/auth/login", credentials(ada, email=email, password="not her password"), key=None)
        assert (cost.statements, cost.round_trips) == (1, 1)


async def test_a_login_costs_three_round_trips(app: App, people: People, api: Caller) -> None:
    ada = await people.register("Ada")
    with app.counting() as cost:
        assert_ok(await api.post("/v1/auth/login", credentials(ada), key=None))
    assert cost.round_trips == 3


async def test_the_hash_is_made_anew_where_its_parameters_are_old(
    people: People, api: Caller, database: Database
) -> None:
    ada = await people.register("Ada")
    user_id = ids.decode("usr", ada.user_id)
    weak = CHEAP.hash(ada.password)
    database.change("update users set password_hash = %s where id = %s", weak, user_id)
    assert_ok(await api.post("/v1/auth/login", credentials(ada), key=None))
    renewed = database.value("select password_hash from users where id = %s", user_id)
    assert renewed != weak
    assert_ok(await api.post("/v1/auth/login", credentials(ada), key=None))
    assert database.value("select password_hash from users where id = %s", user_id) == renewed


async def test_another_sites_page_signs_nobody_in(people: People, api: Caller, database: Database) -> None:
    ada = await people.register("Ada")
    with unchanged(database):
        for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}):
            answer = await api.post("/v1/auth/login", credentials(ada), key=None, headers=headers)
            assert_error(answer, "UNAUTHORIZED")


async def test_a_login_whose_password_is_replaced_meanwhile_is_refused(
    people: People, api: Caller, database: Database
) -> None:
    ada, bea = await people.register("Ada"), await people.register("Bea")
    replace = "update users set password_hash = (select password_hash from users where id = %s) where id = %s"
    async with until_awaited(database) as other:
        other.execute(replace, (ids.decode("usr", bea.user_id), ids.decode("usr", ada.user_id)))
        login = asyncio.create_task(api.post("/v1/auth/login", credentials(ada), key=None))
    assert_error(await login, "UNAUTHENTICATED")
    sessions = "select count(*) from sessions where user_id = %s"
    assert database.value(sessions, ids.decode("usr", ada.user_id)) == 1


async def test_a_login_of_somebody_who_is_suspended_meanwhile_is_refused(
    people: People, api: Caller, database: Database
) -> None:
    ada = await people.register("Ada")
    suspend = "update users set suspended_at_ms = 1, suspend_reason = 'spam' where id = %s"
    async with until_awaited(database) as other:
        other.execute(suspend, (ids.decode("usr", ada.user_id),))
        login = asyncio.create_task(api.post("/v1/auth/login", credentials(ada), key=None))
    assert_error(await login, "UNAUTHENTICATED")


@pytest.mark.parametrize(
    "change", [f"password_hash = '{CHEAP.hash('another')}'", "suspended_at_ms = 1, suspend_reason = 'spam'"]
)
async def test_a_login_whose_account_changes_while_the_password_is_verified_is_refused(
    people: People, api: Caller, database: Database, change: str
) -> None:
    ada = await people.register("Ada")
    request = api.post("/v1/auth/login", credentials(ada), key=None)
    async with while_a_password_is_verified(request) as login:
        database.change(f"update users set {change} where id = %s", ids.decode("usr", ada.user_id))
    assert_error(await login, "UNAUTHENTICATED")


async def test_whoever_changes_an_account_during_a_login_sees_the_new_session(
    people: People, api: Caller, database: Database
) -> None:
    ada = await people.register("Ada")
    update = "update users set password_hash = 'another' where id = %s"
    with must_run_again(database, update, ids.decode("usr", ada.user_id)):
        assert_ok(await api.post("/v1/auth/login", credentials(ada), key=None))


async def test_many_logins_of_one_user_at_once_all_succeed(people: People, api: Caller) -> None:
    ada = await people.register("Ada")
    answers = await asyncio.gather(*(api.post("/v1/auth/login", credentials(ada), key=None) for _ in range(8)))
    assert [answer.status_code for answer in answers] == [200] * 8
    assert len({answer.cookies["fp_session"] for answer in answers}) == 8


async def test_the_sixth_wrong_password_in_a_minute_is_not_looked_at(start: Start, empty_database: Database) -> None:
    app = await start(on=empty_database, RATE_LIMITS="default")
    ada, visitor = await app.people.register("Ada"), app.people.visitor()
    for _ in range(5):
        assert_ok(await visitor.post("/v1/auth/login", credentials(ada), key=None))
    for _ in range(5):
        answer = await visitor.post("/v1/auth/login", credentials(ada, password="wrong"), key=None)
        assert_error(answer, "UNAUTHENTICATED")
    assert_error(await visitor.post("/v1/auth/login", credentials(ada), key=None), "RATE_LIMITED")
    app.clock.advance(minutes=1)
    assert_ok(await visitor.post("/v1/auth/login", credentials(ada), key=None))


async def test_an_address_fails_ten_times_a_minute_whatever_the_account(start: Start, empty_database: Database) -> None:
    app = await start(on=empty_database, RATE_LIMITS="default")
    visitor = app.people.visitor()
    codes = [
        (
            await visitor.post("/v1/auth/login", {"email": f"n{n}@example.org", "password": "wrong"}, key=None)
        ).status_code
        for n in range(11)
    ]
    assert codes == [401] * 10 + [429]

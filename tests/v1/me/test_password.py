"""POST /v1/me/password."""

from __future__ import annotations

import asyncio
from typing import Any

import argon2

from fleetprompt import ids
from tests.conftest import Start
from tests.support.answers import assert_error, assert_ok, assert_replayed
from tests.support.contents import unchanged
from tests.support.databases import Database
from tests.support.events import events_of
from tests.support.holding import until_awaited, while_a_password_is_verified
from tests.support.people import People, Person

NEW = "another twelve letters"


def change(person: Person, **over: str) -> dict[str, str]:
    return {"current": person.password, "new": NEW, **over}


async def test_the_new_password_counts_and_the_old_one_does_not(people: People, database: Database) -> None:
    ada = await people.register("Ada")
    elsewhere = await people.signed_in_elsewhere(ada)
    program = await ada.api_key()
    answer = await ada.post("/v1/me/password", change(ada))
    assert assert_ok(answer, "user")["userId"] == ada.user_id
    changed, ended = events_of(database, answer)
    assert (changed.type, changed.details) == ("user.password_changed", {"userId": ada.user_id})
    assert (ended.type, ended.cause) == ("session.ended", changed.id)
    assert_ok(await ada.get("/v1/me"))
    assert_error(await elsewhere.get("/v1/me"), "UNAUTHENTICATED")
    assert_ok(await program.get("/v1/me"))
    login = {"email": ada.email, "password": ada.password}
    assert_error(await people.visitor().post("/v1/auth/login", login, key=None), "UNAUTHENTICATED")
    assert_ok(await people.visitor().post("/v1/auth/login", login | {"password": NEW}, key=None))


async def test_a_wrong_current_password_is_named_and_changes_nothing(people: People, database: Database) -> None:
    ada = await people.register("Ada")
    await ada.csrf_token()
    with unchanged(database):
        answer = await ada.post("/v1/me/password", change(ada, current="not her password"))
        assert_error(answer, "VALIDATION_FAILED", fields=["current"])
        answer = await ada.post("/v1/me/password", change(ada, current="", new="short"))
        assert_error(answer, "VALIDATION_FAILED", fields=["current", "new"])


async def test_a_replay_is_answered_although_the_current_password_is_another_one_now(people: People) -> None:
    ada = await people.register("Ada")
    first = await ada.post("/v1/me/password", change(ada), key="change-1")
    assert_ok(first)
    assert_replayed(await ada.post("/v1/me/password", change(ada), key="change-1"), first)
    answer = await ada.post("/v1/me/password", change(ada, new="yet another password"), key="change-1")
    assert_error(answer, "CONFLICT", "idempotency_key_reused")


async def test_a_password_needs_a_session_to_change(people: People, database: Database) -> None:
    ada = await people.register("Ada")
    program = await ada.api_key(scopes=["read", "publish", "install"])
    with unchanged(database):
        assert_error(await program.post("/v1/me/password", change(ada)), "UNAUTHORIZED")
        assert_error(await people.visitor().post("/v1/me/password", change(ada)), "UNAUTHENTICATED")


async def test_guessing_the_current_password_is_limited_like_signing_in(start: Start, empty_database: Database) -> None:
    app = await start(on=empty_database, RATE_LIMITS="default")
    ada = await app.people.register("Ada")
    for _ in range(5):
        answer = await ada.post("/v1/me/password", change(ada, current="a guess"))
        assert_error(answer, "VALIDATION_FAILED", fields=["current"])
    assert_error(await ada.post("/v1/me/password", change(ada)), "RATE_LIMITED")
    app.clock.advance(minutes=1)
    assert_ok(await ada.post("/v1/me/password", change(ada)))


async def test_a_change_ends_the_session_that_a_login_begins_meanwhile(people: People, database: Database) -> None:
    ada = await people.register("Ada")
    await ada.csrf_token()
    user_id, session_id = ids.decode("usr", ada.user_id), ids.new_uuid()
    begin = (
        "insert into sessions (id, user_id, secret_hash, key_version, created_at_ms, last_seen_at_ms, expires_at_ms)"
        " select %s, user_id, sha256('another'), key_version, created_at_ms, last_seen_at_ms, expires_at_ms"
        " from sessions where user_id = %s"
    )
    async with until_awaited(database) as login:
        login.execute("update users set password_hash = password_hash where id = %s", (user_id,))
        login.execute(begin, (session_id, user_id))
        changing = asyncio.create_task(ada.post("/v1/me/password", change(ada)))
    assert_ok(await changing)
    assert database.value("select ended_at_ms is not null from sessions where id = %s", session_id)


async def test_a_change_is_refused_where_the_password_is_changed_while_it_is_verified(
    people: People, database: Database
) -> None:
    ada = await people.register("Ada")
    await ada.csrf_token()
    other = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("another")
    request = ada.post("/v1/me/password", change(ada))
    async with while_a_password_is_verified(request) as changing:
        database.change("update users set password_hash = %s where id = %s", other, ids.decode("usr", ada.user_id))
    assert_error(await changing, "VALIDATION_FAILED", fields=["current"])


async def test_no_login_with_the_old_password_outlives_its_change(people: People, database: Database) -> None:
    for _ in range(5):
        ada = await people.register("Ada")
        await ada.csrf_token()
        old = {"email": ada.email, "password": ada.password}
        browsers = [people.browser() for _ in range(4)]
        *logins, changed = await asyncio.gather(
            *(browser.post("/v1/auth/login", old, key=None) for browser in browsers),
            ada.post("/v1/me/password", change(ada)),
        )
        assert_ok(changed)
        assert {login.status_code for login in logins} <= {200, 401}
        for browser in browsers:
            assert_error(await browser.get("/v1/me"), "UNAUTHENTICATED")
        assert _begun_and_ended(database, ada) == [1 + _succeeded(logins), _succeeded(logins)]
        assert_ok(await ada.get("/v1/me"))


async def test_of_two_changes_at_once_from_one_password_one_counts(people: People) -> None:
    ada = await people.register("Ada")
    elsewhere = await people.signed_in_elsewhere(ada)
    await ada.csrf_token()
    await elsewhere.csrf_token()
    answers = await asyncio.gather(
        ada.post("/v1/me/password", change(ada, new="the first of two")),
        elsewhere.post("/v1/me/password", change(ada, new="the second of two")),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 400]


def _succeeded(logins: list[Any]) -> int:
    return sum(login.status_code == 200 for login in logins)


def _begun_and_ended(database: Database, person: Person) -> list[int]:
    return [
        database.value(
            "select count(*) from audit_events where type = %s and details->>'userId' = %s", kind, person.user_id
        )
        for kind in ("session.created", "session.ended")
    ]

"""R-RACE of accounts: what begins a session meets what ends them."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from tests.races.arena import Arena
from tests.support.answers import assert_error, assert_ok
from tests.support.people import Person

pytestmark = pytest.mark.slow


def sign_in(arena: Arena, bea: Person) -> tuple[Person, asyncio.Task[httpx.Response]]:
    """The same user in another browser, signing in."""
    elsewhere = Person(bea.line, bea.email, bea.password)
    request = {"email": bea.email, "password": bea.password}
    return elsewhere, asyncio.create_task(elsewhere.post("/v1/auth/login", request, key=None))


async def wait_for(sent: asyncio.Task[httpx.Response]) -> httpx.Response:
    """Its answer."""
    return await sent


async def test_r_race_no_session_outlives_the_password_that_began_it(arena: Arena) -> None:
    for _ in arena.rounds():
        bea = await arena.people.register()
        await bea.csrf_token()
        elsewhere, sent = sign_in(arena, bea)
        changed, begun = await arena.at_once(
            bea.post("/v1/me/password", {"current": bea.password, "new": "another twelve letters"}), wait_for(sent)
        )
        assert_ok(changed, "user")
        if not begun.is_success:
            assert_error(begun, "UNAUTHENTICATED")
        assert_error(await elsewhere.get("/v1/me"), "UNAUTHENTICATED")
        assert_ok(await bea.get("/v1/me"))


async def test_r_race_a_session_lives_on_beside_a_grant_only_if_it_began_with_it(arena: Arena) -> None:
    for _ in arena.rounds():
        bea = await arena.people.register()
        elsewhere, sent = sign_in(arena, bea)
        granted, begun = await arena.at_once(
            arena.ines.post(f"/v1/admin/users/{bea.user_id}/capabilities", {"grant": ["publisher"], "revoke": []}),
            wait_for(sent),
        )
        assert_ok(granted)
        had_it = "publisher" in assert_ok(begun, "user")["capabilities"]
        lives = (await elsewhere.get("/v1/me")).is_success
        assert lives == had_it
        assert_error(await bea.get("/v1/me"), "UNAUTHENTICATED")


async def test_r_race_an_email_belongs_to_one_account(arena: Arena) -> None:
    for number in arena.rounds():
        request = {"email": f"same.{number}@example.org", "password": "twelve letters", "displayName": "Same"}
        answers = await arena.at_once(
            *(arena.people.browser().post("/v1/auth/register", request, key=None) for _ in range(2))
        )
        assert sorted(answer.status_code for answer in answers) == [201, 409]
        (loser,) = (answer for answer in answers if not answer.is_success)
        assert_error(loser, "CONFLICT", "email_taken")


async def test_r_race_a_first_profile_written_twice_makes_one_publisher(arena: Arena) -> None:
    for number in arena.rounds():
        bea = await arena.people.register()
        await bea.csrf_token()
        answers = await arena.at_once(
            *(bea.put("/v1/publisher/profile", {"displayName": f"{name} {number}"}) for name in ("One", "Two"))
        )
        made = [assert_ok(answer, "publisher") for answer in answers]
        assert made[0]["publisherId"] == made[1]["publisherId"]
        assert made[0]["handle"] == made[1]["handle"]


async def test_r_race_of_two_admins_who_take_the_capability_from_one_another_one_keeps_it(arena: Arena) -> None:
    for _ in arena.rounds():
        eve, mallory = await arena.people.admin(), await arena.people.admin()
        answers = await arena.at_once(
            *(
                by.post(f"/v1/admin/users/{of.user_id}/capabilities", {"grant": [], "revoke": ["admin"]})
                for by, of in ((eve, mallory), (mallory, eve))
            )
        )
        assert sorted(answer.is_success for answer in answers) == [False, True]
        loser = next(answer for answer in answers if not answer.is_success)
        assert loser.status_code in {401, 403}
        assert sorted([await is_admin(eve), await is_admin(mallory)]) == [False, True]


async def test_r_race_of_two_admins_who_suspend_one_another_one_stays(arena: Arena) -> None:
    for _ in arena.rounds():
        eve, mallory = await arena.people.admin(), await arena.people.admin()
        for admin in (eve, mallory):
            await admin.csrf_token()
        answers = await arena.at_once(
            *(
                by.post(f"/v1/admin/users/{of.user_id}/suspend", {"reason": "She began it."})
                for by, of in ((eve, mallory), (mallory, eve))
            )
        )
        assert sorted(answer.is_success for answer in answers) == [False, True]
        assert sorted([await is_admin(eve), await is_admin(mallory)]) == [False, True]


async def is_admin(person: Person) -> bool:
    """Whether she may use the admin surface."""
    return (await person.get("/v1/admin/partner-keys")).is_success


async def test_r_race_no_key_is_issued_to_a_session_that_a_new_password_ended(arena: Arena) -> None:
    for _ in arena.rounds():
        bea = await arena.people.register()
        elsewhere, sent = sign_in(arena, bea)
        assert_ok(await sent)
        await elsewhere.csrf_token()
        changed, issued = await arena.at_once(
            bea.post("/v1/me/password", {"current": bea.password, "new": "another twelve letters"}),
            elsewhere.post("/v1/api-keys", {"name": "late"}),
        )
        assert_ok(changed, "user")
        issuing = (await elsewhere.post("/v1/api-keys", {"name": "later"})).status_code
        assert issuing == 401
        if not issued.is_success:
            assert_error(issued, "UNAUTHENTICATED")

"""GET /v1/me."""

from __future__ import annotations

from tests.support.answers import assert_error, assert_ok
from tests.support.application import App
from tests.support.callers import Caller
from tests.support.people import People


async def test_a_browser_sees_the_user_and_a_csrf_token(people: People) -> None:
    ada = await people.register("Ada")
    answer = await ada.get("/v1/me")
    me = assert_ok(answer)
    assert me.keys() == {"user", "csrfToken"}
    assert me["user"] == {
        "userId": ada.user_id,
        "email": ada.email,
        "displayName": "Ada",
        "capabilities": [],
    }
    assert answer.headers["cache-control"] == "no-store"


async def test_a_publisher_sees_her_publisher(people: People) -> None:
    ada = await people.register("Ada")
    publisher = await ada.become_publisher(bio={"format": "markdown", "markdown": "*Hello*"})
    assert assert_ok(await ada.get("/v1/me"))["publisher"] == publisher


async def test_a_program_gets_no_csrf_token(people: People) -> None:
    ada = await people.register("Ada")
    program = await ada.api_key()
    assert assert_ok(await program.get("/v1/me")).keys() == {"user"}


async def test_cookies_are_ignored_beside_an_authorization_header(people: People) -> None:
    ada, bea = await people.register("Ada"), await people.register("Bea")
    program = await bea.api_key()
    answer = await ada.get("/v1/me", headers={"authorization": f"Bearer {program.secret}"})
    assert assert_ok(answer)["user"]["userId"] == bea.user_id
    assert_error(await ada.get("/v1/me", headers={"authorization": "Bearer nonsense"}), "UNAUTHENTICATED")


async def test_a_forged_cookie_is_nobody_and_asks_the_database_nothing(people: People, app: App) -> None:
    ada = await people.register("Ada")
    opaque, _, signature = (ada.session_cookie or "").partition(".")
    browser = people.browser()
    for forged in (opaque, f"{opaque}.{'A' * len(signature)}", f"{opaque}.{signature}=", "", "fps_" + "x" * 43):
        browser.client.cookies.set("fp_session", forged)
        with app.counting() as cost:
            assert_error(await browser.get("/v1/me"), "UNAUTHENTICATED")
        assert cost.statements == 0


async def test_nobody_is_unauthenticated(api: Caller) -> None:
    assert_error(await api.get("/v1/me"), "UNAUTHENTICATED")

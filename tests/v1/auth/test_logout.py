"""POST /v1/auth/logout."""

from __future__ import annotations

from tests.conftest import Start
from tests.support.answers import assert_error, assert_ok
from tests.support.contents import unchanged
from tests.support.databases import Database
from tests.support.events import events_of
from tests.support.people import People


async def test_the_session_ends_and_the_browser_forgets_it(people: People, database: Database) -> None:
    ada = await people.register("Ada")
    other = await people.signed_in_elsewhere(ada)
    cookie = ada.session_cookie
    answer = await ada.post("/v1/auth/logout", key=None)
    session = assert_ok(answer, "session")
    assert session["current"] is True
    assert session["endedAtMs"] >= session["createdAtMs"]
    assert answer.headers["set-cookie"] == "fp_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"
    assert ada.session_cookie is None
    (event,) = events_of(database, answer)
    assert (event.type, event.cause) == ("session.ended", None)
    assert event.details == {"userId": ada.user_id, "sessionId": session["sessionId"]}
    ada.client.cookies.set("fp_session", cookie or "")
    assert_error(await ada.get("/v1/me"), "UNAUTHENTICATED")
    assert_ok(await other.get("/v1/me"))


async def test_over_https_the_cookie_that_is_taken_back_is_the_one_bound_to_the_host(start: Start) -> None:
    app = await start(PUBLIC_URL="https://market.example")
    ada = await app.people.register("Ada")
    answer = await ada.post("/v1/auth/logout", key=None)
    assert answer.headers["set-cookie"] == "__Host-fp_session=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0"


async def test_signing_out_needs_a_session_and_its_csrf_token(people: People, database: Database) -> None:
    ada = await people.register("Ada")
    program = await ada.api_key()
    with unchanged(database):
        assert_error(await people.visitor().post("/v1/auth/logout", key=None), "UNAUTHENTICATED")
        assert_error(await program.post("/v1/auth/logout", key=None), "UNAUTHORIZED")
        forged = {"x-csrf-token": "fpc_" + "A" * 43}
        assert_error(await ada.post("/v1/auth/logout", key=None, headers=forged), "UNAUTHORIZED")
        foreign = {"sec-fetch-site": "same-site"}
        assert_error(await ada.post("/v1/auth/logout", key=None, headers=foreign), "UNAUTHORIZED")

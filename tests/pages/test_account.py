"""Accounts on pages: the same verbs, and nothing that was typed is lost."""

from __future__ import annotations

from typing import Any

from tests.support.answers import assert_ok
from tests.support.application import App
from tests.support.forms import ACCEPTS, fields_of, fill_in, named, parsed, said, send, text_of, visit
from tests.support.people import People, Person

NEW_KEY = "/account/api-keys/new"


async def test_registering_signs_in_and_goes_on(people: People) -> None:
    browser = people.browser()
    typed = {"displayName": " Dora ", "email": " dora@example.org ", "password": "quite long enough"}
    answer = await fill_in(browser, "/register?next=%2Finstall%3Fx%3D1", typed)
    assert (answer.status_code, answer.headers["location"]) == (303, "/install?x=1")
    me = (await browser.get("/v1/me")).json()["user"]
    assert (me["displayName"], me["email"]) == ("Dora", "dora@example.org")
    again = await fill_in(people.browser(), "/register", {**typed, "email": "DORA@example.org"})
    assert again.status_code == 409
    assert "sign in" in again.text
    assert "quite long enough" not in again.text


async def test_a_new_key_is_shown_once_and_the_same_again_on_a_second_click(people: People) -> None:
    person = await people.register()
    held = fields_of(await visit(person, NEW_KEY), NEW_KEY)
    assert held["scopes"] == ["", "read", "publish", "install"]
    typed = {**held, "name": "CI", "scopes": ["", "read"], "expiresInDays": "7"}
    first, second = await send(person, NEW_KEY, typed), await send(person, NEW_KEY, typed)
    assert first.status_code == second.status_code == 200
    assert first.headers["cache-control"] == "no-store"
    secrets = [_secret_of(answer.text) for answer in (first, second)]
    assert secrets[0] == secrets[1]
    keys = (await person.get("/v1/api-keys")).json()["items"]
    assert [(key["name"], key["scopes"]) for key in keys] == [("CI", ["read"])]
    assert keys[0]["expiresAtMs"] - keys[0]["createdAtMs"] == 7 * 86_400_000


def _secret_of(text: str) -> str:
    return next(text_of(code) for code in parsed(text).iter("code") if text_of(code).startswith("fpk_"))


async def test_a_form_that_makes_something_has_an_address_of_its_own_and_its_key_is_in_it(people: People) -> None:
    person = await people.register()
    for asked in (NEW_KEY, f"{NEW_KEY}?form=short", f"{NEW_KEY}?form={'x' * 24}%0D%0A"):
        led = await person.get(asked, headers=ACCEPTS)
        assert (led.status_code, led.headers["cache-control"]) == (303, "no-store")
        own = led.headers["location"]
        assert own.startswith(f"{asked}{'&' if '?' in asked else '?'}form=")
        first, back, anew = [fields_of(await visit(person, path), NEW_KEY) for path in (own, own, asked)]
        assert first["_idempotency_key"] == back["_idempotency_key"] == [own.rpartition("=")[2]]
        assert anew["_idempotency_key"] != first["_idempotency_key"]


async def test_no_scope_at_all_is_not_taken_for_the_usual_ones(people: People) -> None:
    person = await people.register()
    answer = await fill_in(person, NEW_KEY, {"name": "CI", "scopes": [""]})
    assert answer.status_code == 400
    assert "“What it may do” is missing." in said(parsed(answer.text))


async def test_a_form_sent_twice_with_something_else_is_told_so_and_kept(people: People) -> None:
    person = await people.register()
    held = fields_of(await visit(person, NEW_KEY), NEW_KEY)
    assert (await send(person, NEW_KEY, {**held, "name": "First"})).status_code == 200
    changed = await send(person, NEW_KEY, {**held, "name": "Second"})
    assert changed.status_code == 409
    again = fields_of(parsed(changed.text), NEW_KEY)
    assert again["name"] == ["Second"]
    assert again["_idempotency_key"] != held["_idempotency_key"]
    assert (await send(person, NEW_KEY, again)).status_code == 200


async def test_revoking_a_key_and_ending_a_session_ask_once_and_say_what_they_do(people: People) -> None:
    person = await people.register()
    elsewhere = await people.signed_in_elsewhere(person)
    key = await person.api_key(name="Old laptop")
    path = f"/account/api-keys/{key.body['apiKeyId']}/revoke"
    assert "Old laptop" in text_of(named(await visit(person, path), "h1"))
    answer = await fill_in(person, path, {})
    assert (answer.status_code, answer.headers["location"]) == (303, "/account/api-keys?notice=revoked")
    assert (await key.get("/v1/me")).status_code == 401
    listed = (await elsewhere.get("/v1/sessions")).json()["items"]
    session = next(each["sessionId"] for each in listed if each["current"])
    assert (await fill_in(person, f"/account/sessions/{session}/end", {})).status_code == 303
    assert (await elsewhere.get("/v1/me")).status_code == 401
    stranger = await people.register()
    await visit(stranger, path, 404)


async def test_changing_the_password_shows_neither_again_and_counts_wrong_ones(people: People) -> None:
    person = await people.register()
    wrong = {"current": "surely not this one", "new": "long enough to be one"}
    answer = await fill_in(person, "/account/password", wrong)
    assert answer.status_code == 400
    assert not [word for word in wrong.values() if word in answer.text]
    changed = await fill_in(person, "/account/password", {"current": person.password, "new": wrong["new"]})
    assert (changed.status_code, changed.headers["location"]) == (303, "/account?notice=password-changed")
    assert_ok(await person.post("/v1/auth/login", {"email": person.email, "password": wrong["new"]}, key=None))


async def test_a_password_that_was_left_empty_is_missing_and_not_too_short(people: People) -> None:
    answer = await fill_in(people.browser(), "/sign-in", {"email": "ada@example.org", "password": ""})
    assert answer.status_code == 400
    assert "Password is missing." in said(parsed(answer.text))


async def _sign_in_where_it_is_asked(person: Person, text: str) -> Any:
    held = fields_of(parsed(text), "/sign-in")
    return await send(person, "/sign-in", {**held, "email": person.email, "password": person.password})


async def test_what_was_typed_survives_the_end_of_the_session(people: People, app: App) -> None:
    person = await people.register()
    held = fields_of(await visit(person, NEW_KEY), NEW_KEY)
    app.database.change("update sessions set ended_at_ms = 1 where ended_at_ms is null")
    typed = {**held, "name": "Über & <CI>", "scopes": ["", "read"], "expiresInDays": "7"}
    asked = await send(person, NEW_KEY, typed)
    assert asked.status_code == 401
    assert "Your session has ended" in asked.text
    back = await _sign_in_where_it_is_asked(person, asked.text)
    assert back.status_code == 200
    again = fields_of(parsed(back.text), NEW_KEY)
    assert (again["name"], again["scopes"], again["expiresInDays"]) == (["Über & <CI>"], ["", "read"], ["7"])
    assert again["_idempotency_key"] == held["_idempotency_key"]
    assert (await person.get("/v1/api-keys")).json()["items"] == [], "nothing was stored yet"
    assert (await send(person, NEW_KEY, again)).status_code == 200


async def test_a_password_is_not_carried_through_signing_in(people: People, app: App) -> None:
    person = await people.register()
    held = fields_of(await visit(person, "/account/password"), "/account/password")
    app.database.change("update sessions set ended_at_ms = 1 where ended_at_ms is null")
    asked = await send(
        person, "/account/password", {**held, "current": person.password, "new": "a wholly new password"}
    )
    back = await _sign_in_where_it_is_asked(person, asked.text)
    assert back.status_code == 200
    again = fields_of(parsed(back.text), "/account/password")
    assert (again["current"], again["new"]) == ([""], [""])


async def test_a_form_of_an_earlier_session_is_shown_again_with_what_was_typed(people: People) -> None:
    person = await people.register()
    held = fields_of(await visit(person, NEW_KEY), NEW_KEY)
    await person.sign_in()
    answer = await send(person, NEW_KEY, {**held, "name": "CI"})
    assert answer.status_code == 403
    again = fields_of(parsed(answer.text), NEW_KEY)
    assert again["name"] == ["CI"]
    assert (await send(person, NEW_KEY, again)).status_code == 200

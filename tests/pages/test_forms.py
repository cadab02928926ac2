"""Forms: the same operations under the same rules, with form tokens in place of headers (spec 6.5)."""

from __future__ import annotations

import pytest

from tests.conftest import Start
from tests.support.forms import ACCEPTS, fields_of, fill_in, named, parsed, send, text_of, visit
from tests.support.people import People, Person


def credentials(person: Person) -> dict[str, str]:
    return {"email": person.email, "password": person.password}


async def test_signing_in_begins_a_session_and_goes_where_she_was_going(people: People, ada: Person) -> None:
    browser = people.browser()
    answer = await fill_in(browser, "/sign-in?next=%2Fsearch%3Fq%3Datlas", credentials(ada))
    assert (answer.status_code, answer.headers["location"]) == (303, "/search?q=atlas")
    assert browser.session_cookie is not None
    me = await browser.get("/v1/me")
    assert me.json()["user"]["userId"] == ada.user_id


@pytest.mark.parametrize(
    "target",
    ["https://evil.example", "//evil.example", "/\\evil.example", "/%0d%0aSet-Cookie:x\r\ny", "javascript:1", "/\t/e"],
)
async def test_nobody_is_sent_to_a_foreign_place_after_signing_in(people: People, ada: Person, target: str) -> None:
    browser = people.browser()
    answer = await fill_in(browser, "/sign-in", {**credentials(ada), "next": target})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


async def test_a_wrong_password_shows_the_form_again_with_the_e_mail_and_without_the_password(
    people: People, ada: Person
) -> None:
    answer = await fill_in(people.browser(), "/sign-in", {"email": ada.email, "password": "not hers at all"})
    assert answer.status_code == 401
    assert "not hers at all" not in answer.text
    held = fields_of(parsed(answer.text), "/sign-in")
    assert (held["email"], held["password"]) == ([ada.email], [""])


async def test_what_is_wrong_with_a_field_is_said_beside_it_and_linked_from_the_top(people: People) -> None:
    answer = await fill_in(people.browser(), "/sign-in", {"email": "nobody", "password": ""})
    assert answer.status_code == 400
    root = parsed(answer.text)
    control = next(each for each in root.iter("input") if each.get("name") == "email")
    assert control.get("aria-invalid") == "true"
    said = {element.get("id"): text_of(element) for element in root.iter("p")}
    assert "E-mail must be an e-mail address" in said[control.get("aria-describedby")]
    assert f"#{control.get('id')}" in {link.get("href") for link in root.iter("a")}
    assert text_of(named(root, "title")).startswith("Error: ")


async def test_a_form_without_its_token_or_with_anothers_does_nothing(people: People, ada: Person) -> None:
    browser, other = people.browser(), people.browser()
    theirs = fields_of(await visit(other, "/sign-in"), "/sign-in")["_csrf"][0]
    own = fields_of(await visit(browser, "/sign-in"), "/sign-in")
    for token in (theirs, own["_csrf"][0][:-1], own["_csrf"][0].swapcase(), ""):
        answer = await send(browser, "/sign-in", {**own, **credentials(ada), "_csrf": token})
        assert answer.status_code == 403
        assert browser.session_cookie is None
        assert ada.password not in answer.text
    assert (await send(browser, "/sign-in", {**own, **credentials(ada)})).status_code == 303


async def test_a_form_from_a_foreign_page_is_refused_whatever_its_token(people: People, ada: Person) -> None:
    for foreign in (
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "https://evil.example", "sec_fetch_site": "same-origin"},
        {"origin": "null", "sec_fetch_site": "none"},
    ):
        browser = people.browser()
        answer = await fill_in(browser, "/sign-in", credentials(ada), **foreign)
        assert answer.status_code == 403
        assert browser.session_cookie is None


async def test_a_form_that_keeps_its_referrer_to_itself_is_still_ours(people: People, ada: Person) -> None:
    browser = people.browser()
    answer = await fill_in(browser, "/sign-in", credentials(ada), origin="null", sec_fetch_site="same-origin")
    assert answer.status_code == 303


async def test_a_form_is_taken_as_a_form_only(people: People, ada: Person) -> None:
    browser = people.browser()
    held = fields_of(await visit(browser, "/sign-in"), "/sign-in")
    for media_type in ("application/json", "text/plain", "multipart/form-data; boundary=x", ""):
        answer = await send(browser, "/sign-in", {**held, **credentials(ada)}, content_type=media_type)
        assert answer.status_code == 415
    assert browser.session_cookie is None


async def test_a_form_with_more_fields_than_any_has_is_refused_before_they_are_looked_at(people: People) -> None:
    browser = people.browser()
    held = fields_of(await visit(browser, "/sign-in"), "/sign-in")
    answer = await send(browser, "/sign-in", {**held, **{f"x{number}[0]": "1" for number in range(1_000)}})
    assert answer.status_code == 400
    assert "must hold at most 1,000 fields" in answer.text


async def test_wrong_passwords_are_counted_on_pages_as_they_are_in_the_api(start: Start) -> None:
    limited = await start(RATE_LIMITS="sign_in_account=2/min")
    person = await limited.people.register()
    browser = limited.people.browser()
    wrong = {"email": person.email, "password": "wrong every time"}
    codes = [(await fill_in(browser, "/sign-in", wrong)).status_code for _ in range(3)]
    assert codes == [401, 401, 429]
    refused = await fill_in(browser, "/sign-in", credentials(person))
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0
    again = await browser.post("/v1/auth/login", wrong, key=None)
    assert again.status_code == 429


async def test_signing_out_ends_the_session_and_what_the_browser_kept(people: People) -> None:
    person = await people.register()
    held = fields_of(await visit(person, "/"), "/sign-out")
    answer = await send(person, "/sign-out", held)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert answer.headers["clear-site-data"] == '"cache"'
    assert (await person.get("/v1/me")).status_code == 401


async def test_a_page_for_users_asks_to_sign_in_and_comes_back(people: People) -> None:
    answer = await people.browser().get("/sign-out?x=1", headers=ACCEPTS)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=%2Fsign-out%3Fx%3D1")


async def test_with_authorization_present_pages_know_nobody(people: People, ada: Person) -> None:
    key = await ada.api_key()
    for header in (f"Bearer {key.secret}", "Basic eDp5"):
        answer = await ada.get("/sign-out", headers={**ACCEPTS, "authorization": header})
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in")


async def test_behind_tls_the_cookies_are_bound_to_host_and_transport(start: Start) -> None:
    app = await start(PUBLIC_URL="https://fleet.example")
    browser = app.people.browser()
    root = await visit(browser, "/sign-in")
    shown = await browser.client.get("/register", headers=ACCEPTS)
    person = await app.people.register()
    assert fields_of(root, "/sign-in")["_csrf"] == fields_of(parsed(shown.text), "/register")["_csrf"], "one visit"
    kept = {cookie.name: cookie for cookie in browser.client.cookies.jar}
    assert kept.keys() == {"__Host-fp_visit"}
    assert kept["__Host-fp_visit"].secure
    answer = await fill_in(browser, "/sign-in", credentials(person))
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-fp_session=")
    assert {"Path=/", "HttpOnly", "SameSite=Lax", "Secure"} <= set(cookie.split("; "))

"""Refusals: calm pages for people, the envelope for programs (spec 6.1)."""

from __future__ import annotations

from typing import Any

import pytest

from fleetprompt.errors import STATUS, Code, Refusal
from fleetprompt.pages.refusals import ADVICE, TITLES, RefusalPages
from fleetprompt.web.exchange import open_exchange
from tests.support.answers import assert_error
from tests.support.application import App
from tests.support.callers import Caller
from tests.support.forms import ACCEPTS, parsed, said
from tests.support.people import Person


@pytest.mark.parametrize("code", Code)
def test_every_code_has_a_page_with_its_request_id(app: App, code: Code) -> None:
    scope: dict[str, Any] = {"path": "/somewhere", "method": "GET", "headers": [(b"accept", b"text/html")]}
    exchange = open_exchange(scope, "203.0.113.1")
    waits = 7 if code in {Code.RATE_LIMITED, Code.UNAVAILABLE} else None
    answer = RefusalPages(app.services).answer(Refusal(code, "What happened <b>.", retry_after_s=waits), scope)
    headers = {name.decode(): value.decode() for name, value in answer.headers}
    assert answer.status == STATUS[code]
    assert headers["cache-control"] == "no-store"
    assert headers.get("retry-after") == (None if waits is None else str(waits))
    text = said(parsed(answer.body.decode()))
    assert exchange.public_id in text
    assert "What happened <b>." in text
    assert TITLES[code] in text
    assert ADVICE[code] in text
    assert exchange.code == code


async def test_an_answer_is_a_page_for_a_person_and_the_envelope_for_a_program(api: Caller) -> None:
    for path in ("/nothing", "/nothing/", "/static/nothing.css", "/v1/nothing", "/v1/me/", "/healthz/x"):
        program = await api.get(path, headers={"accept": "*/*"})
        assert_error(program, "NOT_FOUND")
        person = await api.get(path, headers=ACCEPTS)
        is_page = person.headers["content-type"].startswith("text/html")
        assert person.status_code == 404
        assert is_page is path.startswith("/nothing"), path
    unauthenticated = await api.get("/v1/me", headers=ACCEPTS)
    assert_error(unauthenticated, "UNAUTHENTICATED")


async def test_a_page_takes_get_and_head_and_says_so(api: Caller) -> None:
    for method in ("PUT", "DELETE", "OPTIONS", "POST"):
        answer = await api.request(method, "/", headers=ACCEPTS, key=None)
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    head, shown = await api.request("HEAD", "/", key=None), await api.get("/")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == shown.headers["etag"]


async def test_who_may_not_see_a_page_is_told_so_and_who_is_not_signed_in_is_sent_to_sign_in(
    ada: Person, api: Caller
) -> None:
    answer = await api.get("/account?x=%2F", headers=ACCEPTS)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=%2Faccount%3Fx%3D%252F")
    assert (await ada.get("/account", headers=ACCEPTS)).status_code == 200


async def test_pages_ignore_what_they_do_not_know_and_tell_what_they_cannot_read(api: Caller) -> None:
    assert (await api.get("/search?utm_source=mail&utm_source=x&q=", headers=ACCEPTS)).status_code == 200
    for query in ("tags=Not%20One", "cursor=none", "sort=upwards", "assetKind=boat", "q=a&q=b"):
        answer = await api.get(f"/search?{query}", headers=ACCEPTS)
        assert answer.status_code == 400, query
        assert answer.headers["cache-control"] == "private, no-cache"

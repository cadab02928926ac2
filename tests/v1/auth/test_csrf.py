"""What a write with a session cookie must prove beside it (spec 6.4 Browser, 6.5 Requests)."""

from __future__ import annotations

import pytest

from tests.conftest import Start
from tests.support.answers import assert_error, assert_ok
from tests.support.contents import unchanged
from tests.support.databases import Database
from tests.support.people import People

PATH = "/v1/publisher/profile"
REQUEST = {"displayName": "Ada"}


async def test_a_write_needs_the_token_of_its_own_session(people: People, database: Database) -> None:
    ada, eve = await people.register("Ada"), await people.register("Eve")
    elsewhere = await people.signed_in_elsewhere(ada)
    own = await ada.csrf_token()
    forged = [await eve.csrf_token(), await elsewhere.csrf_token(), own[:-1], own + "A", own.swapcase(), ""]
    with unchanged(database):
        for token in forged:
            assert_error(await ada.put(PATH, REQUEST, headers={"x-csrf-token": token}), "UNAUTHORIZED")
        bare = ada.client.build_request("PUT", PATH, json=REQUEST)
        assert_error(await ada.client.send(bare), "UNAUTHORIZED")
    assert_ok(await ada.put(PATH, REQUEST))


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:8001"},
        {"origin": "https://127.0.0.1:8000"},
        {"origin": "http://localhost:8001"},
        {"origin": "http://localhost"},
        {"origin": "http://127.0.0.2:8000"},
    ],
)
async def test_a_write_from_another_site_is_refused_even_with_the_token(
    people: People, database: Database, headers: dict[str, str]
) -> None:
    ada = await people.register("Ada")
    await ada.csrf_token()
    with unchanged(database):
        assert_error(await ada.put(PATH, REQUEST, headers=headers), "UNAUTHORIZED")


@pytest.mark.parametrize("origin", ["http://127.0.0.1:8000", "http://localhost:8000"])
async def test_a_write_from_our_own_pages_passes_by_either_name_of_this_machine(people: People, origin: str) -> None:
    ada = await people.register("Ada")
    assert_ok(await ada.put(PATH, REQUEST, headers={"origin": origin, "sec-fetch-site": "same-origin"}))


async def test_a_read_needs_no_token_and_no_site(people: People) -> None:
    ada = await people.register("Ada")
    assert_ok(await ada.get("/v1/me", headers={"sec-fetch-site": "cross-site", "origin": "https://evil.example"}))


async def test_behind_https_the_session_of_plain_http_is_nobodys(start: Start) -> None:
    app = await start(PUBLIC_URL="https://market.example")
    ada = await app.people.register("Ada")
    headers = {"origin": "https://market.example"}
    assert_ok(await ada.put(PATH, REQUEST, headers=headers))
    browser = app.people.browser()
    browser.client.cookies.set("fp_session", ada.session_cookie or "")
    assert_error(await browser.client.get("/v1/me"), "UNAUTHENTICATED")

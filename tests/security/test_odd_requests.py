"""Requests that mean one thing to a proxy and another to a server: headers twice, methods and paths in headers."""

from __future__ import annotations

from typing import Final

import httpx
import pytest

from tests.support.answers import assert_created, assert_error, assert_ok
from tests.support.callers import Caller
from tests.support.contents import unchanged
from tests.support.databases import Database
from tests.support.people import People, Person

API_KEY: Final = b'{"name": "A key"}'
FACETS: Final = "/v1/public/facets"
REDIRECTING: Final = ("X-Original-URL", "X-Rewrite-URL", "X-Forwarded-Prefix", "X-Forwarded-Path", "Forwarded")
OVERRIDING: Final = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")
FORWARDED: Final = ("X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port", "X-Host", "X-Forwarded-Server")

Headers = list[tuple[str, str]]


@pytest.fixture(scope="module")
async def bea(people: People) -> Person:
    return await people.register("Bea")


async def _send(
    caller: Caller, method: str, path: str, headers: Headers, content: bytes | None = None
) -> httpx.Response:
    """With exactly these headers, in this order."""
    client = caller.line.client()
    return await client.send(client.build_request(method, path, headers=headers, content=content))


async def _write(person: Person, *more: tuple[str, str]) -> httpx.Response:
    """A sound write by session, with more headers than belong to it."""
    headers = [
        ("Cookie", f"fp_session={person.session_cookie}"),
        ("X-CSRF-Token", await person.csrf_token()),
        ("Content-Type", "application/json"),
        *more,
    ]
    return await _send(person, "POST", "/v1/api-keys", headers, API_KEY)


async def test_two_credentials_are_none(bea: Person) -> None:
    key = await bea.api_key()
    bearer, cookie = ("Authorization", f"Bearer {key.secret}"), ("Cookie", f"fp_session={bea.session_cookie}")
    for headers in (
        [bearer, bearer],
        [("Authorization", "Bearer fpk_nothing"), bearer],
        [("Authorization", ""), cookie],
        [("Authorization", "Basic eDp5"), cookie],
        [cookie, cookie],
        [("Cookie", f"fp_session=fps_another.session; fp_session={bea.session_cookie}")],
    ):
        assert_error(await _send(bea, "GET", "/v1/me", headers), "UNAUTHENTICATED")
    for headers in ([bearer], [cookie], [("Cookie", "a=b"), cookie], [bearer, ("Cookie", "fp_session=nonsense")]):
        assert_ok(await _send(bea, "GET", "/v1/me", headers))


async def test_what_a_write_says_twice_is_refused(bea: Person, database: Database) -> None:
    key = ("Idempotency-Key", "odd-request-1")
    with unchanged(database):
        for other in (key, ("Idempotency-Key", "odd-request-2")):
            assert_error(await _write(bea, key, other), "VALIDATION_FAILED", fields=["Idempotency-Key"])
        typed = await _write(bea, key, ("Content-Type", "text/plain"))
        assert_error(typed, "UNSUPPORTED", status=415)
        for name, value in (
            ("X-CSRF-Token", "fpc_nothing"),
            ("Sec-Fetch-Site", "same-site"),
            ("Sec-Fetch-Site", "cross-site"),
            ("Origin", "null"),
            ("Origin", "http://127.0.0.1:8000.evil.example"),
        ):
            assert_error(await _write(bea, key, (name, value)), "UNAUTHORIZED")
    assert_created(await _write(bea, key), "apiKey", "secret")


async def test_a_site_is_ours_only_if_every_header_says_so(bea: Person, database: Database) -> None:
    key = ("Idempotency-Key", "odd-request-3")
    ours = [("Sec-Fetch-Site", "same-origin"), ("Origin", bea.line.public_url)]
    with unchanged(database):
        for foreign in (("Sec-Fetch-Site", "cross-site"), ("Origin", "https://evil.example")):
            assert_error(await _write(bea, key, *ours, foreign), "UNAUTHORIZED")
    assert_created(await _write(bea, key, *ours), "apiKey", "secret")


@pytest.mark.parametrize("name", OVERRIDING)
async def test_a_header_is_no_method(name: str, bea: Person) -> None:
    refused = await bea.get(FACETS, headers={name: "DELETE"})
    assert_ok(refused)
    for method in ("GET", "PATCH"):
        answer = await _write(bea, ("Idempotency-Key", f"{name}-{method}"), (name, method))
        assert_created(answer, "apiKey", "secret")


@pytest.mark.parametrize("name", REDIRECTING)
async def test_a_header_is_no_path(name: str, api: Caller) -> None:
    assert "kinds" in assert_ok(await api.get(FACETS, headers={name: "/v1/admin/users"}))
    assert_error(await api.get("/v1/admin/users", headers={name: FACETS}), "UNAUTHENTICATED")


@pytest.mark.parametrize("name", FORWARDED)
async def test_what_a_cache_keeps_holds_nothing_that_a_client_put_in(name: str, api: Caller) -> None:
    plain = await api.get(FACETS)
    poisoned = await api.get(FACETS, headers={name: "evil.example", "Cookie": "fp_session=x", "User-Agent": "evil"})
    assert poisoned.content == plain.content
    assert poisoned.headers["etag"] == plain.headers["etag"]
    assert "evil" not in repr(poisoned.headers)
    assert "set-cookie" not in poisoned.headers

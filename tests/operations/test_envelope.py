"""Whatever is wrong with a request, the answer is the one envelope, and nothing has changed (spec 6, 6.1)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

import httpx
import msgspec
import pytest
from msgspec import UNSET

from fleetprompt.app import ROUTES
from fleetprompt.web.routing import Raw, Route
from tests.operations.cases import Ready, Request, names, plan
from tests.operations.cast import Cast, absent
from tests.support.answers import assert_error, assert_ok
from tests.support.contents import unchanged
from tests.support.databases import Database

METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "BREW")
OTHER_MEDIA_TYPES: Final = (
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/json; charset=latin-1",
    "application/jsonp",
    "",
)
LEAVING_JSON_OUT: Final = (
    "text/html",
    "image/*",
    "application/xml, text/plain;q=0.5",
    "application/problem+json",
    "json",
)
TAKING_JSON: Final = ("*/*", "application/*", "APPLICATION/JSON; charset=utf-8", "text/html, */*;q=0.1", "")
UNREADABLE: Final = {
    "cut off": b'{"name": "At',
    "no JSON at all": b"name=Atlas",
    "invalid UTF-8": b'{"name": "\xff"}',
    "an overlong UTF-8 sequence": b'{"name": "\xc0\x80"}',
    "UTF-16": '{"name": "Atlas"}'.encode("utf-16"),
    "a trailing comma": b'{"name": "Atlas",}',
    "a second value": b"{} {}",
    "NaN": b'{"name": NaN}',
    "nested too deeply": b"[" * 8_000,
    "a list": b"[]",
    "a string": b'"Atlas"',
    "null": b"null",
}
LONG: Final = b" " * (256 * 1024 + 1)

PATHS: Final[Mapping[str, list[Route]]] = defaultdict(list)
for _route in ROUTES:
    PATHS[_route.path].append(_route)

WRITES: Final = tuple(route for route in ROUTES if not route.is_query)
READS: Final = tuple(route for route in ROUTES if route.is_query)


def _example(path: str) -> str:
    """The path with something in the place of its parameters."""
    return "/".join(absent("lst") if part.startswith("{") else part for part in path.split("/"))


@pytest.mark.parametrize("path", PATHS)
async def test_another_method_is_unsupported_and_told_the_right_ones(path: str, cast: Cast, database: Database) -> None:
    lawful = {route.method for route in PATHS[path]}
    lawful |= {"HEAD"} if "GET" in lawful else set()
    visitor = cast.visitor()
    with unchanged(database):
        for method in METHODS:
            if method not in lawful:
                refused = await visitor.request(method, _example(path))
                assert refused.status_code == 405
                if method != "HEAD":
                    assert_error(refused, "UNSUPPORTED", status=405)
                assert refused.headers["allow"] == ", ".join(sorted(lawful))


@pytest.mark.parametrize("path", PATHS)
async def test_a_path_that_is_none_is_not_found(path: str, cast: Cast) -> None:
    visitor, method, example = cast.visitor(), PATHS[path][0].method, _example(path)
    for wrong in (f"{example}/", f"{example}/nothing/at/all", f"{example}%2F", f"{example}//"):
        assert_error(await visitor.request(method, wrong), "NOT_FOUND")
    cased = example.replace("/v1/", "/V1/")
    if cased != example:
        assert_error(await visitor.request(method, cased), "NOT_FOUND")


@pytest.mark.parametrize("route", WRITES, ids=names(WRITES))
async def test_a_body_that_cannot_be_read_is_refused_as_body(ready: Ready, database: Database) -> None:
    with unchanged(database, but=ready.spent):
        for what, content in UNREADABLE.items():
            fields = assert_error(await ready.send(content=content), "VALIDATION_FAILED")["details"]["fields"]
            assert [each["fieldName"] for each in fields] == ["body"], what
    ready.assert_succeeded(await ready.send())


@pytest.mark.parametrize("route", WRITES, ids=names(WRITES))
async def test_a_body_of_another_type_is_unsupported(ready: Ready, database: Database) -> None:
    sound = ready.case.request
    given = sound if sound.body is not UNSET else Request(sound.path, sound.query, {}, sound.headers)
    with unchanged(database, but=ready.spent):
        for media_type in OTHER_MEDIA_TYPES:
            refused = await ready.send(given.with_headers({"Content-Type": media_type}))
            assert_error(refused, "UNSUPPORTED", status=415)
            assert refused.headers["accept"] == "application/json"
        packed = await ready.send(given.with_headers({"Content-Encoding": "gzip"}))
        assert_error(packed, "UNSUPPORTED", status=415)
        assert packed.headers["accept-encoding"] == "identity"
    ready.assert_succeeded(await ready.send())


NEGOTIATED: Final = tuple(route for route in ROUTES if route.operation.result is not Raw)


@pytest.mark.parametrize("route", NEGOTIATED, ids=names(NEGOTIATED))
async def test_whoever_does_not_take_json_is_refused(ready: Ready, database: Database) -> None:
    with unchanged(database, but=ready.spent):
        for asked in LEAVING_JSON_OUT:
            refused = await ready.send(ready.case.request.with_headers({"Accept": asked}))
            assert_error(refused, "UNSUPPORTED", status=406)


@pytest.mark.parametrize("asked", TAKING_JSON)
async def test_whoever_takes_json_gets_it(cast: Cast, asked: str) -> None:
    answer = await cast.visitor().get("/v1/public/facets", headers={"Accept": asked})
    assert_ok(answer)


@pytest.mark.parametrize("route", ROUTES, ids=names(ROUTES))
async def test_a_body_that_is_too_large_is_refused_before_anybody_is_asked_who_she_is(
    ready: Ready, cast: Cast, database: Database
) -> None:
    too_large = LONG[: ready.route.body_bytes_max + 1]
    with unchanged(database):
        for caller in (ready.case.caller, cast.visitor()):
            assert_error(await ready.send(by=caller, content=too_large), "TOO_LARGE")
            assert_error(await _send_in_pieces(ready, too_large), "TOO_LARGE")
    ready.assert_succeeded(await ready.send())


async def _send_in_pieces(ready: Ready, content: bytes) -> httpx.Response:
    """Without a Content-Length."""

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(content), 10_000):
            yield content[start : start + 10_000]

    client = ready.case.caller.line.client()
    return await client.request(ready.route.method, ready.url(ready.case.request), content=pieces())


@pytest.mark.parametrize("route", WRITES, ids=names(WRITES))
async def test_the_largest_body_is_read(ready: Ready) -> None:
    body = ready.case.request.body
    content = msgspec.json.encode({} if body is UNSET else body)
    ready.assert_succeeded(await ready.send(content=content.ljust(ready.route.body_bytes_max)))


@pytest.mark.parametrize("route", WRITES, ids=names(WRITES))
async def test_unknown_and_doubled_fields_are_refused_by_name_at_any_depth(ready: Ready, database: Database) -> None:
    body: dict[str, Any] = {} if ready.case.request.body is UNSET else ready.case.request.body
    doubled = [name for name in body if name not in ready.case.request.path]
    with unchanged(database, but=ready.spent):
        for path, wrong in _with_an_unknown_member(body):
            refused = await ready.send(content=msgspec.json.encode(wrong))
            assert_error(refused, "VALIDATION_FAILED", fields=[path])
        for name in doubled:
            pair = msgspec.json.encode({name: body[name]})[1:-1]
            content = msgspec.json.encode(body)[:-1] + b"," + pair + b"}"
            assert_error(await ready.send(content=content), "VALIDATION_FAILED", fields=[name])
        for name in ready.case.request.path:
            in_the_body_too = ready.case.request.with_body(**{name: ready.case.request.path[name]})
            assert_error(await ready.send(in_the_body_too), "VALIDATION_FAILED", fields=[name])
    ready.assert_succeeded(await ready.send())


def _with_an_unknown_member(value: Any, path: str = "") -> list[tuple[str, Any]]:
    """(Path of the unknown member, the value with it) for each object in a JSON value."""
    found: list[tuple[str, Any]] = []
    if isinstance(value, dict):
        found.append((f"{path}unheard", {**value, "unheard": "of"}))
        for name, inner in value.items():
            dotted = f"{path}{name}"
            found += [(p, {**value, name: v}) for p, v in _with_an_unknown_member(inner, f"{dotted}.")]
    if isinstance(value, list):
        for place, inner in enumerate(value):
            at = f"{path.removesuffix('.')}[{place}]."
            found += [(p, [*value[:place], v, *value[place + 1 :]]) for p, v in _with_an_unknown_member(inner, at)]
    return found


@pytest.mark.parametrize("route", ROUTES, ids=names(ROUTES))
async def test_unknown_and_repeated_parameters_are_refused_by_name(ready: Ready, database: Database) -> None:
    if ready.is_signed:
        assert_error(await ready.send(query_string="?unheard=of"), "UNAUTHENTICATED")
        ready.assert_succeeded(await ready.send())
        return
    sound, wanted = ready.case.request, plan(ready.route)
    with unchanged(database):
        refused = await ready.send(sound.with_query(unheard="of"))
        assert_error(refused, "VALIDATION_FAILED", fields=["unheard"])
        for name in sound.path:
            assert_error(await ready.send(sound.with_query(**{name: "of"})), "VALIDATION_FAILED", fields=[name])
        for member in wanted.query.all:
            if member.wire in sound.query and member.wire not in wanted.repeatable:
                value = sound.query[member.wire]
                repeated = sound.with_query(**{member.wire: [value, value]})
                assert_error(await ready.send(repeated), "VALIDATION_FAILED", fields=[member.wire])
        for query in ("?%zz=1", "?=1", "?%ff=1"):
            assert_error(await ready.send(Request(sound.path, {}, sound.body), query_string=query), "VALIDATION_FAILED")
    ready.assert_succeeded(await ready.send())


@pytest.mark.parametrize("route", READS, ids=names(READS))
async def test_a_read_takes_no_body(ready: Ready) -> None:
    assert_error(await ready.send(content=b"{}"), "VALIDATION_FAILED", fields=["body"])
    ready.assert_succeeded(await ready.send())

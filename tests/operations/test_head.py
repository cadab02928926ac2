"""HEAD on whatever GET reads: the same status and headers, and no content (RFC 9110, 9.3.2)."""

from __future__ import annotations

from typing import Final

import httpx
import pytest

from fleetprompt.app import ROUTES
from tests.operations.cases import Ready, Request, names
from tests.operations.cast import Cast
from tests.support.answers import VARYING_HEADERS
from tests.support.contents import unchanged
from tests.support.databases import Database

READS: Final = tuple(route for route in ROUTES if route.method == "GET")
LENGTH_VARIES: Final = frozenset({"service.metrics"})

pytestmark = pytest.mark.parametrize("route", READS, ids=names(READS))


async def _asked(ready: Ready, method: str, request: Request | None = None) -> httpx.Response:
    sent = ready.case.request if request is None else request
    return await ready.case.caller.request(method, ready.url(sent), params=sent.query, key=None, headers=sent.headers)


def _headers(answer: httpx.Response) -> list[tuple[str, str]]:
    return sorted((name, value) for name, value in answer.headers.multi_items() if name not in VARYING_HEADERS)


def _assert_same_but_empty(head: httpx.Response, get: httpx.Response) -> None:
    assert head.status_code == get.status_code
    assert _headers(head) == _headers(get)
    assert head.content == b""


async def test_head_is_answered_as_get_is_without_content(ready: Ready, database: Database) -> None:
    get = await _asked(ready, "GET")
    ready.assert_succeeded(get)
    with unchanged(database):
        head = await _asked(ready, "HEAD")
    _assert_same_but_empty(head, get)
    if ready.route.operation.name not in LENGTH_VARIES:
        assert head.headers["content-length"] == str(len(get.content))


async def test_a_refusal_of_head_is_that_of_get_without_content(ready: Ready, cast: Cast) -> None:
    for request in (ready.case.request.with_query(unheard="of"), ready.case.request.with_headers({"Host": ""})):
        _assert_same_but_empty(await _asked(ready, "HEAD", request), await _asked(ready, "GET", request))


async def test_head_honours_if_none_match(ready: Ready) -> None:
    etag = (await _asked(ready, "GET")).headers.get("etag", '"none"')
    request = ready.case.request.with_headers({"If-None-Match": etag})
    _assert_same_but_empty(await _asked(ready, "HEAD", request), await _asked(ready, "GET", request))

"""The outermost layer: what is logged and sent whatever happens inside (spec 6.1, 9)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from fleetprompt import ids
from tests.support.application import App
from tests.support.callers import Caller

SCOPE = {
    "type": "http",
    "asgi": {"version": "3.0"},
    "http_version": "1.1",
    "method": "POST",
    "scheme": "http",
    "path": "/v1/auth/login",
    "raw_path": b"/v1/auth/login",
    "query_string": b"",
    "headers": [(b"host", b"x"), (b"content-type", b"application/json"), (b"content-length", b"100")],
    "client": ("127.0.0.1", 1),
    "server": ("127.0.0.1", 2),
}


async def test_a_client_that_leaves_within_its_request_is_sent_nothing_and_is_no_failure_of_ours(app: App) -> None:
    part = {"type": "http.request", "body": b'{"email"', "more_body": True}
    messages: Iterator[dict[str, object]] = iter([part, {"type": "http.disconnect"}])
    sent: list[Any] = []

    async def receive() -> dict[str, object]:
        return next(messages)

    async def send(message: Any) -> None:
        sent.append(message)

    before = len(app.log.lines())
    await app.process.application(dict(SCOPE), receive, send)
    assert sent == []
    (line,) = app.log.lines()[before:]
    assert line["outcome"] == "CLIENT_GONE"
    assert line["level"] == "info"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/public/facets", 200),
        ("HEAD", "/v1/public/facets", 200),
        ("GET", "/v1/me", 401),
        ("GET", "/v1/nothing", 404),
        ("DELETE", "/v1/me", 405),
        ("POST", "/v1/auth/login", 400),
        ("GET", "/healthz", 200),
        ("GET", "/", 200),
        ("GET", "/nothing", 404),
    ],
)
async def test_every_answer_has_a_request_id_of_our_own(method: str, path: str, status: int, api: Caller) -> None:
    theirs = ids.encode("req", ids.new_uuid())
    answers = [await api.request(method, path, headers={"X-Request-Id": theirs}) for _ in range(2)]
    ours = [request_id for answer in answers for request_id in answer.headers.get_list("x-request-id")]
    assert [answer.status_code for answer in answers] == [status, status]
    assert len(ours) == len({*ours, theirs}) - 1 == 2
    assert all(ids.decode("req", each) for each in ours)


async def test_an_answer_without_content_has_a_request_id_too(api: Caller) -> None:
    etag = (await api.get("/v1/public/facets")).headers["etag"]
    answer = await api.get("/v1/public/facets", headers={"If-None-Match": etag})
    assert (answer.status_code, answer.content) == (304, b"")
    assert ids.decode("req", answer.headers["x-request-id"])

"""The outermost layer: what is logged and sent whatever happens inside (spec 6.1, 9)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.support.application import App

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

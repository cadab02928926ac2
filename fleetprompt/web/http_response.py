"""An answer as it goes over HTTP: status, headers, body."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final

_WITHOUT_CONTENT: Final = frozenset({204, 304})


class HttpResponse:
    """A response that is made; called as an ASGI application, it sends itself.

    headers: names in lower case. media_type: of the body; text is sent as UTF-8.
    """

    __slots__ = ("body", "headers", "status")

    def __init__(
        self,
        *,
        status: int = 200,
        headers: Iterable[tuple[str, str]] = (),
        body: bytes = b"",
        media_type: str | None = None,
    ) -> None:
        encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        if media_type is not None:
            charset = b"; charset=utf-8" if media_type.startswith("text/") and ";" not in media_type else b""
            encoded.append((b"content-type", media_type.encode("ascii") + charset))
        if status not in _WITHOUT_CONTENT:
            encoded.append((b"content-length", b"%d" % len(body)))
        self.status = status
        self.headers = encoded
        self.body = body

    async def __call__(self, scope: Any, receive: Any, send: Callable[[Any], Awaitable[None]]) -> None:
        """Send it."""
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body})

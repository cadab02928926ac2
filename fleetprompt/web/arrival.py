"""Reading a request off the wire: its parts as received, and its body within bounds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec

from fleetprompt.errors import Code, Refusal

Receive = Callable[[], Awaitable[Any]]


class Arrived(msgspec.Struct, frozen=True):
    """A request whose method, path and size are in order."""

    method: str
    raw_path: bytes
    query: bytes
    path: Mapping[str, str]
    raw_headers: list[tuple[bytes, bytes]]
    headers: Mapping[str, str]
    body: bytes


async def arrive(scope: Any, receive: Receive, body_bytes_max: int) -> Arrived:
    """Read the request. Raises TOO_LARGE as soon as it is known to be."""
    raw_headers: list[tuple[bytes, bytes]] = list(scope["headers"])
    headers: dict[str, str] = {}
    for raw_name, raw_value in raw_headers:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        separator = "; " if name == "cookie" else ", "  # a proxy may have split it (RFC 9113, 8.2.3)
        headers[name] = f"{headers[name]}{separator}{value}" if name in headers else value
    return Arrived(
        method=scope["method"],
        raw_path=scope.get("raw_path") or scope["path"].encode(),
        query=scope["query_string"],
        path=scope["path_params"],
        raw_headers=raw_headers,
        headers=headers,
        body=await _body(headers, receive, body_bytes_max),
    )


async def _body(headers: Mapping[str, str], receive: Receive, bytes_max: int) -> bytes:
    announced = headers.get("content-length", "0")
    if announced.isascii() and announced.isdigit() and len(announced) < 20 and int(announced) > bytes_max:
        raise _too_large(bytes_max)
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > bytes_max:
            raise _too_large(bytes_max)
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)


class ClientGone(Exception):
    """The client left before its request was whole; there is nobody to answer."""


def _too_large(bytes_max: int) -> Refusal:
    return Refusal(Code.TOO_LARGE, f"The request body is larger than {bytes_max} bytes.")

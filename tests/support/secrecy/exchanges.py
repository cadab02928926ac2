"""Secrets as they travel: what a request hands in and what a response issues."""

from __future__ import annotations

import re
from collections.abc import Iterator
from http.cookies import SimpleCookie
from typing import Any, Final

import httpx
import msgspec

SUBMITTED: Final = ("password", "current", "new", "installToken")
"""The members of a request's body that are secrets."""
ISSUED: Final = ("secret", "installToken", "csrfToken")
"""The members of a response's body that are secrets."""

_LENGTH_MIN: Final = 16
_DISTINCT_MIN: Final = 10
_SIGNATURE: Final = re.compile(r":([A-Za-z0-9+/_-]{22,}={0,2}):")


def submitted(request: httpx.Request) -> Iterator[str]:
    """Every secret that a request carries: in its body, as its credential, as a signature."""
    yield from _members(_content(request), SUBMITTED)
    headers = request.headers
    yield headers.get("authorization", "").partition(" ")[2]
    yield from _cookies(headers.get_list("cookie"))
    yield headers.get("x-csrf-token", "")
    yield from _SIGNATURE.findall(headers.get("signature", ""))


def issued(response: httpx.Response) -> Iterator[str]:
    """Every secret that a response shows or sets. Its content must have been read."""
    yield from _members(response.content, ISSUED)
    yield from _cookies(response.headers.get_list("set-cookie"))


def _content(request: httpx.Request) -> bytes:
    try:
        return request.content
    except httpx.RequestNotRead:  # it was sent in pieces
        return b""


def _members(content: bytes, names: tuple[str, ...]) -> Iterator[str]:
    try:
        body: Any = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return
    if isinstance(body, dict):
        yield from (body[name] for name in names if isinstance(body.get(name), str))


def _cookies(headers: list[str]) -> Iterator[str]:
    for header in headers:
        for name, morsel in SimpleCookie(header).items():
            if name.endswith(("fp_session", "fp_visit")):
                yield morsel.value


class Collected:
    """The secrets of all exchanges so far, those left out that are too plain to be told from other text."""

    def __init__(self) -> None:
        self.secrets: set[str] = set()

    def add(self, *secrets: str) -> None:
        """Take note of secrets that did not come by HTTP."""
        self.secrets.update(
            each for each in secrets if len(each) >= _LENGTH_MIN and len(set(each)) >= _DISTINCT_MIN and each.isascii()
        )

    async def of_request(self, request: httpx.Request) -> None:
        """A hook of httpx."""
        self.add(*submitted(request))

    async def of_response(self, response: httpx.Response) -> None:
        """A hook of httpx."""
        await response.aread()
        self.add(*issued(response))


COLLECTED: Final = Collected()
"""Those of this test process."""

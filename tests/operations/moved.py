"""The same caller at another application on the same database: her cookies and keys are good there too."""

from __future__ import annotations

import copy
from typing import TypeVar

import httpx

from fleetprompt.web.edge import Edge
from tests.support.callers import Browser, Caller, Line
from tests.support.environment import PUBLIC_URL

C = TypeVar("C", bound=Caller)


def line_to(application: Edge, address: str = "127.0.0.1") -> Line:
    """The way to an application in this process, for clients at `address`."""
    return Line(httpx.ASGITransport(application, client=(address, 40_000)), PUBLIC_URL)


async def moved(caller: C, line: Line) -> C:
    """The caller with another way to a server; she keeps her session and its CSRF token."""
    if isinstance(caller, Browser) and caller.session_cookie is not None:
        await caller.csrf_token()
    there = copy.copy(caller)
    there.line, there.client = line, line.client()
    there.client.cookies = httpx.Cookies(caller.client.cookies)
    return there

"""Refusals as pages, for people; the API's callers get the envelope (spec 6.1)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from fleetprompt.errors import Code, Refusal
from fleetprompt.pages import security
from fleetprompt.pages.frame import frame_of
from fleetprompt.pages.rendering import render
from fleetprompt.pages.responses import HTML
from fleetprompt.runtime.services import Services
from fleetprompt.web import envelope
from fleetprompt.web.exchange import exchange_of
from fleetprompt.web.http_response import HttpResponse

API_PATHS: Final = ("/v1/", "/healthz", "/readyz", "/metrics", "/openapi.json", "/static/")
"""Where programs call: an answer there is never a page."""

TITLES: Final[Mapping[Code, str]] = MappingProxyType(
    {
        Code.VALIDATION_FAILED: "This address does not make sense here",
        Code.UNAUTHENTICATED: "Sign in first",
        Code.UNAUTHORIZED: "This is not open to you",
        Code.NOT_FOUND: "Not found",
        Code.CONFLICT: "This cannot be done as things stand",
        Code.TOO_LARGE: "This is too large",
        Code.UNSUPPORTED: "This cannot be asked for in this way",
        Code.RATE_LIMITED: "Too many requests",
        Code.INTERNAL: "Something went wrong on our side",
        Code.UNAVAILABLE: "This is not available just now",
    }
)

ADVICE: Final[Mapping[Code, str]] = MappingProxyType(
    {
        Code.VALIDATION_FAILED: "The link may be an old one, or cut off. Begin again from the search.",
        Code.UNAUTHENTICATED: "Your session may have ended; nothing was changed.",
        Code.UNAUTHORIZED: "Nothing was changed. If you think that you should be let in, ask whoever runs this place.",
        Code.NOT_FOUND: "It may have been taken down, or the link is an old one, or cut off.",
        Code.CONFLICT: "Nothing was changed. Look at how things stand now, and try again.",
        Code.TOO_LARGE: "Nothing was stored. Make it shorter and send it again.",
        Code.UNSUPPORTED: "Nothing was changed. Go back, and try it from the page itself.",
        Code.RATE_LIMITED: "Nothing was changed. Wait a little, then load this page again.",
        Code.INTERNAL: "It has been logged. If it happens again, tell us the request id below.",
        Code.UNAVAILABLE: "Nothing was lost. Wait a moment, then load this page again.",
    }
)


def is_for_a_person(scope: Any) -> bool:
    """Whether an answer at this path is read by a person: outside the API, by a browser."""
    path: str = scope["path"]
    if any(path == each.rstrip("/") or path.startswith(each) for each in API_PATHS):
        return False
    accepts = [value.decode("latin-1").lower() for name, value in scope["headers"] if name == b"accept"]
    return "text/html" in ",".join(accepts)


class RefusalPages:
    """Answers refusals where no page is left that could: a page for people, the envelope for programs."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def answer(self, refusal: Refusal, scope: Any) -> HttpResponse:
        """The answer to a refused request, whoever reads it."""
        return self.page(refusal, scope) if is_for_a_person(scope) else envelope.answer(refusal, exchange_of(scope))

    def page(self, refusal: Refusal, scope: Any) -> HttpResponse:
        """The page that tells of a refusal."""
        exchange = exchange_of(scope)
        exchange.refused(refusal)
        path: str = scope["path"]
        frame = frame_of(self._services, exchange.actor, path=path, request_id=exchange.public_id)
        html = render(
            "refusal.html",
            frame=frame,
            refusal=refusal,
            title=TITLES[refusal.code],
            advice=ADVICE[refusal.code],
        )
        caching = [("cache-control", "no-store"), ("vary", "Cookie, Accept")]
        headers = [*caching, *envelope.refusal_headers(refusal), *security.headers()]
        body = html.encode("utf-8", "replace")
        return HttpResponse(body=body, media_type=HTML, status=refusal.status, headers=headers)

"""From a page's answer to a response: rendered, with its validators, cookies and security headers."""

from __future__ import annotations

import gzip
from typing import Final

from fleetprompt.pages import security
from fleetprompt.pages.answers import Answer, Document, Html, Resume, SeeOther, SendOn
from fleetprompt.pages.declaring import FormPage
from fleetprompt.pages.frame import frame_of
from fleetprompt.pages.rendering import render
from fleetprompt.pages.visit import Visit
from fleetprompt.runtime.idempotency import SessionChange
from fleetprompt.web import envelope
from fleetprompt.web.authentication import session_cookie
from fleetprompt.web.caching import is_fresh, weak_etag
from fleetprompt.web.http_response import HttpResponse
from fleetprompt.web.routing import CACHE_CONTROL, Caching

HTML: Final = "text/html"
GZIP_LEVEL: Final = 6

Headers = list[tuple[str, str]]


def respond(visit: Visit, answer: Answer, session: SessionChange | None = None) -> HttpResponse:
    """The response to a visit. session: what becomes of the browser's session."""
    cookies: Headers = [("set-cookie", cookie) for cookie in visit.new_cookies]
    if session is not None:
        value = None if session.cookie is None else session.cookie.reveal()
        cookies.append(("set-cookie", session_cookie(visit.services, value)))
    if isinstance(answer, SeeOther | SendOn | Resume):
        more = answer.headers if isinstance(answer, SeeOther) else ()
        headers = [("location", answer.path), ("cache-control", "no-store"), *more, *cookies]
        status = 307 if isinstance(answer, SendOn) else 303
        return HttpResponse(status=status, headers=[*headers, *security.headers()])
    if isinstance(answer, Document):
        caching = _caching(visit, answer, bool(cookies))
        return _sent(visit, answer.body, answer.content_type, 200, caching, [*cookies, *security.headers()])
    html = page_html(visit, answer)
    guards = security.headers(shows_images=visit.page.shows_images, form_targets=answer.form_targets)
    caching = _caching(visit, answer, bool(cookies))
    return _sent(visit, html, HTML, answer.status, caching, [*cookies, *guards, *_told(visit, answer)])


def _told(visit: Visit, answer: Html) -> Headers:
    """What goes with a refusal in headers; how the page may be kept is the page's own matter."""
    if answer.refusal is None:
        return []
    visit.exchange.refused(answer.refusal)
    return envelope.refusal_headers(answer.refusal)


def page_html(visit: Visit, answer: Html) -> bytes:
    """The rendered page."""
    frame = frame_of(
        visit.services,
        visit.actor,
        path=visit.arrived.raw_path.decode("ascii", "replace").partition("?")[0],
        request_id=visit.exchange.public_id,
        q=" ".join(visit.query.get("q", [])[:1]),
    )
    context = {"form": visit.form} if isinstance(visit.page, FormPage) else {}
    text = render(answer.template, visit=visit, frame=frame, **{**context, **answer.context})
    return text.encode("utf-8", "replace")


def _caching(visit: Visit, answer: Answer, has_cookies: bool) -> Caching:
    """Only what is the same for everybody is public, and compressed: no secret is on it for a stranger to guess at."""
    if isinstance(answer, Html) and answer.has_secret:
        return Caching.SECRET
    is_shown = not isinstance(answer, Html) or answer.status == 200
    if visit.page.is_public and is_shown and not visit.is_signed_in and not has_cookies:
        return Caching.PUBLIC
    return Caching.PRIVATE


def _sent(visit: Visit, body: bytes, media_type: str, status: int, caching: Caching, headers: Headers) -> HttpResponse:
    kept: Headers = [("cache-control", CACHE_CONTROL[caching]), ("vary", "Cookie, Accept-Encoding"), *headers]
    if caching is Caching.PUBLIC:
        etag = weak_etag(body)
        kept.append(("etag", etag))
        if is_fresh(visit.arrived.headers.get("if-none-match"), etag):
            return HttpResponse(status=304, headers=kept)
        if accepts_gzip(visit.arrived.headers.get("accept-encoding", "")):
            body = gzip.compress(body, GZIP_LEVEL, mtime=0)
            kept.append(("content-encoding", "gzip"))
    return HttpResponse(body=body, media_type=media_type, status=status, headers=kept)


def accepts_gzip(accept_encoding: str) -> bool:
    """Whether the client takes gzip: it is named, and not with a weight of nothing."""
    for offered in accept_encoding.lower().split(","):
        coding, _, weight = offered.partition(";")
        if coding.strip() == "gzip":
            return weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False

"""The straight way of a visit: address limit, session, form token, caller limit, capability, validation, operation.

A form takes the way of an API call with its command, ledger and limits; only its credential is a form token.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from fleetprompt.authz import Access, admit
from fleetprompt.errors import Code, Refusal, not_found, unauthenticated, unauthorized
from fleetprompt.pages import forms, static_files
from fleetprompt.pages.answers import Html, Resume, SeeOther
from fleetprompt.pages.declaring import FormPage, Page, page_at
from fleetprompt.pages.form_bodies import body_of
from fleetprompt.pages.form_reading import read_form
from fleetprompt.pages.keeping import KEPT_FIELD, pack
from fleetprompt.pages.refusals import RefusalPages
from fleetprompt.pages.responses import accepts_gzip, respond
from fleetprompt.pages.visit import Visit
from fleetprompt.rate_limits import RateClass
from fleetprompt.runtime.deadline import in_time
from fleetprompt.runtime.idempotency import Reply, SessionChange
from fleetprompt.runtime.run import run
from fleetprompt.runtime.services import Services
from fleetprompt.secrets import CookieKind, open_cookie
from fleetprompt.web import envelope
from fleetprompt.web.arrival import Arrived, Receive, arrive
from fleetprompt.web.authentication import Authenticator, by_cookie, require_same_site
from fleetprompt.web.decoding import Incoming, validated
from fleetprompt.web.exchange import Exchange, exchange_of
from fleetprompt.web.gate import RateGate
from fleetprompt.web.http_response import HttpResponse
from fleetprompt.web.responses import call_of
from fleetprompt.web.routing import BODY_BYTES_MAX, Route

SIGN_IN_PATH: Final = "/sign-in"
SHOWN_AGAIN: Final = frozenset(
    {Code.VALIDATION_FAILED, Code.CONFLICT, Code.UNAUTHENTICATED, Code.RATE_LIMITED, Code.UNAVAILABLE}
)
"""The refusals after which a form is shown again as it was sent, with what is wrong with it."""


class PageAnswerer:
    """What answers every page; the composition root makes one."""

    def __init__(
        self,
        services: Services,
        authenticator: Authenticator,
        gate: RateGate,
        refusals: RefusalPages,
        pages: tuple[Page, ...],
    ) -> None:
        self._services = services
        self._authenticator = authenticator
        self._gate = gate
        self._refusals = refusals
        self._pages = pages
        self._sign_in = next(page for page in pages if page.path == SIGN_IN_PATH)

    async def answer(self, page: Page, scope: Any, receive: Receive) -> HttpResponse:
        """The response to one request for `page`, its refusals included."""
        exchange = exchange_of(scope)
        exchange.operation = page.label
        try:
            if scope["method"] not in page.methods:
                raise envelope.wrong_method(", ".join(page.methods))
            arrived = await arrive(scope, receive, BODY_BYTES_MAX)
            if isinstance(page, FormPage) and arrived.method == "POST":
                return await in_time(self._answer_form(page, arrived, exchange))
            return await in_time(self._answer_visit(page, arrived, exchange))
        except Refusal as refusal:
            return self._refusals.page(refusal, scope)

    def answer_static(self, scope: Any) -> HttpResponse:
        """A file of the pages, by its hashed name."""
        exchange_of(scope).operation = "page.static"
        if scope["method"] != "GET":
            return self._refusals.answer(envelope.wrong_method("GET, HEAD"), scope)
        found = static_files.static_files().served_as(scope["path_params"]["name"])
        if found is None:
            return self._refusals.answer(not_found(), scope)
        accepted = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"accept-encoding"), "")
        headers = [("cache-control", static_files.CACHE_CONTROL), ("vary", "Accept-Encoding")]
        body = found.body
        if found.gzipped is not None and accepts_gzip(accepted):
            body = found.gzipped
            headers.append(("content-encoding", "gzip"))
        return HttpResponse(body=body, media_type=found.media_type, headers=headers)

    async def _answer_visit(self, page: Page, arrived: Arrived, exchange: Exchange) -> HttpResponse:
        rate = _rate_of_reading(page)
        await self._gate.by_address(rate, exchange)
        await self._identify(arrived, exchange)
        await self._gate.by_caller(rate, exchange)
        visit = Visit(page, self._services, arrived, exchange)
        if page.who is not Access.ANYONE and not visit.is_signed_in:
            return respond(visit, SeeOther(f"{SIGN_IN_PATH}?{urlencode({'next': visit.here})}"))
        admit(visit.actor, page.who, None)
        if isinstance(page, FormPage) and page.makes_new and not visit.key:
            return respond(visit, SeeOther(visit.here_anew))
        return respond(visit, await page.show(visit))

    async def _answer_form(self, page: FormPage, arrived: Arrived, exchange: Exchange) -> HttpResponse:
        fields = read_form(arrived)
        await self._gate.by_address(page.operation.rate, exchange)
        await self._identify(arrived, exchange)
        require_same_site(self._services, arrived.headers)
        visit = Visit(page, self._services, arrived, exchange)
        try:
            return await self._act(visit, page, fields)
        except Refusal as refusal:
            await self._gate.nothing_was_made(exchange, refusal)
            return await self._show_again(visit, page, fields, refusal)

    async def _act(self, visit: Visit, page: FormPage, fields: Mapping[str, list[str]]) -> HttpResponse:
        operation, exchange = page.operation, visit.exchange
        if operation.who is not Access.ANYONE and not visit.is_signed_in:
            return await self._ask_to_sign_in(visit, page, fields)
        if not visit.fits(fields.get(forms.CSRF_FIELD, [""])[-1]):
            raise _stale_form(visit)
        await self._gate.by_caller(operation.rate, exchange)
        admit(visit.actor, page.who, None)
        admit(visit.actor, operation.who, operation.scope)
        visit.use(forms.sent(fields, visit.csrf, page.secret))
        if also := page.also.get(fields.get(forms.ACT_FIELD, [""])[-1]):
            await self._gate.nothing_was_made(exchange)
            return respond(visit, await also(visit))
        reply = await self._run(visit, page, fields)
        visit.result_is_replayed = reply.replayed
        result = msgspec.json.decode(reply.body, type=operation.result)
        answer = await page.done(visit, result)
        if isinstance(answer, Resume):
            return await self._resume(visit, answer, reply.session)
        return respond(visit, answer, reply.session)

    async def _ask_to_sign_in(self, visit: Visit, page: FormPage, fields: Mapping[str, list[str]]) -> HttpResponse:
        """The page to sign in at, which carries what was typed through to the form again; nothing is stored."""
        there = Visit(self._sign_in, self._services, visit.arrived, visit.exchange)
        packed = pack(forms.kept(fields, page.secret))
        there.use(there.form.starting_with({"next": visit.here, KEPT_FIELD: packed}))
        shown = await self._sign_in.show(there)
        ended = unauthenticated("session_ended")
        return respond(there, replace(shown, refusal=ended) if isinstance(shown, Html) else shown)

    async def _resume(self, visit: Visit, resume: Resume, session: SessionChange | None) -> HttpResponse:
        """The form that was left when the session had ended, as the new session's user; else the way to its page."""
        path, _, query = resume.path.partition("?")
        found = page_at(self._pages, path)
        cookie = None if session is None or session.cookie is None else session.cookie.reveal()
        cookie_hash = None if cookie is None else open_cookie(self._services.ring, CookieKind.SESSION, cookie)
        actor = None if cookie_hash is None else await self._authenticator.by_session(cookie_hash)
        page, ids = found or (None, {})
        if not isinstance(page, FormPage) or actor is None:
            return respond(visit, SeeOther(resume.path), session)
        visit.exchange.actor = actor
        arrived = msgspec.structs.replace(
            visit.arrived, method="GET", raw_path=path.encode(), query=query.encode(), path=ids, body=b""
        )
        there = Visit(page, self._services, arrived, visit.exchange)
        try:
            await self._gate.by_caller(_rate_of_reading(page), visit.exchange)
            admit(actor, page.who, None)
            there.use(forms.resumed(resume.fields, there.csrf, page.secret))
            return respond(there, await page.show(there), session)
        except Refusal:
            return respond(visit, SeeOther(resume.path), session)

    async def _run(self, visit: Visit, page: FormPage, fields: Mapping[str, list[str]]) -> Reply:
        operation, arrived = page.operation, visit.arrived
        known = {field.encode_name for field in msgspec.structs.fields(operation.command)}
        path = {name: value for name, value in arrived.path.items() if name in known}
        sent = Arrived(
            method="POST",
            raw_path=arrived.raw_path,
            query=b"",
            path=path,
            raw_headers=[],
            headers=_headers_of(fields),
            body=msgspec.json.encode(body_of(operation.command, fields, frozenset(path))),
        )
        incoming = Incoming(
            path=path,
            query=b"",
            headers=sent.headers,
            body=sent.body,
            path_names=frozenset(path),
            is_query=False,
            ledger=operation.ledger,
        )
        decoded = await validated(self._services, visit.actor, operation.command, incoming)
        call = call_of(Route(method="POST", path=page.path, operation=operation), sent, decoded, visit.exchange)
        async with self._gate.counting_failures(operation, visit.exchange, decoded.command):
            return await run(operation, self._services, visit.actor, decoded.command, call)

    async def _show_again(
        self, visit: Visit, page: FormPage, fields: Mapping[str, list[str]], refusal: Refusal
    ) -> HttpResponse:
        """The form as it was sent, with what is wrong; where it cannot be shown, the refusal goes on."""
        if refusal.code not in SHOWN_AGAIN and not isinstance(refusal, StaleForm):
            raise refusal
        await self._gate.by_address(_rate_of_reading(page), visit.exchange)
        await self._gate.by_caller(_rate_of_reading(page), visit.exchange)
        admit(visit.actor, page.who, None)
        visit.use(forms.refused(fields, visit.csrf, refusal, page.secret))
        shown = await page.show(visit)
        if not isinstance(shown, Html):
            return respond(visit, shown)
        return respond(visit, replace(shown, refusal=refusal))

    async def _identify(self, arrived: Arrived, exchange: Exchange) -> None:
        """Pages know sessions only; a request that shows another credential is nobody's."""
        if "authorization" not in arrived.headers:
            exchange.actor = await by_cookie(self._services, self._authenticator, arrived.headers)


class StaleForm(Refusal):
    """A form of our own whose token is another session's: nothing was done, and nothing that was typed is lost."""


def _stale_form(visit: Visit) -> Refusal:
    headers = visit.arrived.headers
    is_ours = (
        headers.get("sec-fetch-site") == "same-origin" or headers.get("origin") in visit.services.settings.own_origins
    )
    if not is_ours:
        return unauthorized("This form does not come from our own pages.")
    return StaleForm(
        Code.UNAUTHORIZED,
        "This page was opened before you signed in or out. Nothing was stored yet: look at it and send it again."
        " If this comes back, allow this site its cookies.",
    )


def _rate_of_reading(page: Page) -> tuple[RateClass, ...]:
    """What a visit is counted as: once in each class, however many operations the page reads."""
    return tuple(dict.fromkeys(rate for operation in page.reads for rate in operation.rate))


def _headers_of(fields: Mapping[str, list[str]]) -> dict[str, str]:
    headers = {"content-type": "application/json"}
    for name, field in (("idempotency-key", forms.KEY_FIELD), ("if-match", forms.ETAG_FIELD)):
        if value := fields.get(field, [""])[-1]:
            headers[name] = value
    return headers

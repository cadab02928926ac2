"""One visit to one page: who visits, what was asked for, and the way to the operations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeVar
from urllib.parse import quote, urlencode

import msgspec

from fleetprompt import secrets
from fleetprompt.authz import Access, Actor, Credential, admit
from fleetprompt.enums import Capability
from fleetprompt.pages import forms
from fleetprompt.pages.answers import Html, SeeOther, SendOn
from fleetprompt.pages.declaring import FormPage, Page
from fleetprompt.pages.forms import Form
from fleetprompt.pages.rendering import with_query
from fleetprompt.runtime.operations import Ledger, Operation
from fleetprompt.runtime.run import ask
from fleetprompt.runtime.services import Services
from fleetprompt.web.arrival import Arrived
from fleetprompt.web.authentication import cookie_value, visit_cookie, visit_cookie_name
from fleetprompt.web.decoding import Incoming, decode
from fleetprompt.web.exchange import Exchange
from fleetprompt.web.query_string import read_query

Declared = TypeVar("Declared", bound=msgspec.Struct)

_GRAPHIC: Final = "".join(map(chr, range(0x21, 0x7F)))
_NO_NAMES: Final[frozenset[str]] = frozenset()


class Visit:
    """What a page's functions are given.

    page: the page. actor: who visits. query: the values of the query's parameters, those that cannot be read left out.
    form: on a form's page, the form as it is to be shown. now_ms: the time that dates are told from. new_cookies: the
    Set-Cookie headers of the answer. result_is_replayed: whether a form's result is one of an earlier sending.
    """

    def __init__(self, page: Page, services: Services, arrived: Arrived, exchange: Exchange) -> None:
        self.page = page
        self.services = services
        self.arrived = arrived
        self.exchange = exchange
        self.actor: Actor = exchange.actor
        self.now_ms = services.clock.now_ms()
        self.query, _ = read_query(arrived.query)
        self.new_cookies: list[str] = []
        self.result_is_replayed = False
        self._form: Form | None = None
        self._visit_hash: bytes | None = None

    @property
    def path(self) -> Mapping[str, str]:
        """The ids in the path, by their wire names."""
        return self.arrived.path

    @property
    def is_signed_in(self) -> bool:
        """Whether there is a session."""
        return self.actor.credential is Credential.SESSION

    def may(self, capability: str) -> bool:
        """Whether she has a capability: `publisher` or `admin`."""
        return Capability(capability) in self.actor.capabilities

    @property
    def here(self) -> str:
        """This page's own address, its query included."""
        path, query = quote(self.arrived.raw_path, _GRAPHIC).partition("?")[0], quote(self.arrived.query, _GRAPHIC)
        return f"{path}?{query}" if query else path

    @property
    def key(self) -> str:
        """The key of this filling-in of the form, where the address carries it; else empty."""
        asked = self.query.get(forms.KEY_PARAMETER, [""])[-1]
        return asked if forms.is_key(asked) else ""

    @property
    def here_anew(self) -> str:
        """This page's own address for another filling-in of its form."""
        here = self.here
        return f"{here}{'&' if '?' in here else '?'}{forms.KEY_PARAMETER}={forms.fresh_key()}"

    @property
    def base_url(self) -> str:
        """Where this instance is reached, without a slash at the end."""
        return str(self.services.settings.public_url)

    def asked(self, *names: str) -> dict[str, Any]:
        """The query's parameters of these names that are not blank, to be handed on to `ask`."""
        given = ((name, [value for value in self.query.get(name, []) if value.strip()]) for name in names)
        return {name: values for name, values in given if values}

    async def ask(self, operation: Operation, **given: Any) -> Any:
        """The result of a query that the page declares in its `reads`, or, of a form that was sent, `also_reads`.

        given: its arguments by their wire names, as a query string has them; the path's ids are added. Raises the
        operation's refusals; VALIDATION_FAILED as the API does.
        """
        later = self.page.also_reads if isinstance(self.page, FormPage) and self.arrived.method == "POST" else ()
        if operation not in (*self.page.reads, *later):
            raise LookupError(f"{self.page.name} does not declare that it reads {operation.name}")
        admit(self.actor, operation.who, operation.scope)
        ids = {name: value for name, value in self.path.items() if name in _wire_names(operation.command)}
        return await ask(operation, self.services, self.actor, _decoded(operation.command, {**ids, **given}))

    def read(self, declared: type[Declared]) -> Declared:
        """The query's parameters that `declared` names, decoded as the API does; blank and unknown ones are ignored.

        Raises VALIDATION_FAILED with every problem, NOT_FOUND for an id that cannot be one.
        """
        given = {name: [value for value in self.query.get(name, []) if value] for name in _wire_names(declared)}
        return _decoded(declared, given)

    @property
    def form(self) -> Form:
        """The page's form: empty, or as it was sent and refused."""
        if self._form is None:
            self._form = forms.empty(self.csrf, self.key)
        return self._form

    def use(self, form: Form) -> None:
        """Show `form` as the page's form: `visit.use(visit.form.starting_with({"name": "Atlas"}))`."""
        self._form = form

    @property
    def csrf(self) -> str:
        """The token that a form of this visitor must carry; who is not signed in gets a visit's cookie for it."""
        cookie_hash = self.actor.cookie_hash or self._visit()
        return secrets.csrf_token(self.services.ring, cookie_hash).reveal()

    def fits(self, token: str) -> bool:
        """Whether a form's token is this session's, or, where a page is for anyone, this visit's."""
        known = [self.actor.cookie_hash]
        if not self.is_signed_in or self.page_is_for_anyone:
            known.append(self._shown_visit())
        return any(each is not None and secrets.csrf_token_fits(self.services.ring, each, token) for each in known)

    @property
    def page_is_for_anyone(self) -> bool:
        """Whether the form can be sent without a session."""
        return isinstance(self.page, FormPage) and self.page.operation.who is Access.ANYONE

    def html(self, template: str, **context: Any) -> Html:
        """An answer from a template, which also sees `visit`, `frame` and, on a form's page, `form`."""
        return Html(template, context)

    def pager(self, path: str, next_cursor: str | None, **asked: Any) -> dict[str, str]:
        """Where the other pages of a list at `path` are: `first_url`, empty on the first one, and `next_url`.

        next_cursor: of the page behind this one, None at the end. asked: what the list is narrowed down to.
        """
        return {
            "first_url": with_query(path, **asked) if self.asked("cursor") else "",
            "next_url": with_query(path, **asked, cursor=next_cursor) if next_cursor else "",
        }

    def see_other(self, path: str, **query: str) -> SeeOther:
        """After a write: look at `path` next."""
        return SeeOther(f"{path}?{urlencode(query)}" if query else path)

    def send_on(self, path: str) -> SendOn:
        """After a write that is half of what the form is for: the browser sends the form on to `path`, one of ours."""
        return SendOn(path)

    def _shown_visit(self) -> bytes | None:
        shown = cookie_value(self.arrived.headers, visit_cookie_name(self.services))
        return None if shown is None else secrets.open_cookie(self.services.ring, secrets.CookieKind.VISIT, shown)

    def _visit(self) -> bytes:
        if self._visit_hash is None:
            self._visit_hash = self._shown_visit()
        if self._visit_hash is None:
            made = secrets.new_cookie(self.services.ring, secrets.CookieKind.VISIT)
            self.new_cookies.append(visit_cookie(self.services, made.value.reveal()))
            self._visit_hash = made.hash
        return self._visit_hash


def _wire_names(command: type[msgspec.Struct]) -> list[str]:
    return [field.encode_name for field in msgspec.structs.fields(command)]


def _decoded(command: type[Declared], given: Mapping[str, Any]) -> Declared:
    incoming = Incoming(
        path={},
        query=urlencode(given, doseq=True).encode("ascii"),
        headers={},
        body=b"",
        path_names=_NO_NAMES,
        is_query=True,
        ledger=Ledger.NONE,
    )
    return decode(command, incoming).command

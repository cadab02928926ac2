"""What the generated suites run: each mounted operation with a caller who may call it and a request that succeeds,
arranged through the API itself (spec 10).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import quote

import httpx
import msgspec
from msgspec import UNSET

from fleetprompt.app import ROUTES
from fleetprompt.authz import Access
from fleetprompt.enums import EventType
from fleetprompt.runtime.operations import Kind, Ledger
from fleetprompt.web.decoding import Plan, plan_of
from fleetprompt.web.routing import Route
from tests.operations.cast import Cast
from tests.support.answers import assert_json
from tests.support.callers import FRESH, Caller
from tests.support.secrecy.exchanges import ISSUED, SUBMITTED


@dataclass(frozen=True)
class Request:
    """What a caller sends beside the route's own: path parameters by wire name, query, JSON body, headers."""

    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Any = UNSET
    headers: Mapping[str, str] = field(default_factory=dict)

    def with_body(self, **members: Any) -> Request:
        """The same with other members of the body."""
        return replace(self, body={**({} if self.body is UNSET else self.body), **members})

    def with_path(self, **parameters: str) -> Request:
        """The same with other path parameters."""
        return replace(self, path={**self.path, **parameters})

    def with_query(self, **parameters: Any) -> Request:
        """The same with other query parameters."""
        return replace(self, query={**self.query, **parameters})

    def with_headers(self, headers: Mapping[str, str]) -> Request:
        """The same with other headers."""
        return replace(self, headers={**self.headers, **headers})


Make = Callable[[], Awaitable[Request]]


@dataclass(frozen=True)
class Case:
    """One operation's rightful caller and sound request, and what the suites must know of them.

    other: another sound body, for the same key. unfit: by what is wrong with it, a request that decodes and that only
    the row's kind or state makes invalid. hidden: by why, makes a request that names what this caller may not see, or
    nobody. refused: by why, makes a request that this caller may send and that is refused for what is stored or is not
    offered. events: what a success writes, in any order. caused: those of them that another of them brought about.
    move_on: changes the state after the success, so that a replay tells of what is past.
    fixed: fields whose value must be the arranged one, such as a password that is compared.
    """

    caller: Caller
    request: Request = field(default_factory=Request)
    other: Any = UNSET
    unfit: Mapping[str, Request] = field(default_factory=dict)
    hidden: Mapping[str, Make] = field(default_factory=dict)
    refused: Mapping[str, Make] = field(default_factory=dict)
    events: Sequence[EventType] = ()
    caused: Sequence[EventType] = ()
    move_on: Callable[[], Awaitable[object]] | None = None
    fixed: frozenset[str] = frozenset()


Arrange = Callable[[Cast], Awaitable[Case]]

ARRANGEMENTS: Final[dict[str, dict[str, Arrange]]] = {}
"""By method and path: the arrangement that every suite uses, under the name `""`, and further ones by their own."""


def arranges(endpoint: str, variant: str = "") -> Callable[[Arrange], Arrange]:
    """Register how to arrange an operation, by its method and path as the specification writes them."""

    def register(arrange: Arrange) -> Arrange:
        variants = ARRANGEMENTS.setdefault(endpoint, {})
        if variant in variants:
            raise ValueError(f"{endpoint} is arranged twice as {variant!r}")
        variants[variant] = arrange
        return arrange

    return register


def endpoint_of(route: Route) -> str:
    """Method and path."""
    return f"{route.method} {route.path}"


def plan(route: Route) -> Plan:
    """Where each field of the route's command comes from."""
    return plan_of(route.operation.command, route.path_names, route.is_query)


@dataclass(frozen=True)
class Ready:
    """A route with one arrangement made: it can be sent."""

    route: Route
    case: Case

    async def send(
        self,
        request: Request | None = None,
        *,
        by: Caller | None = None,
        key: str | None = FRESH,
        content: bytes | None = None,
        query_string: str = "",
    ) -> httpx.Response:
        """Send the arranged request, or another one to the same route, by the rightful caller or another.

        content: the raw body instead of the request's. query_string: added to the path as it is.
        """
        sent = self.case.request if request is None else request
        return await (by or self.case.caller).request(
            self.route.method,
            self.url(sent) + query_string,
            json=sent.body,
            content=content,
            params=sent.query or None,
            key=key if self.takes_key else None,
            headers=sent.headers,
        )

    def url(self, request: Request) -> str:
        """The path of a request, its parameters filled in."""
        path = self.route.path
        for name, value in request.path.items():
            path = path.replace(f"{{{name}}}", quote(value, safe=""))
        return path

    @property
    def takes_key(self) -> bool:
        """Whether an Idempotency-Key belongs to the request: to what the ledger keeps, and to every signature."""
        return self.route.operation.ledger is not Ledger.NONE or self.is_signed

    @property
    def is_signed(self) -> bool:
        """Whether a partner's signature is the credential; its nonce is used up whatever the answer."""
        return self.route.operation.who is Access.PARTNER

    @property
    def spent(self) -> tuple[str, ...]:
        """The tables that a refusal may lawfully change."""
        return ("request_nonces",) if self.is_signed else ()

    def assert_succeeded(self, response: httpx.Response) -> Any:
        """The route's own success; returns the decoded body."""
        assert response.status_code == self.route.status, f"{response.status_code} {response.text}"
        if response.headers["content-type"] != "application/json":
            return None
        return assert_json(response)


def names(routes: Sequence[Route]) -> list[str]:
    """What pytest calls the cases of these routes."""
    return [route.operation.name for route in routes]


MUTATIONS: Final = tuple(route for route in ROUTES if route.operation.kind is Kind.MUTATION)
LEDGERED: Final = tuple(route for route in ROUTES if route.operation.ledger is not Ledger.NONE)
NAMING_ROWS: Final = tuple(route for route in ROUTES if route.operation.owns)


def secrets_of(ready: Ready, response: httpx.Response) -> Iterator[str]:
    """Every secret that an exchange carried: asked for, shown, or the caller's own."""
    body = ready.case.request.body
    if isinstance(body, dict):
        yield from (str(body[name]) for name in SUBMITTED if name in body)
    if response.headers.get("content-type") == "application/json":
        shown = msgspec.json.decode(response.content)
        if isinstance(shown, dict):
            yield from (str(shown[name]) for name in ISSUED if name in shown)
    yield from response.cookies.values()
    yield from ready.case.caller.client.cookies.values()

"""The straight way of a request: size, address limit, authentication, caller limit, capability, validation, operation.

The order of checks is the spec's (6), so that nothing is told to a caller who may not know it. Signed calls of
partners take the way of `web.signed_calls`.
"""

from __future__ import annotations

from typing import Any

from fleetprompt.authz import ANONYMOUS, Access, Actor, admit
from fleetprompt.errors import Refusal
from fleetprompt.runtime.deadline import in_time
from fleetprompt.runtime.operations import Kind, Operation
from fleetprompt.runtime.run import ask, run
from fleetprompt.runtime.services import Services
from fleetprompt.web import envelope
from fleetprompt.web.arrival import Arrived, Receive, arrive
from fleetprompt.web.authentication import Authenticator, authenticate, require_same_site
from fleetprompt.web.decoding import validated
from fleetprompt.web.exchange import Exchange, exchange_of
from fleetprompt.web.gate import RateGate
from fleetprompt.web.http_response import HttpResponse
from fleetprompt.web.negotiation import require_acceptable
from fleetprompt.web.responses import call_of, incoming, read_response, write_response
from fleetprompt.web.routing import Route


class Pipeline:
    """What answers every unsigned route; the composition root makes one."""

    def __init__(self, services: Services, authenticator: Authenticator, gate: RateGate) -> None:
        self._services = services
        self._authenticator = authenticator
        self._gate = gate

    async def answer(self, route: Route, scope: Any, receive: Receive) -> HttpResponse:
        """The response to one request for `route`, its refusals included."""
        exchange = exchange_of(scope)
        exchange.operation = route.operation.name
        try:
            arrived = await arrive(scope, receive, route.body_bytes_max)
            return await in_time(self._answer(route, arrived, exchange))
        except Refusal as refusal:
            await self._gate.nothing_was_made(exchange, refusal)
            return envelope.answer(refusal, exchange, "Bearer")

    async def _answer(self, route: Route, arrived: Arrived, exchange: Exchange) -> HttpResponse:
        operation = route.operation
        await self._gate.by_address(operation.rate, exchange)
        exchange.actor = await self._identify(operation, arrived)
        await self._gate.by_caller(operation.rate, exchange)
        admit(exchange.actor, operation.who, operation.scope)
        require_acceptable(route, arrived.headers)
        decoded = await validated(self._services, exchange.actor, operation.command, incoming(route, arrived))
        if operation.kind is Kind.QUERY:
            result = await ask(operation, self._services, exchange.actor, decoded.command)
            return read_response(route, arrived, result)
        async with self._gate.counting_failures(operation, exchange, decoded.command):
            call = call_of(route, arrived, decoded, exchange)
            reply = await run(operation, self._services, exchange.actor, decoded.command, call)
        return write_response(self._services, route, reply)

    async def _identify(self, operation: Operation, arrived: Arrived) -> Actor:
        if operation.who is not Access.ANYONE:
            return await authenticate(self._services, self._authenticator, arrived.method, arrived.headers)
        if operation.kind is Kind.MUTATION:
            require_same_site(self._services, arrived.headers)
        return ANONYMOUS

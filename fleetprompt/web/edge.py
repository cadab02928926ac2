"""The outermost layer: every request gets its id, its log line, its metrics and an answer, whatever happens inside.

A plain ASGI wrapper, because the framework's own middleware does not run for unknown routes and wrong methods.
"""

from __future__ import annotations

import time
from asyncio import CancelledError
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import structlog
from litestar import HttpMethod

from fleetprompt.authz import Credential
from fleetprompt.errors import Code, Outage, Refusal, unavailable
from fleetprompt.runtime.services import Services
from fleetprompt.telemetry import Logging
from fleetprompt.web import envelope, limits
from fleetprompt.web.client_address import client_address, is_trusted_proxy
from fleetprompt.web.exchange import Exchange, exchange_of, open_exchange
from fleetprompt.web.targets import refusal_of_target

Scope = Any
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

_TRACE_HEADERS: Final = (b"traceparent", b"tracestate")
_METHODS: Final = frozenset(method.value for method in HttpMethod)


class Edge:
    """Wraps the application; lifespan messages pass through."""

    def __init__(
        self, application: Application, services: Services, log: Logging, answer_refusal: envelope.AnswerRefusal
    ) -> None:
        self._application = application
        self._answer_refusal = answer_refusal
        self._services = services
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one ASGI scope."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        exchange = open_exchange(scope, self._address(scope))
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=exchange.public_id)
        self._services.metrics.request_started()
        send_ours = _send_with_our_headers(send, exchange)
        if scope["method"] == HttpMethod.HEAD:
            scope, send_ours = {**scope, "method": HttpMethod.GET.value}, _send_without_body(send_ours)
        with self._services.traces.request(self._trusted_parent(scope)) as span:
            try:
                await self._answer(scope, receive, send_ours, exchange)
            finally:
                self._finish(exchange)
                span.answered(
                    operation=exchange.operation,
                    method=scope["method"] if scope["method"] in _METHODS else "_OTHER",
                    status=exchange.status,
                    code=exchange.code,
                    request_id=exchange.public_id,
                )

    def refusing(self, refusal: Refusal) -> Edge:
        """What answers so instead of the application, with request id, log line and metrics: to bytes that are no
        request.
        """

        async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
            await envelope.answer(refusal, exchange_of(scope))(scope, receive, send)

        return Edge(refuse, self._services, self._log, self._answer_refusal)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, exchange: Exchange) -> None:
        if refusal := refusal_of_target(scope):
            await self._answer_refusal(refusal, scope)(scope, receive, send)
            return
        try:
            await self._application(_with_a_known_method(scope), receive, send)
        except Exception as error:
            if exchange.status:
                raise
            await self._answer_refusal(envelope.internal(error), scope)(scope, receive, send)
        except CancelledError:
            if exchange.status:
                raise
            given_up = unavailable("The server is shutting down.", Outage.SHUTTING_DOWN)
            await self._answer_refusal(given_up, scope)(scope, receive, send)

    def _address(self, scope: Scope) -> str:
        peer = scope.get("client") or ("unknown", 0)
        forwarded = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
        return client_address(peer[0], forwarded, self._services.settings.trusted_proxies)

    def _trusted_parent(self, scope: Scope) -> Mapping[str, str]:
        """The trace that a trusted proxy says the request is part of; anybody else could fill up the collector."""
        peer = scope.get("client") or ("unknown", 0)
        if not is_trusted_proxy(peer[0], self._services.settings.trusted_proxies):
            return {}
        return {name.decode(): value.decode("latin-1") for name, value in scope["headers"] if name in _TRACE_HEADERS}

    def _finish(self, exchange: Exchange) -> None:
        seconds = time.perf_counter() - exchange.started
        self._services.metrics.request_finished(exchange.operation, exchange.code, seconds)
        if exchange.code == Code.UNAVAILABLE:
            self._services.metrics.unavailable(exchange.log_reason or "")
        actor = exchange.actor
        self._log.request_finished(
            request_id=exchange.public_id,
            operation=exchange.operation,
            outcome=exchange.code,
            duration_ms=seconds * 1000,
            caller_id=None if actor.credential is Credential.NONE else actor.caller,
            client_address=exchange.address,
            reason=exchange.log_reason,
        )


def _with_a_known_method(scope: Scope) -> Scope:
    """The scope, with TRACE for a method that the framework never heard of: no route takes it, and Allow is told."""
    return scope if scope["method"] in _METHODS else {**scope, "method": HttpMethod.TRACE.value}


def _send_without_body(send: Send) -> Send:
    """What a GET would send but its content: the answer to HEAD (RFC 9110, 9.3.2)."""

    async def send_head(message: Any) -> None:
        await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

    return send_head


def _send_with_our_headers(send: Send, exchange: Exchange) -> Send:
    async def send_ours(message: Any) -> None:
        if message["type"] == "http.response.start":
            exchange.status = message["status"]
            ours = [
                (b"x-request-id", exchange.public_id.encode()),
                (b"x-content-type-options", b"nosniff"),
                *((name.lower().encode(), value.encode()) for name, value in limits.headers(exchange.allowances)),
            ]
            message = {**message, "headers": [*message.get("headers", ()), *ours]}
        await send(message)

    return send_ours

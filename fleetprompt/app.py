"""The composition root: the only place where routes are mounted and the parts of one process are joined."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from litestar import Litestar, Request
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.response.base import ASGIResponse

from fleetprompt.accounts.authenticator import AccountsAuthenticator
from fleetprompt.authz import Access
from fleetprompt.errors import Code, Refusal
from fleetprompt.accounts import routes as accounts
from fleetprompt.runtime.services import Services
from fleetprompt.telemetry import Logging
from fleetprompt.web import envelope
from fleetprompt.web.edge import Edge
from fleetprompt.web.exchange import exchange_of
from fleetprompt.web.gate import RateGate
from fleetprompt.web.limits import Limiter
from fleetprompt.web.pipeline import Pipeline
from fleetprompt.web.routing import Route
from fleetprompt.web.signed_calls import SignedCalls

ROUTES: Final[tuple[Route, ...]] = (*accounts.ROUTES,)
"""Every route of the API."""


def _litestar_path(path: str) -> str:
    return path.replace("}", ":str}")


def _mount(route: Route, pipeline: Pipeline | SignedCalls) -> HTTPRouteHandler:
    async def endpoint(request: Request[Any, Any, Any]) -> ASGIResponse:
        return await pipeline.answer(route, request.scope, request.receive)

    return HTTPRouteHandler(_litestar_path(route.path), http_method=[route.method], name=route.operation.name)(endpoint)


def _refuse_options(path: str, methods: Sequence[str]) -> HTTPRouteHandler:
    """OPTIONS is a wrong method like any other; the framework would answer it by itself."""
    allow = ", ".join(sorted(methods))

    async def endpoint(request: Request[Any, Any, Any]) -> ASGIResponse:
        refusal = Refusal(
            Code.UNSUPPORTED, "This path does not take this method.", status=405, headers=(("allow", allow),)
        )
        return envelope.answer(refusal, exchange_of(request.scope))

    return HTTPRouteHandler(_litestar_path(path), http_method=["OPTIONS"])(endpoint)


def build_app(services: Services, limiter: Limiter, log: Logging) -> Edge:
    """The ASGI application of one process."""
    authenticator = AccountsAuthenticator(services)
    gate = RateGate(limiter)
    pipeline = Pipeline(services, authenticator, gate)
    signed_calls = SignedCalls(services, authenticator, gate)
    methods: dict[str, list[str]] = defaultdict(list)
    handlers: list[HTTPRouteHandler] = []
    for route in ROUTES:
        methods[route.path].append(route.method)
        handlers.append(_mount(route, signed_calls if route.operation.who is Access.PARTNER else pipeline))
    handlers += [_refuse_options(path, allowed) for path, allowed in methods.items()]

    @asynccontextmanager
    async def running(_: Litestar) -> AsyncIterator[None]:
        await services.open()
        try:
            yield
        finally:
            await services.close()
            await limiter.close()

    application = Litestar(
        route_handlers=handlers,
        exception_handlers={Exception: envelope.exception_handler, HTTPException: envelope.exception_handler},
        lifespan=[running],
        openapi_config=None,
        logging_config=None,
        request_max_body_size=None,
        debug=False,
    )
    return Edge(application, services, log)

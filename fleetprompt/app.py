"""The composition root: the only place where routes are mounted and the parts of one process are joined."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

from litestar import HttpMethod, Litestar, Request
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.response.base import ASGIResponse

from fleetprompt.accounts.authenticator import AccountsAuthenticator
from fleetprompt.authz import Access
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


Answerer = Pipeline | SignedCalls


def _mount(path: str, answerers: Mapping[str, tuple[Route, Answerer]]) -> HTTPRouteHandler:
    """One handler for all methods of a path. OPTIONS is refused like any wrong method; the framework would answer it."""
    allow = ", ".join(sorted(answerers))

    async def endpoint(request: Request[Any, Any, Any]) -> ASGIResponse:
        if request.method not in answerers:
            return envelope.answer(envelope.wrong_method(allow), exchange_of(request.scope))
        route, answerer = answerers[request.method]
        return await answerer.answer(route, request.scope, request.receive)

    return HTTPRouteHandler(_litestar_path(path), http_method=[*answerers, HttpMethod.OPTIONS])(endpoint)


def build_app(services: Services, limiter: Limiter, log: Logging) -> Edge:
    """The ASGI application of one process."""
    authenticator = AccountsAuthenticator(services)
    gate = RateGate(limiter)
    pipeline = Pipeline(services, authenticator, gate)
    signed_calls = SignedCalls(services, authenticator, gate)
    by_path: dict[str, dict[str, tuple[Route, Answerer]]] = defaultdict(dict)
    for route in ROUTES:
        is_signed = route.operation.who is Access.PARTNER
        by_path[route.path][route.method] = (route, signed_calls if is_signed else pipeline)

    @asynccontextmanager
    async def running(_: Litestar) -> AsyncIterator[None]:
        await services.open()
        try:
            yield
        finally:
            await services.close()
            await limiter.close()

    application = Litestar(
        route_handlers=[_mount(path, answerers) for path, answerers in by_path.items()],
        exception_handlers={Exception: envelope.exception_handler, HTTPException: envelope.exception_handler},
        lifespan=[running],
        openapi_config=None,
        logging_config=None,
        request_max_body_size=None,
        debug=False,
    )
    return Edge(application, services, log)

"""The composition root: the only place where routes are mounted and the parts of one process are joined."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Protocol

from litestar import HttpMethod, Litestar
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp, Receive, Scope, Send

from fleetprompt.accounts import routes as accounts
from fleetprompt.accounts.authenticator import AccountsAuthenticator
from fleetprompt.assembly import build_services
from fleetprompt.authz import Access
from fleetprompt.catalog import routes as catalog
from fleetprompt.clock import Clock
from fleetprompt.installs import routes as installs
from fleetprompt.jobs import JOBS, JobRunner
from fleetprompt.listings import routes as listings
from fleetprompt.moderation import routes as moderation
from fleetprompt.pages import static_files
from fleetprompt.pages.answering import PageAnswerer
from fleetprompt.pages.declaring import Page, check_pages
from fleetprompt.pages.refusals import RefusalPages
from fleetprompt.pages.site import PAGES
from fleetprompt.presence import Presence
from fleetprompt.releases import routes as releases
from fleetprompt.runtime.operations import REGISTRY
from fleetprompt.runtime.services import Services
from fleetprompt.secrets import KeyRing, Purpose
from fleetprompt.settings import Settings
from fleetprompt.telemetry import Logging, MetricsFolder, Traces
from fleetprompt.web import envelope, service
from fleetprompt.web.edge import Edge
from fleetprompt.web.exchange import exchange_of
from fleetprompt.web.gate import RateGate
from fleetprompt.web.http_response import HttpResponse
from fleetprompt.web.limits import Limiter, Share
from fleetprompt.web.mounting import check_mounting
from fleetprompt.web.openapi import document, encode
from fleetprompt.web.pipeline import Pipeline
from fleetprompt.web.routing import Route
from fleetprompt.web.signed_calls import SignedCalls

ROUTES: Final[tuple[Route, ...]] = (
    *service.ROUTES,
    *accounts.ROUTES,
    *listings.ROUTES,
    *releases.ROUTES,
    *installs.ROUTES,
    *moderation.ROUTES,
    *catalog.ROUTES,
)
"""Every route of the API."""


def _litestar_path(path: str) -> str:
    return path.replace("}", ":str}")


Answerer = Pipeline | SignedCalls


def _mount(path: str, answerers: Mapping[str, tuple[Route, Answerer]]) -> HTTPRouteHandler:
    """One handler for all methods of a path, so that every wrong one, OPTIONS included, is told the right ones.

    HEAD comes here as GET; the edge keeps the content back.
    """
    allow = ", ".join(sorted(answerers.keys() | ({"HEAD"} if "GET" in answerers else set())))

    async def answer(scope: Any, receive: Receive) -> HttpResponse:
        found = answerers.get(scope["method"])
        if found is None:
            return envelope.answer(envelope.wrong_method(allow), exchange_of(scope))
        route, answerer = found
        return await answerer.answer(route, scope, receive)

    return _handler(_litestar_path(path), answer)


def _mount_page(page: Page, pages: PageAnswerer) -> HTTPRouteHandler:
    async def answer(scope: Any, receive: Receive) -> HttpResponse:
        return await pages.answer(page, scope, receive)

    return _handler(_litestar_path(page.path), answer)


def _mount_static(pages: PageAnswerer) -> HTTPRouteHandler:
    async def answer(scope: Any, receive: Receive) -> HttpResponse:
        return pages.answer_static(scope)

    return _handler(f"{static_files.PREFIX}{{name:str}}", answer)


def _handler(path: str, answer: Callable[[Any, Receive], Awaitable[HttpResponse]]) -> HTTPRouteHandler:
    """A route whose middleware answers: below it the framework would make a request and a response of its own, which
    nobody uses, and which were a quarter of what a request cost that does nothing else.
    """

    async def endpoint(scope: Scope, receive: Receive, send: Send) -> None:
        response = await answer(scope, receive)
        await response(scope, receive, send)

    def answering(app: ASGIApp) -> ASGIApp:
        return endpoint

    async def below() -> None:
        raise AssertionError("unreachable")

    return HTTPRouteHandler(path, http_method=list(HttpMethod), middleware=[answering], status_code=200)(below)


class Background(Protocol):
    """What a process does beside answering requests."""

    def start(self) -> None:
        """Begin; the services are open."""
        ...

    async def stop(self) -> None:
        """End, while the services still are open."""
        ...


@dataclass(frozen=True)
class Process:
    """One serving process."""

    application: Edge
    services: Services
    limiter: Limiter


@cache
def _contract() -> bytes:
    """The OpenAPI document. Making it takes as long as a hundred requests, and few processes are asked for it."""
    return encode(document(ROUTES))


def build_process(
    settings: Settings,
    clock: Clock,
    ring: KeyRing,
    database_url: str,
    log: Logging,
    *,
    jobs: bool = True,
    share: Share | None = None,
    metrics_folder: MetricsFolder | None = None,
    traces: Traces | None = None,
) -> Process:
    """One process of the system, ready to be served.

    jobs: whether it also runs the jobs. share: its part of the rate limits, where it is one of several workers;
    metrics_folder: where these keep their metrics together. Raises UnshareableLimitError.
    """
    services = build_services(
        settings,
        clock,
        ring,
        database_url,
        log,
        metrics_folder=metrics_folder,
        traces=traces,
        pages=[page.label for page in PAGES],
        contract=_contract,
    )
    limiter = Limiter(
        settings.rate_limits,
        clock=clock,
        key=ring.derive(Purpose.RATE_LIMIT_KEY),
        metrics=services.metrics,
        share=share,
        redis_url=None if settings.redis_url is None else settings.redis_url.reveal(),
    )
    background: list[Background] = [services.loop, Presence(services, "serve")]
    if jobs:
        background.append(JobRunner(services))
    return Process(build_app(services, limiter, log, background), services, limiter)


def build_app(services: Services, limiter: Limiter, log: Logging, background: Sequence[Background] = ()) -> Edge:
    """The ASGI application of one process. Raises MountingError where routes and operations do not belong together."""
    check_mounting(ROUTES, REGISTRY.values(), [job.operation for job in JOBS])
    check_pages(PAGES, REGISTRY)
    authenticator = AccountsAuthenticator(services)
    gate = RateGate(limiter)
    pipeline = Pipeline(services, authenticator, gate)
    signed_calls = SignedCalls(services, authenticator, gate)
    refusals = RefusalPages(services)
    pages = PageAnswerer(services, authenticator, gate, refusals, PAGES)
    handle = envelope.exception_handler(refusals.answer)
    by_path: dict[str, dict[str, tuple[Route, Answerer]]] = defaultdict(dict)
    for route in ROUTES:
        is_signed = route.operation.who is Access.PARTNER
        by_path[route.path][route.method] = (route, signed_calls if is_signed else pipeline)

    @asynccontextmanager
    async def running(_: Litestar) -> AsyncIterator[None]:
        """What lives as long as the application: the services, and what runs beside them."""
        await services.open()
        for work in background:
            work.start()
        services.metrics.serving(True)
        try:
            yield
        finally:
            services.metrics.serving(False)
            for work in background:
                await work.stop()
            await services.close()
            await limiter.close()

    application = Litestar(
        route_handlers=[
            *(_mount(path, answerers) for path, answerers in by_path.items()),
            *(_mount_page(page, pages) for page in PAGES),
            _mount_static(pages),
        ],
        exception_handlers={Exception: handle, HTTPException: handle},
        lifespan=[running],
        openapi_config=None,
        logging_config=None,
        request_max_body_size=None,
        debug=False,
    )
    return Edge(application, services, log, refusals.answer)

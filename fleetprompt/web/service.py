"""What the operator's own systems ask: health, readiness, metrics and the contract (spec 6.4 Service)."""

from __future__ import annotations

import asyncio
import hmac
from typing import Annotated, Final

from msgspec import UNSET, UnsetType

from fleetprompt.authz import Access, Actor
from fleetprompt.errors import Refusal, unauthenticated
from fleetprompt.fields import LINE, Command, Header, NoArguments, Text
from fleetprompt.runtime import job_runs
from fleetprompt.runtime.operations import query
from fleetprompt.runtime.readiness import health, readiness
from fleetprompt.runtime.run import Look
from fleetprompt.web.authentication import bearer_token
from fleetprompt.web.routing import Caching, Raw, Route, get

AUTHORIZATION_LENGTH_MAX: Final = 1024


class ReadMetrics(Command):
    """Who asks; needed unless this instance is only reachable from its own machine."""

    authorization: Annotated[str, Text(1, AUTHORIZATION_LENGTH_MAX, LINE), Header("Authorization")] | UnsetType = UNSET


@query("service.metrics", who=Access.ANYONE)
async def metrics(look: Look, _: Actor, command: ReadMetrics) -> Raw:
    """The metrics for Prometheus. Raises UNAUTHENTICATED without METRICS_TOKEN where PUBLIC_URL is not loopback."""
    settings = look.services.settings
    if not settings.is_loopback:
        token = settings.metrics_token
        shown = None if command.authorization is UNSET else bearer_token(command.authorization)
        if token is None or shown is None or not hmac.compare_digest(shown.encode(), token.reveal().encode()):
            raise unauthenticated("metrics_token")
    await _look_at_jobs(look)
    measured = look.services.metrics
    return Raw(measured.content_type, await asyncio.to_thread(measured.render))


async def _look_at_jobs(look: Look) -> None:
    """Ask the database how the jobs stand; where it is away that is told too, and all else is worth telling still."""
    measured = look.services.metrics
    try:
        found = await look.one(job_runs.standing())
    except Refusal:
        measured.database_answered(False)
        return
    measured.database_answered(True)
    if found is not None:
        since_ms = look.now_ms if found.first_used_at_ms is None else found.first_used_at_ms
        succeeded_at_ms = dict(zip(found.jobs, found.succeeded_at_ms, strict=True))
        measured.jobs_stand(succeeded_at_ms, since_ms, look.now_ms)
        measured.clock_is_ahead(look.now_ms - found.now_ms)


@query("service.openapi", who=Access.ANYONE)
async def contract(look: Look, _: Actor, __: NoArguments) -> Raw:
    """The OpenAPI document of this version."""
    return Raw("application/json", await asyncio.to_thread(look.services.contract))


ROUTES: Final[tuple[Route, ...]] = (
    get("/healthz", health, caching=Caching.SECRET),
    get("/readyz", readiness, caching=Caching.SECRET),
    get("/metrics", metrics, caching=Caching.SECRET),
    get("/openapi.json", contract, caching=Caching.PUBLIC),
)

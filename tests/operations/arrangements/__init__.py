"""How each mounted operation is arranged: one file for each slice, and the one way to get at what they arrange."""

from __future__ import annotations

from fleetprompt.web.routing import Route
from tests.operations.arrangements import accounts, catalog, installs, listings, moderation, releases, service
from tests.operations.cases import ARRANGEMENTS, Ready, endpoint_of
from tests.operations.cast import Cast

__all__ = ["accounts", "catalog", "installs", "listings", "make_ready", "moderation", "releases", "service"]


async def make_ready(cast: Cast, route: Route, variant: str = "") -> Ready:
    """Arrange an operation anew. Fails by its name where nothing arranges it."""
    variants = ARRANGEMENTS.get(endpoint_of(route), {})
    assert variant in variants, f"nothing arranges {route.operation.name}: {endpoint_of(route)}"
    return Ready(route, await variants[variant](cast))

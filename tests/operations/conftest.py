"""The cast of a module, and one arranged operation for each case."""

from __future__ import annotations

import pytest

from fleetprompt.web.routing import Route
from tests.operations.arrangements import make_ready
from tests.operations.cases import Ready
from tests.operations.cast import Cast
from tests.support.application import App


@pytest.fixture(scope="module")
def cast(app: App) -> Cast:
    """Who takes part, on the module's application."""
    return Cast(app.people, app.database)


@pytest.fixture
async def ready(cast: Cast, route: Route) -> Ready:
    """The case's operation, arranged anew."""
    return await make_ready(cast, route)

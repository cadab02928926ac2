"""The same promises over two servers on one database, at both levels, requests going to them in turn (spec 3, 6.2)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from fleetprompt.settings import Isolation
from fleetprompt.web.routing import Route
from tests.operations.cases import LEDGERED, Ready, names
from tests.operations.cast import Cast
from tests.operations.retries import (
    assert_key_stands_for_one_request,
    assert_one_of_many_executes,
    assert_retries_replay,
)
from tests.support.databases import Database, Run
from tests.support.servers import Servers, serving

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("route", LEDGERED, ids=names(LEDGERED))]


@pytest.fixture(scope="module", params=Isolation)
async def servers(
    request: pytest.FixtureRequest, anyio_backend: Any, database: Database, run: Run
) -> AsyncIterator[Servers]:
    """Two servers whose mutations run at the level that production uses, and then at the strictest one."""
    with serving(database, run.folder / "logs", ISOLATION=request.param) as started:
        yield started
        await started.aclose()


@pytest.fixture(scope="module")
def cast(servers: Servers) -> Cast:
    """Who takes part, on both servers in turn."""
    return Cast(servers.people, servers.database)


async def test_r_idemp_01_r_idemp_02_r_idemp_03_the_other_server_replays(ready: Ready, database: Database) -> None:
    await assert_retries_replay(ready, database)


async def test_r_idemp_01_r_idemp_02_r_idemp_03_of_many_at_two_servers_one_executes(
    cast: Cast, route: Route, database: Database
) -> None:
    await assert_one_of_many_executes(cast, route, database)


async def test_r_idemp_04_the_other_server_knows_what_the_key_stands_for(ready: Ready, database: Database) -> None:
    await assert_key_stands_for_one_request(ready, database)

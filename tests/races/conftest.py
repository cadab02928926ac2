"""The arenas of the race suites: at the level that production uses, and at the strictest one with fewer rounds."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from tests.races.arena import Arena, arena_at
from tests.support import databases
from tests.support.databases import Cluster, Database, Run


@pytest.fixture(scope="session", params=[("repeatable read", 8), ("serializable", 3)], ids=lambda level: level[0])
def level(request: pytest.FixtureRequest) -> tuple[str, int]:
    """An isolation level, and how many rounds each race runs at it."""
    chosen: tuple[str, int] = request.param
    return chosen


@pytest.fixture(scope="session")
def arena_database(level: tuple[str, int], cluster: Cluster, run: Run, template: str) -> Iterator[Database]:
    """A database for each level."""
    with databases.fresh_database(cluster, run, template) as made:
        yield made


@pytest.fixture(scope="session")
async def arena(anyio_backend: Any, level: tuple[str, int], arena_database: Database, run: Run) -> AsyncIterator[Arena]:
    """Two servers at this level, and those who call them."""
    async with arena_at(*level, arena_database, run.folder / "logs") as opened:
        yield opened

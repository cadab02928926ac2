"""The site at a real address, a real browser, and a market to look at."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser

from tests.pages.scene import SETTINGS, Scene, arranged
from tests.support.application import App, LogFile
from tests.support.chromium import PROGRAM, chromium
from tests.support.clock import FakeClock
from tests.support.databases import Database, Run
from tests.support.site import site


@pytest.fixture(scope="module")
async def served(
    anyio_backend: Any, database: Database, module_clock: FakeClock, log: LogFile, run: Run
) -> AsyncIterator[App]:
    """The application on a real address."""
    async with site(database, module_clock, log, run.folder, **SETTINGS) as started:
        yield started


@pytest.fixture(scope="module")
async def scene(served: App) -> Scene:
    """The market."""
    return await arranged(served)


@pytest.fixture(scope="module")
async def browser(anyio_backend: Any) -> AsyncIterator[Browser]:
    """A real Chromium; without one the tests that need it are skipped, and counted."""
    if PROGRAM is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    async with chromium() as started:
        yield started

"""The whole site on a real address, for a real browser: the application in this process behind uvicorn."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn

from tests.support.application import App, LogFile, running
from tests.support.clock import FakeClock
from tests.support.databases import Database


class _Server(uvicorn.Server):
    """Leaves signals to the tests."""

    def install_signal_handlers(self) -> None:
        """Nothing."""


@asynccontextmanager
async def site(
    database: Database, clock: FakeClock, log: LogFile, data_dir: Path, **settings: str
) -> AsyncIterator[App]:
    """The application, reached at its own PUBLIC_URL. settings: as for `running`."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        async with running(database, clock, log, data_dir, PUBLIC_URL=url, **settings) as app:
            config = uvicorn.Config(app.process.application, lifespan="off", log_config=None, access_log=False)
            server = _Server(config)
            serving = asyncio.create_task(server._serve([listening]))
            while not server.started:
                await asyncio.sleep(0.01)
            try:
                yield app
            finally:
                server.should_exit = True
                await serving

"""A whole instance as its operator runs it: one server process that keeps the embedded database of its own folder."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Final

from sqlalchemy.engine import make_url

from fleetprompt.clock import SystemClock
from fleetprompt.commands.watch import kept_running
from fleetprompt.store.embedded import DATABASE, EmbeddedDatabase, Role, acquire
from fleetprompt.store.migrate import migrate
from tests.support.cable import Cable, cable_to
from tests.support.callers import Line
from tests.support.databases import Cluster, Database
from tests.support.environment import PUBLIC_URL, environment
from tests.support.people import People
from tests.support.servers import Alternating, ServerProcess

NEEDLESS: Final = ("FLEETPROMPT_DATABASE_URL", "FLEETPROMPT_MIGRATE_DATABASE_URL")


class Instance:
    """Its server process, its PostgreSQL and those who call it; both can be killed and come back."""

    def __init__(self, server: ServerProcess, database: Database, data_dir: Path) -> None:
        self.server = server
        self.database = database
        self.data_dir = data_dir
        self._cluster_dir = data_dir.resolve() / "postgres"
        self.transport = Alternating([server])
        self.people = People(Line(self.transport, PUBLIC_URL), database, SystemClock())

    def postgres_pids(self) -> set[int]:
        """Every live process of its PostgreSQL: they all work inside its folder."""
        found = set()
        for entry in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if (entry / "cwd").readlink().is_relative_to(self._cluster_dir):
                    found.add(int(entry.name))
        return found

    def kill_database(self) -> None:
        """`kill -9` of the postmaster; its children see that it is gone and go too."""
        self._signal_postmaster(signal.SIGKILL)

    def stop_database(self) -> None:
        """Have PostgreSQL end every session and stop, as an upgrade of its package does."""
        self._signal_postmaster(signal.SIGINT)

    def _signal_postmaster(self, number: signal.Signals) -> None:
        for path in self._cluster_dir.rglob("postmaster.pid"):
            os.kill(int(path.read_text().partition("\n")[0]), number)

    @contextmanager
    def database_hung(self) -> Iterator[None]:
        """Stop every process of its PostgreSQL for the block: connections stay, and nothing answers."""
        stopped = self.postgres_pids()
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in stopped:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    async def restart_server(self) -> None:
        """`kill -9` of the server, where it still runs, and start it again."""
        await asyncio.to_thread(self.server.kill)
        self.server.start()
        await asyncio.to_thread(self.server.wait_ready)


@contextmanager
def _cluster_in(folder: Path) -> Iterator[tuple[EmbeddedDatabase, Database]]:
    embedded = acquire(folder)
    try:
        creator, owner, serving = (make_url(embedded.url(role)) for role in (Role.SUPERUSER, Role.OWNER, Role.APP))
        yield embedded, Database(Cluster(creator, owner, serving, has_superuser=True), DATABASE)
    finally:
        embedded.release()


@asynccontextmanager
async def _serving(server: ServerProcess, database: Database, folder: Path) -> AsyncIterator[Instance]:
    instance = Instance(server, database, folder)
    server.start()
    try:
        await asyncio.to_thread(server.wait_ready)
        yield instance
    finally:
        await instance.transport.aclose()
        server.end()


@asynccontextmanager
async def instance_in(folder: Path, logs: Path, *arguments: str) -> AsyncIterator[Instance]:
    """A running instance with a new data folder, ended with the block. arguments: added to `serve`."""
    with _cluster_in(folder) as (_, database):
        variables = {name: value for name, value in environment(database, folder).items() if name not in NEEDLESS}
        server = ServerProcess(f"instance-{folder.name}", logs, variables, arguments)
        async with _serving(server, database, folder) as instance:
            yield instance


@asynccontextmanager
async def cabled_instance_in(folder: Path, logs: Path, *arguments: str) -> AsyncIterator[tuple[Cable, Instance]]:
    """The same with a cable between the server and its PostgreSQL, which somebody else keeps running."""
    ends = folder.with_name(f"{folder.name}-cable")
    ends.mkdir()
    with _cluster_in(folder) as (embedded, database), kept_running(embedded):
        migrate(database.owner_url, database.serving_url)
        async with cable_to(database, ends) as (cable, reached):
            server = ServerProcess(f"instance-{folder.name}", logs, environment(reached, folder), arguments)
            async with _serving(server, database, folder) as instance:
                yield cable, instance

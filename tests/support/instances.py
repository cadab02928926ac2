"""A whole instance as its operator runs it: one server process that keeps the embedded database of its own folder."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from sqlalchemy.engine import make_url

from fleetprompt.clock import SystemClock
from fleetprompt.store.embedded import DATABASE, Role, acquire
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
        for path in self._cluster_dir.rglob("postmaster.pid"):
            os.kill(int(path.read_text().partition("\n")[0]), signal.SIGKILL)

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

    def restart_server(self) -> None:
        """`kill -9` of the server, and start it again."""
        self.server.kill()
        self.server.start()
        self.server.wait_ready()


@contextmanager
def instance_in(folder: Path, logs: Path) -> Iterator[Instance]:
    """A running instance with a new data folder, ended with the block."""
    embedded = acquire(folder)
    try:
        creator, owner, serving = (make_url(embedded.url(role)) for role in (Role.SUPERUSER, Role.OWNER, Role.APP))
        database = Database(Cluster(creator, owner, serving, has_superuser=True), DATABASE)
        variables = {name: value for name, value in environment(database, folder).items() if name not in NEEDLESS}
        server = ServerProcess(f"instance-{folder.name}", logs, variables)
        try:
            server.start()
            server.wait_ready()
            yield Instance(server, database, folder)
        finally:
            server.end()
    finally:
        embedded.release()

"""Real server processes: started by the command line, called over TCP, stopped or killed."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import httpx

from fleetprompt.clock import SystemClock
from tests.support.callers import Line
from tests.support.databases import Database
from tests.support.environment import PUBLIC_URL, environment
from tests.support.people import People

PROGRAM = (sys.executable, "-m", "fleetprompt")
ROOT = Path(__file__).parents[2]
READY_WITHIN_S = 60
STOP_WITHIN_S = 15
KEPT_IDLE_S_MAX = 2
ADDRESS = re.compile(r"http://127\.0\.0\.1:[0-9]+")


class ServerProcess:
    """One `fleetprompt serve`. Its log and output are files, so that they survive it; a restart appends to them."""

    def __init__(self, name: str, folder: Path, variables: Mapping[str, str], arguments: tuple[str, ...] = ()) -> None:
        self.log_file = folder / f"{name}.log"
        self.output_file = folder / f"{name}.out"
        self.variables = dict(variables)
        self._arguments = ("serve", "--port", "0", "--no-jobs", *arguments)
        self._program: tuple[str, ...] = PROGRAM
        self._process: subprocess.Popen[bytes] | None = None
        self.url = ""

    def serve_with(self, program: tuple[str, ...]) -> None:
        """Run another program from the next start on: a later version, say."""
        self._program = program

    def start(self) -> None:
        """Start it, on a port of its own choice, without waiting."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("FLEETPROMPT_")}
        with self.output_file.open("wb") as output, self.log_file.open("ab") as log:
            self._process = subprocess.Popen(
                (*self._program, *self._arguments),
                cwd=ROOT,
                env={**inherited, **self.variables},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=log,
            )

    def wait_ready(self) -> None:
        """Return when it answers requests. Fails with its log where it ends before or takes too long."""
        give_up_at = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < give_up_at and self.running.poll() is None:
            found = ADDRESS.search(self.output_file.read_text())
            if found and _is_ready(found[0]):
                self.url = found[0]
                return
            time.sleep(0.05)
        raise AssertionError(f"the server is not ready: {self.log()}")

    @property
    def running(self) -> subprocess.Popen[bytes]:
        """The process, for whoever wants its pid or its exit code."""
        assert self._process is not None, "not started"
        return self._process

    def log(self) -> str:
        """What it has written to standard error, its restarts included."""
        return self.log_file.read_text()

    def kill(self) -> None:
        """`kill -9`."""
        self.running.kill()
        self.running.wait(STOP_WITHIN_S)

    def stop(self) -> int:
        """SIGTERM; returns the exit code once what was in flight is finished."""
        self.running.send_signal(signal.SIGTERM)
        return self.running.wait(STOP_WITHIN_S)

    def end(self) -> None:
        """Make sure that it is gone, however it is."""
        if self._process is not None and self._process.poll() is None:
            self.kill()


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", timeout=5, trust_env=False).is_success
    except httpx.TransportError:
        return False


class Alternating(httpx.AsyncBaseTransport):
    """Sends each request to the next server in turn, as a balancer would: the Host header stays as it is."""

    def __init__(self, servers: list[ServerProcess]) -> None:
        self._servers = servers
        self._turns = count()
        # Let go before the servers do, so that no request meets a connection that is just being closed.
        self._http = httpx.AsyncHTTPTransport(limits=httpx.Limits(keepalive_expiry=KEPT_IDLE_S_MAX))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry one request. Raises httpx.ConnectError where the server whose turn it is does not run."""
        server = httpx.URL(self._servers[next(self._turns) % len(self._servers)].url)
        request.url = request.url.copy_with(host=server.host, port=server.port)
        return await self._http.handle_async_request(request)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()


class Servers:
    """Several servers on one database."""

    def __init__(self, processes: list[ServerProcess], database: Database) -> None:
        self.processes = processes
        self.database = database
        self._transports: list[Alternating] = []
        self.people = self._people(processes)
        """People whose requests alternate between the servers."""

    def people_of(self, place: int) -> People:
        """People who call one server only."""
        return self._people([self.processes[place]])

    def _people(self, processes: list[ServerProcess]) -> People:
        transport = Alternating(processes)
        self._transports.append(transport)
        return People(Line(transport, PUBLIC_URL), self.database, SystemClock())

    async def aclose(self) -> None:
        """Close the connections of everybody who called."""
        for transport in self._transports:
            await transport.aclose()

    def logs(self) -> str:
        """What they all have logged."""
        return "".join(process.log() for process in self.processes)


@contextmanager
def serving(
    database: Database, folder: Path, *, processes: int = 2, arguments: tuple[str, ...] = (), **settings: str | None
) -> Iterator[Servers]:
    """Servers on `database`, ready, killed at the end. folder: for their logs. arguments: added to `serve`."""
    variables = environment(database, folder, **settings)
    started = [ServerProcess(f"{database.name}-{place}", folder, variables, arguments) for place in range(processes)]
    try:
        for process in started:
            process.start()
        for process in started:
            process.wait_ready()
        yield Servers(started, database)
    finally:
        for process in started:
            process.end()

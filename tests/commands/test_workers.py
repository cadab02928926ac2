"""`fleetprompt serve --workers`: one server in several processes, and `fleetprompt worker` (spec 7, 9)."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import httpx
import pytest

from fleetprompt.commands.service_manager import ALIVE, READY, STOPPING
from fleetprompt.store.pools import CONNECTIONS_MAX, SEARCH_CONNECTIONS_MAX
from tests.support.databases import Database, Run
from tests.support.environment import environment
from tests.support.metrics import value_in
from tests.support.servers import STOP_WITHIN_S, ServerProcess, serving
from tests.support.service_manager import Told, listening

pytestmark = pytest.mark.slow

WITHIN_S: Final = 60
HEALTH: Final = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
BODY: Final = b'{"email": "nobody@example.org", "password": "not this one, surely"}'
HALF_A_LOGIN: Final = (
    b"POST /v1/auth/login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\n\r\n%b" % (len(BODY), BODY[:10])
)


class Workers:
    """One server of several workers."""

    def __init__(self, process: ServerProcess) -> None:
        self.process = process
        self.pid = process.running.pid

    def pids(self) -> set[int]:
        """The workers that run now."""
        return {int(pid) for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()}

    def answers(self) -> bool:
        """Whether a request on a connection of its own is answered."""
        return httpx.get(f"{self.process.url}/healthz", timeout=5, trust_env=False).is_success

    def metric(self, name: str, **labels: str) -> float | None:
        """The value of a series, as whichever worker it is answers."""
        answer = httpx.get(f"{self.process.url}/metrics", timeout=10, trust_env=False)
        return value_in(answer.raise_for_status().text, f"fleetprompt_{name}", **labels)

    def health_checks(self) -> float:
        """How many requests for /healthz the server says it has answered."""
        return self.metric("request_seconds_count", operation="service.health", code="OK") or 0.0

    def half_a_request(self) -> socket.socket:
        """A connection that has sent the first half of a login."""
        host, port = self.process.url.removeprefix("http://").split(":")
        connection = socket.create_connection((host, int(port)), timeout=10)
        connection.sendall(HALF_A_LOGIN)
        time.sleep(0.3)
        return connection


@pytest.fixture(scope="module")
def manager() -> Iterator[Told]:
    """A service manager that waits half a minute for a sign of life of every server that the tests start."""
    with listening() as told, pytest.MonkeyPatch.context() as variables:
        variables.setenv("NOTIFY_SOCKET", told.address)
        variables.setenv("WATCHDOG_USEC", "30000000")
        yield told


@pytest.fixture(scope="module")
def process(database: Database, run: Run, manager: Told) -> Iterator[ServerProcess]:
    with serving(database, run.folder / "logs", processes=1, arguments=("--workers", "2")) as started:
        yield started.processes[0]


@pytest.fixture
def server(process: ServerProcess) -> Workers:
    """The module's server with both workers serving; started again where the test before has ended it."""
    if process.running.poll() is not None:
        process.start()
        process.wait_ready()
    workers = Workers(process)
    eventually(lambda: workers.metric("workers_serving") == 2)
    return workers


def eventually(condition: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + WITHIN_S
    while not condition():
        assert time.monotonic() < give_up_at
        time.sleep(0.05)


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_any_worker_answers_for_the_whole_server_and_what_a_dead_one_counted_is_kept(server: Workers) -> None:
    before = server.health_checks()
    for _ in range(20):
        assert server.answers()
    assert [server.health_checks() for _ in range(8)] == [before + 20] * 8
    assert server.metric("requests_in_flight") == 1, "the one that asks"
    first = server.pids()
    victim = min(first)
    os.kill(victim, signal.SIGKILL)
    eventually(lambda: len(server.pids() - {victim}) == 2)
    eventually(lambda: server.metric("worker_ends_total", cause="killed") == 1)
    assert server.pids() & first == first - {victim}, "the other one stayed"
    for _ in range(20):
        assert server.answers()
    assert [server.health_checks() for _ in range(8)] == [before + 40] * 8
    assert server.metric("requests_in_flight") == 1
    text = httpx.get(f"{server.process.url}/metrics", trust_env=False).text
    assert {value_in(text, "process_open_fds", worker=place) is None for place in ("0", "1", "supervisor")} == {False}


def test_a_loop_that_hung_and_turns_again_is_counted_and_in_the_log(server: Workers) -> None:
    hung = min(server.pids())
    before = server.metric("event_loop_hangs_total") or 0
    os.kill(hung, signal.SIGSTOP)
    time.sleep(3.5)
    os.kill(hung, signal.SIGCONT)
    eventually(lambda: server.metric("event_loop_hangs_total") == before + 1)
    assert "the event loop hangs: nothing is answered meanwhile" in server.process.log()
    assert hung in server.pids(), "it was not silent for long enough to be replaced"


def test_a_worker_that_stops_turning_is_replaced_while_the_other_one_serves(server: Workers) -> None:
    time.sleep(1)  # a worker that has not been heard of yet is given longer
    frozen = min(server.pids())
    os.kill(frozen, signal.SIGSTOP)
    eventually(lambda: not is_running(frozen))
    eventually(lambda: len(server.pids()) == 2)
    eventually(lambda: server.metric("worker_ends_total", cause="hung") == 1)
    eventually(lambda: server.metric("workers_serving") == 2)
    assert "hangs" in server.process.log()


def test_sigterm_finishes_what_is_in_flight_and_exits_0(server: Workers, manager: Told) -> None:
    manager.all()
    pids = server.pids()
    with server.half_a_request() as connection:
        server.process.running.send_signal(signal.SIGTERM)
        time.sleep(1)
        assert server.process.running.poll() is None, "one request is not finished"
        connection.sendall(BODY[10:])
        assert b"401 Unauthorized" in connection.recv(4096)
    assert server.process.running.wait(STOP_WITHIN_S) == 0
    assert not any(is_running(pid) for pid in pids)
    manager.until(STOPPING, within_s=WITHIN_S)


def test_workers_whose_supervisor_was_killed_finish_and_leave(server: Workers, manager: Told) -> None:
    assert ALIVE in manager.until(READY, within_s=WITHIN_S)
    pids = server.pids()
    with server.half_a_request() as connection:
        server.process.running.send_signal(signal.SIGABRT)  # as a service manager does that has not been told of it
        assert server.process.running.wait(STOP_WITHIN_S) == -signal.SIGABRT
        eventually(lambda: sum(is_running(pid) for pid in pids) == 1)
        connection.sendall(BODY[10:])
        assert b"401 Unauthorized" in connection.recv(4096)
    eventually(lambda: not any(is_running(pid) for pid in pids))
    where = server.process.log().partition("Fatal Python error: Aborted")[2]
    assert 'commands/serve.py", line' in where


def test_one_worker_needs_no_supervisor_and_a_second_sigterm_stops_it_at_once(
    database: Database, run: Run, manager: Told
) -> None:
    manager.all()
    with serving(database, run.folder / "logs", processes=1) as started:
        server = Workers(started.processes[0])
        children = [Path(f"/proc/{pid}/cmdline").read_text().split("\0") for pid in server.pids()]
        assert all("fleetprompt.markdown.worker" in command for command in children)
        status = Path(f"/proc/{server.pid}/status").read_text()
        (resident_kib,) = [int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")]
        assert resident_kib < 150 * 1024
        assert ALIVE in manager.until(READY, within_s=WITHIN_S)
        with server.half_a_request():
            server.process.running.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            assert server.process.running.poll() is None
            manager.until(STOPPING, within_s=WITHIN_S)
            server.process.running.send_signal(signal.SIGTERM)
            assert server.process.running.wait(3) == 0


@pytest.mark.parametrize(
    ("workers", "settings", "told"),
    [
        (
            "6",
            {"RATE_LIMITS": "default"},
            "cannot share the rate limit sign_in_account, 5 in 60 s: set FLEETPROMPT_REDIS_URL",
        ),
        ("64", {}, "run at most {most} with --workers, or raise max_connections"),
    ],
)
def test_too_many_workers_are_refused_at_the_start_with_what_to_set(
    database: Database, run: Run, workers: str, settings: dict[str, str], told: str
) -> None:
    places = int(database.value("show max_connections")) - int(database.value("show superuser_reserved_connections"))
    done = fleetprompt(database, run, "serve", "--port", "0", "--workers", workers, **settings)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert told.format(most=places // (CONNECTIONS_MAX + SEARCH_CONNECTIONS_MAX)) in done.stderr


def test_a_worker_command_runs_the_jobs_without_http_and_exits_0(
    empty_database: Database, run: Run, manager: Told
) -> None:
    manager.all()
    variables = inherited() | environment(empty_database, run.folder)
    process = subprocess.Popen(
        command("worker"), env=variables, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "FleetPrompt runs its jobs. Stop it with Ctrl-C.\n"
        eventually(lambda: empty_database.value("select count(*) from job_runs") > 0)
        assert listening_sockets(process.pid) == 0
        assert READY in manager.until(ALIVE, within_s=WITHIN_S)
        process.send_signal(signal.SIGTERM)
        assert process.wait(STOP_WITHIN_S) == 0
        manager.until(STOPPING, within_s=WITHIN_S)
    finally:
        process.kill()
        process.communicate()


def listening_sockets(pid: int) -> int:
    """How many TCP sockets of a process listen."""
    inodes = {os.readlink(f) for f in Path(f"/proc/{pid}/fd").iterdir()}
    tables = [Path(f"/proc/net/{name}").read_text().splitlines()[1:] for name in ("tcp", "tcp6")]
    listening = {f"socket:[{row.split()[9]}]" for table in tables for row in table if row.split()[3] == "0A"}
    return len(inodes & listening)


def inherited() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("FLEETPROMPT_")}


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "fleetprompt", *arguments]


def fleetprompt(database: Database, run: Run, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end on this database."""
    variables = inherited() | environment(database, run.folder, **settings)
    return subprocess.run(command(*arguments), env=variables, capture_output=True, text=True, timeout=60, check=False)

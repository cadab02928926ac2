"""The fixtures that every suite shares.

A test that is `async def` runs on the one event loop of its module. Each module has a database of its own, a copy of
the migrated template, and one application on it; tests of a module share both and tell their rows apart by making
their own people. `tests/test_harness.py` shows each fixture at work.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from fleetprompt.runtime.services import Services
from tests.support import databases, large_market
from tests.support.application import App, LogFile, logging_to, running
from tests.support.callers import Caller
from tests.support.clock import FakeClock
from tests.support.databases import Cluster, Database, Run
from tests.support.people import People, Person
from tests.support.scheduling import Scheduling
from tests.support.secrecy.places import findings, keep_secrets
from tests.support.servers import Servers, serving

Start = Callable[..., Awaitable[App]]

RUN = pytest.StashKey[Run]()
SECRETS_FOUND = pytest.StashKey[list[str]]()
WORKER_INPUT = "fleetprompt_run"
REPORTED_SECRETS_MAX = 20
REPORTED_LEVELS = {"warning", "error", "critical"}

# The same examples in every run: what fails then comes from a change. `--hypothesis-profile explore` tries many others.
hypothesis.settings.register_profile("suite", deadline=None, print_blob=True, derandomize=True)
hypothesis.settings.register_profile("explore", deadline=None, print_blob=True, derandomize=False, max_examples=1_000)
hypothesis.settings.load_profile("suite")


def pytest_configure(config: pytest.Config) -> None:
    """Begin the run, or join it as one of its workers."""
    given: tuple[str, str] | None = getattr(config, "workerinput", {}).get(WORKER_INPUT)
    config.stash[RUN] = Run.begin() if given is None else Run(given[0], Path(given[1]))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the modules that take long, so that no worker is left with one when the others have finished."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling:
    """Give each worker whole modules, and those of some folders together, which share what is costly."""
    return Scheduling(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell an xdist worker which run it is part of."""
    run = node.config.stash[RUN]
    node.workerinput[WORKER_INPUT] = (run.name, str(run.folder))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand over the secrets that this process saw; the one that began the run looks for those of all (S-SEC-02, 03)."""
    run, worker = session.config.stash[RUN], getattr(session.config, "workerinput", {}).get("workerid")
    keep_secrets(run.folder, worker or "main")
    if worker is None:
        found = session.config.stash[SECRETS_FOUND] = list(findings(run.folder, run.name))
        if found:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Tell where a secret stands that must not."""
    if found := config.stash.get(SECRETS_FOUND, []):
        terminalreporter.section("secrets where none may stand", red=True)
        for line in found[:REPORTED_SECRETS_MAX]:
            terminalreporter.line(line)
        terminalreporter.line(f"{len(found)} in all")


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the run where it began."""
    if not hasattr(config, "workerinput") and RUN in config.stash:
        config.stash[RUN].end()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show beside a failure what the application logged as going wrong: the API never tells."""
    report = yield
    app = getattr(item, "funcargs", {}).get("app")
    if report.failed and isinstance(app, App):
        wrong = [str(line) for line in app.log.lines() if line.get("level") in REPORTED_LEVELS]
        report.sections.append(("the application's log", "\n".join(wrong[-10:])))
    return report


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, Any]]:
    """The event loop that production uses."""
    return "asyncio", {"use_uvloop": True}


@pytest.fixture(scope="session")
def run(pytestconfig: pytest.Config) -> Run:
    """This test run: its folder, and how the names of its databases begin."""
    return pytestconfig.stash[RUN]


@pytest.fixture(scope="session")
def cluster(run: Run) -> Iterator[Cluster]:
    """The PostgreSQL of the run, shared by all workers: embedded, or the one of FLEETPROMPT_DATABASE_URL."""
    with databases.open_cluster(run) as opened:
        yield opened


@pytest.fixture(scope="session")
def template(cluster: Cluster, run: Run) -> str:
    """The name of the migrated database that fresh ones are copies of."""
    return databases.template_of(cluster, run)


@pytest.fixture(scope="session")
def market_of_100_000(cluster: Cluster, run: Run, template: str) -> Database:
    """100 000 listings and what belongs to them in a database of their own, made once in a run and only read."""
    return large_market.large_market(cluster, run, template)


@pytest.fixture(scope="module")
def database(cluster: Cluster, run: Run, template: str) -> Iterator[Database]:
    """The module's own database: `rows`, `value` and `change` run SQL as the owner; `as_serving`, `as_superuser`."""
    with databases.fresh_database(cluster, run, template) as made:
        yield made


@pytest.fixture
def empty_database(cluster: Cluster, run: Run, template: str) -> Iterator[Database]:
    """A database that only this test writes to; give it to `start` or to `tests.support.servers.serving`."""
    with databases.fresh_database(cluster, run, template) as made:
        yield made


@pytest.fixture(scope="module")
def module_clock() -> FakeClock:
    """The clock of the module's application; tests that move it take `clock`, which puts it back."""
    return FakeClock()


@pytest.fixture
def clock(module_clock: FakeClock) -> Iterator[FakeClock]:
    """The application's clock. It stands still: `advance(minutes=15)`, `set(now_ms)`. Put back after the test."""
    module_clock.reset()
    yield module_clock
    module_clock.reset()


@pytest.fixture(scope="module")
def log(run: Run, request: pytest.FixtureRequest) -> Iterator[LogFile]:
    """What the module's applications log, at debug level: `lines()`, `of_request(request_id)`."""
    worker = getattr(request.config, "workerinput", {}).get("workerid", "main")
    with logging_to(run.folder / "logs" / f"{worker}-{request.node.name.replace('/', '-')}.log") as started:
        yield started


@pytest.fixture(scope="module")
async def app(
    anyio_backend: Any, database: Database, module_clock: FakeClock, log: LogFile, run: Run
) -> AsyncIterator[App]:
    """The module's application, without rate limits: `services`, `people`, `counting()`, `database`, `clock`, `log`."""
    async with running(database, module_clock, log, run.folder) as started:
        yield started


@pytest.fixture(scope="module")
def services(app: App) -> Services:
    """What the application's operations run on."""
    return app.services


@pytest.fixture(scope="module")
def people(app: App) -> People:
    """Makes those who call: `register`, `publisher`, `admin`, `partner`, `browser`, `visitor`."""
    return app.people


@pytest.fixture(scope="module")
async def ada(people: People) -> Person:
    """A publisher, for modules that want something on sale and do not care whose it is."""
    return await people.publisher()


@pytest.fixture(scope="module")
def api(app: App) -> Caller:
    """Calls as nobody: no credential, no cookies kept."""
    return app.people.visitor()


@pytest.fixture
async def start(
    anyio_backend: Any, database: Database, clock: FakeClock, log: LogFile, run: Run
) -> AsyncIterator[Start]:
    """Start another application for this test alone: `await start(RATE_LIMITS="default")`.

    It works on the module's database and clock, or on `on=empty_database`.
    """
    async with AsyncExitStack() as stack:

        async def started(*, on: Database | None = None, **settings: str) -> App:
            return await stack.enter_async_context(running(on or database, clock, log, run.folder, **settings))

        yield started


@pytest.fixture(scope="module")
async def servers(anyio_backend: Any, database: Database, run: Run) -> AsyncIterator[Servers]:
    """Two real server processes on the module's database: `people` alternate between them, `people_of(0)` do not."""
    with serving(database, run.folder / "logs") as started:
        yield started
        await started.aclose()

"""Running the jobs by the clock, and stopping (spec 7 Jobs, 9)."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest

from fleetprompt import jobs
from fleetprompt.catalog.fold_facets import fold_facets
from fleetprompt.jobs import Job, JobRunner
from fleetprompt.runtime.operations import Outcome
from fleetprompt.runtime.services import Services
from tests.support.databases import Database

RUNS = "select count(*) from job_runs where job = 'catalog.fold_facets'"


def job_that(pause: Callable[[], Awaitable[object]]) -> Job:
    """A job that does this before it does its work."""

    async def function(*arguments: Any) -> Outcome[Any]:
        await pause()
        outcome: Outcome[Any] = await fold_facets.function(*arguments)
        return outcome

    return Job(msgspec.structs.replace(fold_facets, function=function), 60)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random, "uniform", lambda least, _: least)


async def test_a_stop_lets_what_is_running_finish(services: Services, database: Database) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def wait() -> None:
        begun.set()
        await go_on.wait()

    runner = JobRunner(services, (job_that(wait),))
    runner.start()
    await begun.wait()
    stopping = asyncio.create_task(runner.stop())
    await asyncio.sleep(0.1)
    assert not stopping.done()
    go_on.set()
    await stopping
    assert database.value(RUNS) == 1


async def test_a_stop_does_not_wait_for_the_next_turn(services: Services) -> None:
    begun = asyncio.Event()

    async def note() -> None:
        begun.set()

    runner = JobRunner(services, (job_that(note),))
    runner.start()
    await begun.wait()
    started = time.monotonic()
    await runner.stop()
    assert time.monotonic() - started < 5


async def test_a_stop_gives_up_what_does_not_end(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "STOP_S_MAX", 0.2)
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def hang() -> None:
        begun.set()
        await go_on.wait()

    runner = JobRunner(services, (job_that(hang),))
    runner.start()
    await begun.wait()
    await asyncio.wait_for(runner.stop(), 5)
    assert not go_on.is_set()
    go_on.set()

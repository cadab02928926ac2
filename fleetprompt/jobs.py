"""What runs by the clock: expiry, folding, retention; in batches, in any number of processes at once (spec 7 Jobs)."""

from __future__ import annotations

import asyncio
import random
import time
from contextlib import suppress
from typing import Final

import msgspec

from fleetprompt import ids
from fleetprompt.accounts.purge_sessions import purge_sessions
from fleetprompt.authz import SYSTEM
from fleetprompt.catalog.fold_facets import fold_facets
from fleetprompt.errors import Refusal
from fleetprompt.installs.expire_intents import expire_intents
from fleetprompt.installs.expire_tokens import expire_tokens
from fleetprompt.installs.fold_statistics import fold_statistics
from fleetprompt.installs.purge_intents import purge_intents
from fleetprompt.installs.purge_tokens import purge_tokens
from fleetprompt.runtime.deadline import in_time
from fleetprompt.runtime.job_runs import Batch, RecordRun, RunBatch, record_run
from fleetprompt.runtime.operations import Operation
from fleetprompt.runtime.processes import purge_processes
from fleetprompt.runtime.retention import purge_ledger, purge_nonces
from fleetprompt.runtime.run import Call, run
from fleetprompt.runtime.services import Services
from fleetprompt.telemetry import get_logger

logger = get_logger(__name__)

LATE_AFTER_PERIODS: Final = 3
STOP_S_MAX: Final = 5.0


class Job(msgspec.Struct, frozen=True):
    """An operation that runs every `period_s` seconds, batch after batch until nothing is left."""

    operation: Operation
    period_s: int

    @property
    def name(self) -> str:
        """The operation's name."""
        return self.operation.name


HOUR_S: Final = 60 * 60

RETENTION: Final[tuple[Job, ...]] = (
    Job(purge_ledger, HOUR_S),
    Job(purge_nonces, 10 * 60),
    Job(purge_tokens, HOUR_S),
    Job(purge_intents, HOUR_S),
    Job(purge_sessions, HOUR_S),
    Job(purge_processes, HOUR_S),
)
"""What takes rows away when their time is over (spec 8); intents come after the tokens that keep them."""

JOBS: Final[tuple[Job, ...]] = (
    Job(expire_intents, 30),
    Job(expire_tokens, 30),
    Job(fold_statistics, 30),
    Job(fold_facets, 30),
    *RETENTION,
)


async def run_job(job: Job, services: Services) -> int:
    """Run one job to its end and note it; how many rows it touched. Raises what its operation raises."""
    started_at_ms, started = services.clock.now_ms(), time.perf_counter()
    command, touched = RunBatch(), 0
    while True:
        reply = await in_time(run(job.operation, services, SYSTEM, command, Call(request_id=ids.new_uuid())))
        done = msgspec.json.decode(reply.body, type=Batch).done
        touched += done
        if done < command.limit:
            break
    seconds = time.perf_counter() - started
    record = RecordRun(job=job.name, started_at_ms=started_at_ms, duration_ms=int(seconds * 1000))
    await in_time(run(record_run, services, SYSTEM, record, Call(request_id=ids.new_uuid())))
    services.metrics.job_finished(job.name, seconds=seconds, succeeded=True)
    return touched


class JobRunner:
    """Runs every job at its period until it is stopped; a job that fails is tried again at its next turn."""

    def __init__(self, services: Services, jobs: tuple[Job, ...] = JOBS) -> None:
        self._services = services
        self._jobs = jobs
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = asyncio.Event()

    def start(self) -> None:
        """Begin, each job after a pause of its own, so that processes started together do not run in step."""
        self._tasks = [asyncio.create_task(self._repeat(job), name=job.name) for job in self._jobs]

    async def stop(self) -> None:
        """Begin nothing more, and wait for what is running; after `STOP_S_MAX` it is left.

        A batch that is left has either been committed or loses its connection, so it happens whole or not at all.
        """
        self._stopping.set()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=STOP_S_MAX)
            for task in late:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    async def _repeat(self, job: Job) -> None:
        await self._pause(random.uniform(0, min(job.period_s, 5)))
        while not self._stopping.is_set():
            await self._run_once(job)
            await self._pause(job.period_s * random.uniform(0.9, 1.1))

    async def _pause(self, seconds: float) -> None:
        """Wait for a turn, or for the stop if that comes first."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    async def _run_once(self, job: Job) -> None:
        try:
            with self._services.traces.span(job.name):
                await run_job(job, self._services)
        except Refusal as refusal:
            logger.warning("job did not run", job=job.name, refusal=str(refusal), reason=refusal.log_reason)
        except Exception:
            logger.exception("job failed", job=job.name)
        else:
            return
        self._services.metrics.job_finished(job.name, seconds=0.0, succeeded=False)

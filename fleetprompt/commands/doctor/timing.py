"""What runs by the clock, and the clock itself (spec 7 Jobs)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from fleetprompt.commands.doctor.report import Finding, Theme
from fleetprompt.jobs import LATE_AFTER_PERIODS, Job
from fleetprompt.runtime.job_runs import JobRun

CLOCK: Final = "Clock"
JOBS: Final = "Jobs"
DIFFERENCE_MS_MAX: Final = 2_000


def look_at_clock(here_ms: int, database_ms: int) -> Theme:
    """Whether this machine and the database agree on the time; signatures and deadlines hang on it."""
    ahead_ms = here_ms - database_ms
    note = f"{abs(ahead_ms)} ms {'ahead of' if ahead_ms > 0 else 'behind'} the database's"
    if abs(ahead_ms) <= DIFFERENCE_MS_MAX:
        return Theme(CLOCK, note)
    differ = Finding(
        f"This machine's clock is {note}; more than {DIFFERENCE_MS_MAX} ms are not safe.",
        "Let NTP set the clocks of both machines.",
    )
    return Theme(CLOCK, note, (differ,))


def look_at_jobs(jobs: Sequence[Job], runs: Sequence[JobRun], since_ms: int | None, now_ms: int) -> Theme:
    """Whether a job is three periods late. since_ms: when the database was first used; before that none can be."""
    late = tuple(_late(jobs, {run.job: run.last_succeeded_at_ms for run in runs}, since_ms, now_ms))
    return Theme(JOBS, f"{len(jobs) - len(late)} of {len(jobs)} in time", late)


def _late(jobs: Sequence[Job], succeeded_at_ms: dict[str, int], since_ms: int | None, now_ms: int) -> Iterator[Finding]:
    for job in jobs:
        last_ms = succeeded_at_ms.get(job.name, since_ms)
        if last_ms is None or now_ms - last_ms <= LATE_AFTER_PERIODS * job.period_s * 1000:
            continue
        ago_s = (now_ms - last_ms) // 1000
        what = f"last ended well {ago_s} s ago" if job.name in succeeded_at_ms else "never ended well"
        yield Finding(
            f"{job.name} {what}; it should run every {job.period_s} s.",
            "Run `fleetprompt serve` with its jobs, or `fleetprompt worker`; where one runs, its log says what fails.",
        )

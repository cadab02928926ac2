"""What is known of the jobs: when each last ran and ended well, so that lateness can be seen (spec 7 Jobs)."""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from fleetprompt.authz import Access, Actor
from fleetprompt.clock import DAY_MS
from fleetprompt.fields import LINE, Command, EpochMs, Range, Text
from fleetprompt.runtime.operations import Ledger, Outcome, mutation
from fleetprompt.runtime.run import MutationTx
from fleetprompt.store.statements import DATABASE_NOW_MS, Bound, columns_of, inserting, parameters, reading
from fleetprompt.store.tables import job_runs, key_versions

DURATION_MS_MAX: Final = DAY_MS
BATCH_MAX: Final = 10_000


class RunBatch(Command):
    """How many rows one run of a job's operation may touch."""

    limit: Annotated[int, Range(1, BATCH_MAX)] = 500


class Batch(msgspec.Struct, frozen=True):
    """How many rows a batch touched; fewer than its limit means that nothing is left."""

    done: int


class RecordRun(Command):
    """A job's run that ended well."""

    job: Annotated[str, Text(1, 64, LINE)]
    started_at_ms: EpochMs
    duration_ms: Annotated[int, Range(0, DURATION_MS_MAX)]


class JobRun(msgspec.Struct, frozen=True, rename="camel"):
    """When a job last ended well."""

    job: str
    last_started_at_ms: int
    last_succeeded_at_ms: int
    last_duration_ms: int


class JobsStanding(msgspec.Struct, frozen=True):
    """The jobs that ever ended well with the times when each last did, when the database was first used, its time."""

    jobs: list[str]
    succeeded_at_ms: list[int]
    first_used_at_ms: int | None
    now_ms: int


_STANDING: Final = reading(
    "job_runs.standing",
    select(
        func.array(select(job_runs.c.job).order_by(job_runs.c.job).scalar_subquery()).label("jobs"),
        func.array(select(job_runs.c.last_succeeded_at_ms).order_by(job_runs.c.job).scalar_subquery()).label(
            "succeeded_at_ms"
        ),
        select(func.min(key_versions.c.first_seen_at_ms)).scalar_subquery().label("first_used_at_ms"),
        DATABASE_NOW_MS.label("now_ms"),
    ),
    JobsStanding,
)
_ALL: Final = reading("job_runs.all", select(*columns_of(job_runs, JobRun)).order_by(job_runs.c.job), JobRun)
_INSERT: Final = insert(job_runs).values(parameters(*JobRun.__struct_fields__))
_RECORD: Final[Any] = inserting(
    "job_runs.record",
    _INSERT.on_conflict_do_update(
        index_elements=[job_runs.c.job],
        set_={name: _INSERT.excluded[name] for name in JobRun.__struct_fields__ if name != "job"},
    ),
)


def all_runs() -> Bound[JobRun]:
    """Every job that ever ended well."""
    return _ALL.bind()


def standing() -> Bound[JobsStanding]:
    """How the jobs stand, whichever process ran them: one row."""
    return _STANDING.bind()


@mutation("jobs.record", who=Access.SYSTEM, ledger=Ledger.NONE, emits=())
async def record_run(tx: MutationTx, _: Actor, command: RecordRun) -> Outcome[JobRun]:
    """Note that a job ended well (spec 8 job_runs); no event, as it tells of no user's row."""
    run = JobRun(command.job, command.started_at_ms, tx.now_ms, command.duration_ms)
    return Outcome(run, writes=[_RECORD.bind(**msgspec.structs.asdict(run))])

"""The processes that are alive, and which keys each of them knows (spec 3, 6.4 Service).

Every time in here is the database's own, so that a process whose clock is off is neither dead nor alive by mistake.
"""

from __future__ import annotations

import os
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import msgspec
from sqlalchemy import BigInteger, bindparam, case, delete, func, literal, literal_column, select
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by, insert

from fleetprompt.authz import Access, Actor
from fleetprompt.clock import DAY_MS
from fleetprompt.fields import LINE, Command, Range, Text
from fleetprompt.runtime.job_runs import Batch, RunBatch
from fleetprompt.runtime.operations import Ledger, Outcome, mutation
from fleetprompt.runtime.retention import Retention, purge
from fleetprompt.runtime.run import MutationTx
from fleetprompt.store.statements import DATABASE_NOW_MS, Bound, changing, inserting, parameters, reading
from fleetprompt.store.tables import processes

Role = Literal["serve", "worker"]
"""What a process is there for."""

HOST_LENGTH_MAX: Final = 255
ANNOUNCED_EVERY_S: Final = 5
ALIVE_MS: Final = 30_000
"""A process that has not been seen for so long counts as gone."""
SILENT_MS: Final = 3 * ANNOUNCED_EVERY_S * 1000
"""A process that runs is not seen for so long where its event loop hangs, or where it cannot reach the database."""
KEPT_MS: Final = DAY_MS


def this_host() -> str:
    """What this machine, or this container, calls itself."""
    return os.uname().nodename[:HOST_LENGTH_MAX] or "unknown"


class Announce(Command):
    """What a process says of itself. key_versions: the signing one first."""

    process: UUID
    role: Role
    host: Annotated[str, Text(1, HOST_LENGTH_MAX, LINE)]
    pid: Annotated[int, Range(1, 2**31 - 1)]
    key_versions: tuple[str, ...]


class Leave(Command):
    """Which process ends."""

    process: UUID


class Noted(msgspec.Struct, frozen=True):
    """That it was noted."""


class LiveProcess(msgspec.Struct, frozen=True, rename="camel"):
    """A process that was seen lately. ring_age_ms: for how long it has used this ring."""

    role: Role
    host: str
    pid: int
    key_versions: list[str]
    started_at_ms: int
    seen_ms_ago: int
    ring_age_ms: int

    @property
    def signs(self) -> str:
        """The version that it signs with."""
        return self.key_versions[0]

    def __str__(self) -> str:
        return f"{self.role} on {self.host} (process {self.pid})"


_INSERT: Final = insert(processes).values(
    **parameters("id", "role", "host", "pid", "key_versions"),
    started_at_ms=DATABASE_NOW_MS,
    ring_since_ms=DATABASE_NOW_MS,
    last_seen_at_ms=DATABASE_NOW_MS,
)
_ANNOUNCE: Final[Any] = inserting(
    "processes.announce",
    _INSERT.on_conflict_do_update(
        index_elements=[processes.c.id],
        set_={
            "key_versions": _INSERT.excluded.key_versions,
            "last_seen_at_ms": _INSERT.excluded.last_seen_at_ms,
            "ring_since_ms": case(
                (processes.c.key_versions == _INSERT.excluded.key_versions, processes.c.ring_since_ms),
                else_=_INSERT.excluded.ring_since_ms,
            ),
        },
    ),
)
_LEAVE: Final = changing("processes.leave", delete(processes).where(processes.c.id == bindparam("process")), rows=None)
_ALIVE: Final = reading(
    "processes.alive",
    select(
        processes.c.role,
        processes.c.host,
        processes.c.pid,
        processes.c.key_versions,
        processes.c.started_at_ms,
        (DATABASE_NOW_MS - processes.c.last_seen_at_ms).label("seen_ms_ago"),
        (DATABASE_NOW_MS - processes.c.ring_since_ms).label("ring_age_ms"),
    )
    .where(processes.c.last_seen_at_ms > DATABASE_NOW_MS - bindparam("alive_ms"))
    .order_by(processes.c.started_at_ms, processes.c.id),
    LiveProcess,
)


class SilentProcess(msgspec.Struct, frozen=True):
    """A process that has neither said goodbye nor been seen lately: it was killed, or it hangs."""

    role: Role
    pid: int
    seen_ms_ago: int


_SILENT: Final = reading(
    "processes.silent",
    select(processes.c.role, processes.c.pid, (DATABASE_NOW_MS - processes.c.last_seen_at_ms).label("seen_ms_ago"))
    .where(
        processes.c.host == bindparam("host"),
        processes.c.last_seen_at_ms <= DATABASE_NOW_MS - bindparam("silent_ms"),
    )
    .order_by(processes.c.started_at_ms, processes.c.id),
    SilentProcess,
)


class KnownKeys(msgspec.Struct, frozen=True, rename="camel"):
    """A live process of this instance and the key versions that it knows, the signing one first."""

    role: Role
    key_versions: list[str]
    started_at_ms: int


class Knowledge(msgspec.Struct, frozen=True):
    """What every live process knows, as JSON of `KnownKeys`."""

    living: list[Any]

    @property
    def processes(self) -> list[KnownKeys]:
        """The processes, the oldest first."""
        return msgspec.convert(self.living, list[KnownKeys])


_KNOWLEDGE: Final = reading(
    "processes.knowledge",
    select(
        func.coalesce(
            func.jsonb_agg(
                aggregate_order_by(
                    func.jsonb_build_object(
                        literal("role"),
                        processes.c.role,
                        literal("keyVersions"),
                        processes.c.key_versions,
                        literal("startedAtMs"),
                        processes.c.started_at_ms,
                    ),
                    processes.c.started_at_ms,
                    processes.c.id,
                )
            ),
            literal_column("'[]'::jsonb", JSONB),
        ).label("living")
    ).where(processes.c.last_seen_at_ms > DATABASE_NOW_MS - bindparam("alive_ms")),
    Knowledge,
)


def knowledge() -> Bound[Knowledge]:
    """What every process knows that was seen lately: one row."""
    return _KNOWLEDGE.bind(alive_ms=ALIVE_MS)


def silent(host: str) -> Bound[SilentProcess]:
    """The processes of one machine that are not heard of any more, the oldest first."""
    return _SILENT.bind(host=host, silent_ms=SILENT_MS)


def alive() -> Bound[LiveProcess]:
    """Every process that was seen lately, the oldest first."""
    return _ALIVE.bind(alive_ms=ALIVE_MS)


@mutation("processes.announce", who=Access.SYSTEM, ledger=Ledger.NONE, emits=())
async def announce(_: MutationTx, __: Actor, command: Announce) -> Outcome[Noted]:
    """Note that a process is alive and which keys it knows; no event, as it tells of no user's row."""
    write = _ANNOUNCE.bind(
        id=command.process,
        role=command.role,
        host=command.host,
        pid=command.pid,
        key_versions=list(command.key_versions),
    )
    return Outcome(Noted(), writes=[write])


@mutation("processes.leave", who=Access.SYSTEM, ledger=Ledger.NONE, emits=())
async def leave(_: MutationTx, __: Actor, command: Leave) -> Outcome[Noted]:
    """Note that a process ends; no event, as above."""
    return Outcome(Noted(), writes=[_LEAVE.bind(process=command.process)])


GONE: Final = Retention(
    processes,
    processes.c.last_seen_at_ms,
    processes.c.last_seen_at_ms <= DATABASE_NOW_MS - literal(ALIVE_MS, BigInteger),
)
"""Also where the clock of the process that purges is far ahead, none that is alive."""


@mutation("processes.purge", who=Access.SYSTEM, ledger=Ledger.NONE, emits=())
async def purge_processes(tx: MutationTx, _: Actor, command: RunBatch) -> Outcome[Batch]:
    """Forget processes that were killed, a day after they were last seen."""
    return await purge(tx, GONE, tx.now_ms - KEPT_MS, command.limit, audited=False)

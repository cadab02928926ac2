"""Letting go of sessions that are over."""

from __future__ import annotations

from fleetprompt.accounts.statements.retention import SESSIONS
from fleetprompt.authz import Access, Actor
from fleetprompt.enums import EventType
from fleetprompt.runtime.job_runs import Batch, RunBatch
from fleetprompt.runtime.operations import Ledger, Outcome, mutation
from fleetprompt.runtime.retention import purge
from fleetprompt.runtime.run import MutationTx


@mutation("sessions.purge", who=Access.SYSTEM, ledger=Ledger.NONE, emits=(EventType.RETENTION_PURGED,))
async def purge_sessions(tx: MutationTx, _: Actor, command: RunBatch) -> Outcome[Batch]:
    """Forget sessions when their longest life is over, ended before or not (spec 8 Retention)."""
    return await purge(tx, SESSIONS, tx.now_ms, command.limit)

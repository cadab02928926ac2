"""Letting go of intents long after their end."""

from __future__ import annotations

from fleetprompt.authz import Access, Actor
from fleetprompt.enums import EventType
from fleetprompt.installs import rules
from fleetprompt.installs.statements.retention import INTENTS
from fleetprompt.runtime.job_runs import Batch, RunBatch
from fleetprompt.runtime.operations import Ledger, Outcome, mutation
from fleetprompt.runtime.retention import purge
from fleetprompt.runtime.run import MutationTx


@mutation("installs.purge_intents", who=Access.SYSTEM, ledger=Ledger.NONE, emits=(EventType.RETENTION_PURGED,))
async def purge_intents(tx: MutationTx, _: Actor, command: RunBatch) -> Outcome[Batch]:
    """Forget intents 90 days after they were redeemed or canceled or expired, once their tokens are gone (spec 8)."""
    return await purge(tx, INTENTS, tx.now_ms - rules.INTENT_KEPT_MS, command.limit)

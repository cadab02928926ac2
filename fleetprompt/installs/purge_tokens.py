"""Letting go of tokens long after their end."""

from __future__ import annotations

from fleetprompt.authz import Access, Actor
from fleetprompt.enums import EventType
from fleetprompt.installs import rules
from fleetprompt.installs.statements.retention import TOKENS
from fleetprompt.runtime.job_runs import Batch, RunBatch
from fleetprompt.runtime.operations import Ledger, Outcome, mutation
from fleetprompt.runtime.retention import purge
from fleetprompt.runtime.run import MutationTx


@mutation("installs.purge_tokens", who=Access.SYSTEM, ledger=Ledger.NONE, emits=(EventType.RETENTION_PURGED,))
async def purge_tokens(tx: MutationTx, _: Actor, command: RunBatch) -> Outcome[Batch]:
    """Forget tokens 30 days after they were redeemed or revoked or expired (spec 8 Retention)."""
    return await purge(tx, TOKENS, tx.now_ms - rules.TOKEN_KEPT_MS, command.limit)

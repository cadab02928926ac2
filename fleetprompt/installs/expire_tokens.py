"""Marking tokens that ran out."""

from __future__ import annotations

from fleetprompt.authz import Access, Actor
from fleetprompt.enums import EventType, InstallTokenStatus
from fleetprompt.installs import events
from fleetprompt.installs.statements import tokens
from fleetprompt.runtime.job_runs import Batch, RunBatch
from fleetprompt.runtime.operations import Ledger, Outcome, mutation
from fleetprompt.runtime.run import MutationTx


@mutation("installs.expire_tokens", who=Access.SYSTEM, ledger=Ledger.NONE, emits=(EventType.INSTALL_TOKEN_EXPIRED,))
async def expire_tokens(tx: MutationTx, _: Actor, command: RunBatch) -> Outcome[Batch]:
    """Write down, once, that tokens ended at their deadline; their intents stay as they are (spec 4 Transitions)."""
    overdue = await tx.many(tokens.overdue(tx.now_ms, command.limit))
    return Outcome(
        Batch(len(overdue)),
        writes=[
            tokens.end_token(token.buyer_user_id, token.token_id, InstallTokenStatus.EXPIRED, token.token_expires_at_ms)
            for token in overdue
        ],
        events=[events.token_expired(token) for token in overdue],
    )

"""Marking intents that ran out."""

from __future__ import annotations

from fleetprompt.authz import Access, Actor
from fleetprompt.enums import EventType
from fleetprompt.installs import events
from fleetprompt.installs.statements import intents
from fleetprompt.runtime.job_runs import Batch, RunBatch
from fleetprompt.runtime.operations import Ledger, Outcome, mutation
from fleetprompt.runtime.run import MutationTx


@mutation("installs.expire_intents", who=Access.SYSTEM, ledger=Ledger.NONE, emits=(EventType.INSTALL_INTENT_EXPIRED,))
async def expire_intents(tx: MutationTx, _: Actor, command: RunBatch) -> Outcome[Batch]:
    """Write down, once, what readers and deciders have seen since the deadline (spec 4 Transitions)."""
    overdue = await tx.many(intents.overdue(tx.now_ms, command.limit))
    return Outcome(
        Batch(len(overdue)),
        writes=[intents.expire_intent(intent) for intent in overdue],
        events=[events.expired(intent) for intent in overdue],
    )

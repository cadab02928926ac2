"""Giving buyers other references, because the key that theirs derive from is given up."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fleetprompt.accounts.statements import users
from fleetprompt.authz import Access, Actor, everything
from fleetprompt.enums import EventType
from fleetprompt.fields import Command, Range
from fleetprompt.runtime.audit import Event
from fleetprompt.runtime.job_runs import BATCH_MAX, Batch
from fleetprompt.runtime.key_versions import KeyRingChange
from fleetprompt.runtime.operations import Ledger, Outcome, mutation
from fleetprompt.runtime.run import MutationTx


class RenewBuyerRefs(Command):
    """Those of a key version. cause: the event that began it."""

    key_version: str
    cause: UUID
    limit: Annotated[int, Range(1, BATCH_MAX)] = 500


@mutation("users.renew_buyer_refs", who=Access.SYSTEM, ledger=Ledger.NONE, emits=(EventType.KEY_RING_CHANGED,))
async def renew_buyer_refs(tx: MutationTx, actor: Actor, command: RenewBuyerRefs) -> Outcome[Batch]:
    """Derive a batch of users' buyer references from the key that signs: partners know them by another name (spec 6.5).

    What they could not be told from before is what whoever has the old key could work out.
    """
    moved = await tx.many(users.of_buyer_ref_version(everything(actor), command.key_version, command.limit))
    if not moved:
        return Outcome(Batch(0))
    event = Event(
        type=EventType.KEY_RING_CHANGED,
        summary=f"{len(moved)} buyers have other references than under {command.key_version}.",
        details=KeyRingChange("buyer_refs_renewed", (command.key_version,), len(moved)),
        cause=command.cause,
    )
    write = users.set_buyer_ref_version([user.id for user in moved], command.key_version, tx.ring.current)
    return Outcome(Batch(len(moved)), writes=[write], events=[event])

"""Revoking every partner and API key by the batch, for a restored instance that is to trust none of them."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fleetprompt.accounts.key_revocation import key_revocation
from fleetprompt.accounts.statements import api_keys, partner_keys
from fleetprompt.authz import Access, Actor, everything
from fleetprompt.enums import EventType
from fleetprompt.fields import Command, Range
from fleetprompt.runtime.job_runs import BATCH_MAX, Batch
from fleetprompt.runtime.operations import Ledger, Outcome, mutation
from fleetprompt.runtime.run import MutationTx


class RevokeAllKeys(Command):
    """At most how many of each kind. cause: the event that began it."""

    cause: UUID
    limit: Annotated[int, Range(1, BATCH_MAX)] = 200


@mutation(
    "keys.revoke_all",
    who=Access.SYSTEM,
    ledger=Ledger.NONE,
    emits=(EventType.PARTNER_KEY_REVOKED, EventType.API_KEY_REVOKED),
)
async def revoke_all_keys(tx: MutationTx, actor: Actor, command: RevokeAllKeys) -> Outcome[Batch]:
    """Revoke a batch of the keys that are alive (spec 7); partners are given new ones, users make their own."""
    scope = everything(actor)
    of_partners = await tx.many(partner_keys.first_active(scope, command.limit))
    of_users = await tx.many(api_keys.first_live(scope, tx.now_ms, command.limit))
    change = key_revocation(of_partners, of_users, command.cause, tx.now_ms)
    return Outcome(
        Batch(len(of_partners) + len(of_users)),
        writes=change.writes,
        events=change.events,
    )

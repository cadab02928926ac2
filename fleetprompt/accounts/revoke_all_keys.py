"""Revoking every partner and API key by the batch, for a restored instance that is to trust none of them."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fleetprompt.accounts import events
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
    of_partners = (await tx.many(partner_keys.active(scope)))[: command.limit]
    of_users = await tx.many(api_keys.first_live(scope, tx.now_ms, command.limit))
    return Outcome(
        Batch(len(of_partners) + len(of_users)),
        writes=[
            *(partner_keys.revoke_partner_key(row.id, tx.now_ms) for row in of_partners),
            *([api_keys.revoke_api_keys([row.id for row in of_users], tx.now_ms)] if of_users else []),
        ],
        events=[
            *(events.partner_key_revoked(row.id, row.target_system, command.cause) for row in of_partners),
            *(events.api_key_revoked(row.user_id, row.id, command.cause) for row in of_users),
        ],
    )

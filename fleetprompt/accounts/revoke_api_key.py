"""Revoking an API key."""

from __future__ import annotations

import msgspec

from fleetprompt.accounts import events, shapes
from fleetprompt.accounts.model import ApiKeyReply, RevokeApiKey
from fleetprompt.accounts.statements import api_keys
from fleetprompt.authz import Access, Actor, own_as_user
from fleetprompt.enums import EventType
from fleetprompt.errors import Reason, conflict, not_found
from fleetprompt.rate_limits import RateClass
from fleetprompt.runtime.operations import Ledger, Outcome, Owner, mutation
from fleetprompt.runtime.run import MutationTx


@mutation(
    "api_keys.revoke",
    who=Access.SIGNED_IN,
    rate=(RateClass.WRITE,),
    ledger=Ledger.REQUIRED,
    emits=(EventType.API_KEY_REVOKED,),
    owns={"api_key_id": Owner.USER},
)
async def revoke_api_key(tx: MutationTx, actor: Actor, command: RevokeApiKey) -> Outcome[ApiKeyReply]:
    """Revoke one of the caller's keys for good, expired or not (spec 6.4 Account).

    Raises NOT_FOUND for anybody else's; CONFLICT (`transition`) where it was revoked before.
    """
    key = await tx.one(api_keys.own_api_key(own_as_user(actor), command.api_key_id))
    if key is None:
        raise not_found()
    if key.revoked_at_ms is not None:
        raise conflict(Reason.TRANSITION, "This API key is revoked already.")
    return Outcome(
        ApiKeyReply(shapes.api_key(msgspec.structs.replace(key, revoked_at_ms=tx.now_ms))),
        writes=[api_keys.revoke_api_keys([key.id], tx.now_ms)],
        events=[events.api_key_revoked(actor.user, key.id)],
    )

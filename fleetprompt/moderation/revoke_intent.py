"""Ending a buyer's install intent as an admin."""

from __future__ import annotations

import msgspec

from fleetprompt.authz import Access, Actor, everything
from fleetprompt.enums import EventType, InstallIntentStatus, InstallTokenStatus, KeyScope
from fleetprompt.errors import not_found
from fleetprompt.installs.events import token_revoked
from fleetprompt.installs.rules import live_token, status_of
from fleetprompt.installs.statements import intents, tokens
from fleetprompt.moderation import events, rules, shapes
from fleetprompt.moderation.commands import RevokeIntent
from fleetprompt.moderation.model import AdminInstallIntentReply
from fleetprompt.rate_limits import RateClass
from fleetprompt.runtime.operations import Ledger, Outcome, Owner, mutation
from fleetprompt.runtime.run import MutationTx


@mutation(
    "moderation.revoke_intent",
    who=Access.ADMIN,
    scope=KeyScope.ADMIN,
    rate=(RateClass.WRITE,),
    ledger=Ledger.REQUIRED,
    emits=(EventType.INSTALL_INTENT_REVOKED, EventType.INSTALL_TOKEN_REVOKED),
    owns={"install_intent_id": Owner.ADMIN},
)
async def revoke_intent(tx: MutationTx, admin: Actor, command: RevokeIntent) -> Outcome[AdminInstallIntentReply]:
    """Cancel anybody's intent and revoke its token (spec 4 Transitions).

    Raises NOT_FOUND, and CONFLICT (`transition`) for an intent at its end.
    """
    intent = await tx.one(intents.by_id_with_token(everything(admin), command.install_intent_id))
    if intent is None:
        raise not_found()
    if refusal := rules.refusal_to_revoke_intent(status_of(intent, tx.now_ms)):
        raise refusal
    canceled = msgspec.structs.replace(intent, status=InstallIntentStatus.CANCELED.value, updated_at_ms=tx.now_ms)
    revoked = events.intent_revoked(intent, command.reason)
    writes = [intents.move_intent(intent, canceled)]
    happened = [revoked]
    if (token_id := live_token(intent, tx.now_ms)) is not None:
        writes.append(tokens.end_token(intent.buyer_user_id, token_id, InstallTokenStatus.REVOKED, tx.now_ms))
        happened.append(token_revoked(intent, token_id, cause=revoked))
    return Outcome(shapes.intent_reply(canceled, tx.now_ms), writes=writes, events=happened)

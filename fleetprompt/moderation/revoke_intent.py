"""Ending a buyer's install intent as an admin."""

from __future__ import annotations

from fleetprompt.authz import Access, Actor, everything
from fleetprompt.enums import EventType, KeyScope
from fleetprompt.errors import not_found
from fleetprompt.installs.cancellation import cancellation
from fleetprompt.installs.rules import status_of
from fleetprompt.installs.statements import intents
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
    change = cancellation(intent, events.intent_revoked(intent, command.reason), tx.now_ms)
    return Outcome(shapes.intent_reply(change.canceled, tx.now_ms), writes=change.writes, events=change.events)

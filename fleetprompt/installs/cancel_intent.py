"""Canceling an install intent."""

from __future__ import annotations

from fleetprompt.authz import Access, Actor, own_as_user
from fleetprompt.enums import EventType, KeyScope
from fleetprompt.errors import not_found
from fleetprompt.installs import events, rules, shapes
from fleetprompt.installs.cancellation import cancellation
from fleetprompt.installs.model import CancelIntent, InstallIntentReply
from fleetprompt.installs.statements import intents
from fleetprompt.rate_limits import RateClass
from fleetprompt.runtime.operations import Ledger, Outcome, Owner, mutation
from fleetprompt.runtime.run import MutationTx


@mutation(
    "installs.cancel_intent",
    who=Access.SIGNED_IN,
    scope=KeyScope.INSTALL,
    rate=(RateClass.WRITE,),
    ledger=Ledger.REQUIRED,
    emits=(EventType.INSTALL_INTENT_CANCELED, EventType.INSTALL_TOKEN_REVOKED),
    owns={"install_intent_id": Owner.BUYER},
)
async def cancel_intent(tx: MutationTx, buyer: Actor, command: CancelIntent) -> Outcome[InstallIntentReply]:
    """Cancel one of the buyer's intents and revoke its token (spec 4 Transitions).

    Raises NOT_FOUND, and CONFLICT (`transition`) for an intent at its end.
    """
    intent = await tx.one(intents.of_buyer_with_token(own_as_user(buyer), command.install_intent_id))
    if intent is None:
        raise not_found()
    if refusal := rules.refusal_to_cancel(intent, tx.now_ms):
        raise refusal
    change = cancellation(intent, events.canceled(intent), tx.now_ms)
    return Outcome(
        InstallIntentReply(shapes.buyers_intent(change.canceled, tx.now_ms)), writes=change.writes, events=change.events
    )

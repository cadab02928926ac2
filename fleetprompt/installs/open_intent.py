"""Opening an install intent."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec

from fleetprompt.authz import Access, Actor
from fleetprompt.clock import day_of
from fleetprompt.enums import EventType, InstallIntentStatus, KeyScope
from fleetprompt.errors import not_found
from fleetprompt.fields import or_none
from fleetprompt.installs import events, rules, shapes
from fleetprompt.installs.model import InstallIntentReply, OpenIntent
from fleetprompt.installs.rules import Delta, Intent, Offer
from fleetprompt.installs.statements import intents, statistics
from fleetprompt.rate_limits import RateClass
from fleetprompt.runtime.operations import Ledger, Outcome, Owner, mutation
from fleetprompt.runtime.run import MutationTx


@mutation(
    "installs.open_intent",
    who=Access.SIGNED_IN,
    scope=KeyScope.INSTALL,
    rate=(RateClass.WRITE,),
    ledger=Ledger.REQUIRED,
    emits=(EventType.INSTALL_INTENT_CREATED,),
    owns={"listing_id": Owner.PUBLIC, "release_id": Owner.PUBLIC},
)
async def open_intent(tx: MutationTx, buyer: Actor, command: OpenIntent) -> Outcome[InstallIntentReply]:
    """Open an install intent for a release that is on sale; it expires after 24 hours (spec 3 Intents, 6.4).

    Raises NOT_FOUND unless listing and release are published and belong together, and VALIDATION_FAILED on
    targetSystem where that system cannot take the listing's kind.
    """
    offer = await tx.one(intents.offer(command.listing_id, command.release_id))
    if offer is None:
        raise not_found()
    if refusal := rules.refusal_to_open(offer, command.target_system):
        raise refusal
    intent = _intent(offer, command, buyer.user, tx.new_id(), tx.now_ms)
    delta = Delta(tx.new_id(), intent.listing_id, day_of(tx.now_ms), install_intents=1, redemptions=0)
    return Outcome(
        InstallIntentReply(shapes.buyers_intent(intent, tx.now_ms)),
        writes=[intents.insert_intent(intent), statistics.append_delta(delta)],
        events=[events.opened(intent)],
    )


def _intent(offer: Offer, command: OpenIntent, buyer_user_id: UUID, intent_id: UUID, now_ms: int) -> Intent:
    as_offered: dict[str, Any] = msgspec.structs.asdict(offer)
    return Intent(
        **as_offered,
        buyer_user_id=buyer_user_id,
        id=intent_id,
        listing_id=command.listing_id,
        release_id=command.release_id,
        target_system=command.target_system,
        target_context=msgspec.to_builtins(command.target_context),
        state=or_none(command.state),
        status=InstallIntentStatus.CREATED,
        current_token_id=None,
        expires_at_ms=now_ms + rules.INTENT_LIFETIME_MS,
        created_at_ms=now_ms,
        updated_at_ms=now_ms,
    )

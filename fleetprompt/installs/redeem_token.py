"""Redeeming an install token: a handoff of references, which calls no other system."""

from __future__ import annotations

import msgspec

from fleetprompt import secrets
from fleetprompt.authz import Access, Actor
from fleetprompt.clock import day_of
from fleetprompt.enums import EventType, InstallIntentStatus, InstallTargetSystem, InstallTokenStatus
from fleetprompt.errors import not_found
from fleetprompt.installs import events, rules, shapes
from fleetprompt.installs.model import RedeemToken, Redemption
from fleetprompt.installs.rules import Delta
from fleetprompt.installs.statements import intents, statistics, tokens
from fleetprompt.rate_limits import RateClass
from fleetprompt.runtime.operations import Ledger, Outcome, mutation
from fleetprompt.runtime.run import MutationTx


@mutation(
    "installs.redeem_token",
    who=Access.PARTNER,
    rate=(RateClass.REDEEM,),
    ledger=Ledger.REQUIRED,
    emits=(EventType.INSTALL_TOKEN_REDEEMED,),
    rechecks_replay=True,
)
async def redeem_token(tx: MutationTx, partner: Actor, command: RedeemToken) -> Outcome[Redemption]:
    """Take a token, once, and answer the intent and the references behind it (spec 3, 6.5 Redeem response).

    Raises NOT_FOUND, all alike, for a token that is unknown, expired, revoked, redeemed, another system's or a
    suspended buyer's, and for a release, listing or publisher that was withdrawn, on a replay too.
    """
    token = secrets.parse_install_token(tx.ring, command.install_token)
    if token is None:
        raise not_found()
    found = await tx.one(tokens.redeemable(token.token_id))
    if found is None:
        raise not_found()
    buyer_ref = secrets.buyer_ref(
        tx.ring, found.buyer_user_id, InstallTargetSystem(found.target_system), found.buyer_ref_version
    )
    handed_out = shapes.redemption(found, buyer_ref, tx.now_ms)
    if tx.replay is not None:
        if refusal := rules.refusal_to_replay(found):
            raise refusal
        return Outcome(handed_out)
    systems = (partner.target_system, command.target_system)
    if refusal := rules.refusal_to_redeem(found, token.hash, systems, tx.now_ms):
        raise refusal
    moved = msgspec.structs.replace(found, status=InstallIntentStatus.REDEEMED, updated_at_ms=tx.now_ms)
    delta = Delta(tx.new_id(), found.listing_id, day_of(tx.now_ms), install_intents=0, redemptions=1)
    return Outcome(
        handed_out,
        writes=[
            intents.move_intent(found, moved),
            tokens.end_token(found.buyer_user_id, found.token_id, InstallTokenStatus.REDEEMED, tx.now_ms),
            statistics.append_delta(delta),
        ],
        events=[events.token_redeemed(found, found.token_id)],
    )

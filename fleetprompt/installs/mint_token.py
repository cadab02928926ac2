"""Minting an install token."""

from __future__ import annotations

import msgspec
from msgspec import UNSET

from fleetprompt import ids, secrets
from fleetprompt.authz import Access, Actor, own_as_user
from fleetprompt.enums import EventType, InstallIntentStatus, InstallTargetSystem, KeyScope
from fleetprompt.errors import not_found
from fleetprompt.installs import events, rules
from fleetprompt.installs.cancellation import revoke_live_token
from fleetprompt.installs.model import HandOver, InstallTokenReply, MintToken
from fleetprompt.installs.statements import intents, tokens
from fleetprompt.rate_limits import RateClass
from fleetprompt.runtime.idempotency import SecretRecipe
from fleetprompt.runtime.operations import Ledger, Outcome, Owner, mutation
from fleetprompt.runtime.run import MutationTx


@mutation(
    "installs.mint_token",
    who=Access.SIGNED_IN,
    scope=KeyScope.INSTALL,
    rate=(RateClass.WRITE, RateClass.MINT),
    ledger=Ledger.REQUIRED,
    emits=(EventType.INSTALL_TOKEN_ISSUED, EventType.INSTALL_TOKEN_REVOKED),
    owns={"install_intent_id": Owner.BUYER},
)
async def mint_token(tx: MutationTx, buyer: Actor, command: MintToken) -> Outcome[InstallTokenReply]:
    """Mint a token for one of the buyer's intents and revoke the one before it (spec 3 Install token).

    It lives 15 minutes, or `ttlMs` of 1 to 60 minutes, and never longer than its intent. Raises NOT_FOUND; CONFLICT
    with `transition` for an intent at its end, with `not_installable` for what redeeming would refuse.
    """
    intent = await tx.one(intents.of_buyer_with_token(own_as_user(buyer), command.install_intent_id))
    if intent is None:
        raise not_found()
    if refusal := rules.refusal_to_mint(intent, tx.now_ms):
        raise refusal
    token_id, key_version = tx.new_id(), tx.ring.current
    text = secrets.mint_install_token(tx.ring, token_id, key_version).reveal()
    ttl_ms = rules.TOKEN_TTL_MS_DEFAULT if command.ttl_ms is UNSET else command.ttl_ms
    expires_at_ms = rules.token_expiry(intent, ttl_ms, tx.now_ms)
    moved = msgspec.structs.replace(
        intent, status=InstallIntentStatus.TOKEN_ISSUED, current_token_id=token_id, updated_at_ms=tx.now_ms
    )
    issued = events.token_issued(intent, token_id)
    earlier = revoke_live_token(intent, issued, tx.now_ms)
    writes = [
        intents.move_intent(intent, moved),
        tokens.insert_token(
            buyer_user_id=intent.buyer_user_id,
            token_id=token_id,
            intent_id=intent.id,
            token_hash=secrets.token_hash(text),
            key_version=key_version,
            issued_at_ms=tx.now_ms,
            expires_at_ms=expires_at_ms,
        ),
        *earlier.writes,
    ]
    target_system = InstallTargetSystem(intent.target_system)
    reply = InstallTokenReply(
        install_intent_id=ids.encode("int", intent.id),
        install_token=text,
        expires_at_ms=expires_at_ms,
        redeem=HandOver(target_system=target_system, handover_url=tx.settings.install_urls.get(target_system, UNSET)),
    )
    recipe = SecretRecipe(purpose="install_token", id=token_id, key_version=key_version)
    return Outcome(reply, writes=writes, events=[issued, *earlier.events], recipe=recipe)

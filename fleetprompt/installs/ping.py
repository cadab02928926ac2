"""What a partner system tries its key and its signing with."""

from __future__ import annotations

from fleetprompt import ids
from fleetprompt.authz import Access, Actor
from fleetprompt.errors import unauthenticated
from fleetprompt.fields import NoArguments
from fleetprompt.installs.model import Pong
from fleetprompt.rate_limits import RateClass
from fleetprompt.runtime.operations import Ledger, Outcome, mutation
from fleetprompt.runtime.run import MutationTx


@mutation(
    "installs.ping",
    who=Access.PARTNER,
    rate=(RateClass.REDEEM,),
    ledger=Ledger.NONE,
    emits=(),
    explains_signature=True,
)
async def ping(tx: MutationTx, partner: Actor, _: NoArguments) -> Outcome[Pong]:
    """Answer a signed call that changes nothing but uses up its nonce (spec 6.4 Internal)."""
    if partner.partner_key_id is None or partner.target_system is None:
        raise unauthenticated("not_a_partner")
    return Outcome(
        Pong(
            partner_key_id=ids.encode("prt", partner.partner_key_id),
            target_system=partner.target_system,
            server_time_ms=tx.now_ms,
        )
    )

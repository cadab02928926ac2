"""The client that a partner system imports: redeem an install token, server to server (spec 6.6).

    from fleetprompt.partner import NotRedeemable, RedeemClient

    with RedeemClient(base_url, partner_key_id, secret_base64) as fleetprompt:
        try:
            redemption = fleetprompt.redeem(install_token, "whs")
        except NotRedeemable:
            return redirect_buyer_to_her_installs()
    install(redemption.release.refs.whs_agent_id)

It needs httpx, http-sf and msgspec, and nothing else of FleetPrompt. `AsyncRedeemClient` does the same with `await`.
Redeeming installs nothing: it resolves the token into an intent and references, which the partner system installs
in its own domain, under its own authorization.
"""

from fleetprompt.partner.call import RetryPolicy
from fleetprompt.partner.client import AsyncRedeemClient, RedeemClient
from fleetprompt.partner.errors import (
    NotRedeemable,
    PartnerError,
    RateLimited,
    Rejected,
    Unauthenticated,
    Unavailable,
    UnexpectedReply,
)
from fleetprompt.partner.redemption import Pong, Redemption

__all__ = [
    "AsyncRedeemClient",
    "NotRedeemable",
    "PartnerError",
    "Pong",
    "RateLimited",
    "RedeemClient",
    "Redemption",
    "Rejected",
    "RetryPolicy",
    "Unauthenticated",
    "Unavailable",
    "UnexpectedReply",
]

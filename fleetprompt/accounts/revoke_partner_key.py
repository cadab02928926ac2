"""Revoking a partner key."""

from __future__ import annotations

import msgspec

from fleetprompt.accounts import events, shapes
from fleetprompt.accounts.model import PartnerKeyReply, RevokePartnerKey
from fleetprompt.accounts.statements import partner_keys
from fleetprompt.authz import Access, Actor, everything
from fleetprompt.enums import EventType, KeyScope, PartnerKeyStatus
from fleetprompt.errors import Reason, conflict, not_found
from fleetprompt.rate_limits import RateClass
from fleetprompt.runtime.operations import Ledger, Outcome, Owner, mutation
from fleetprompt.runtime.run import MutationTx


@mutation(
    "partner_keys.revoke",
    who=Access.ADMIN,
    scope=KeyScope.ADMIN,
    rate=(RateClass.WRITE,),
    ledger=Ledger.REQUIRED,
    emits=(EventType.PARTNER_KEY_REVOKED,),
    owns={"partner_key_id": Owner.ADMIN},
)
async def revoke_partner_key(tx: MutationTx, actor: Actor, command: RevokePartnerKey) -> Outcome[PartnerKeyReply]:
    """Take a key from a partner system for good (spec 6.4 Admin).

    Raises NOT_FOUND; CONFLICT (`transition`) where it was revoked before.
    """
    row = await tx.one(partner_keys.partner_key(everything(actor), command.partner_key_id))
    if row is None:
        raise not_found()
    if row.status == PartnerKeyStatus.REVOKED:
        raise conflict(Reason.TRANSITION, "This partner key is revoked already.")
    revoked = msgspec.structs.replace(row, status=PartnerKeyStatus.REVOKED, revoked_at_ms=tx.now_ms)
    return Outcome(
        PartnerKeyReply(shapes.partner_key(revoked)),
        writes=[partner_keys.revoke_partner_key(row.id, tx.now_ms)],
        events=[events.partner_key_revoked(row.id, row.target_system)],
    )

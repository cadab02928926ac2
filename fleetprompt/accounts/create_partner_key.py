"""Creating a partner key."""

from __future__ import annotations

from fleetprompt import secrets
from fleetprompt.accounts import events, shapes
from fleetprompt.accounts.model import CreatePartnerKey, NewPartnerKey
from fleetprompt.accounts.statements import partner_keys
from fleetprompt.accounts.statements.partner_keys import PartnerKeyRow
from fleetprompt.authz import Access, Actor
from fleetprompt.enums import EventType, KeyScope, PartnerKeyStatus
from fleetprompt.fields import or_none
from fleetprompt.rate_limits import RateClass
from fleetprompt.runtime.idempotency import SecretRecipe
from fleetprompt.runtime.operations import Ledger, Outcome, mutation
from fleetprompt.runtime.run import MutationTx


@mutation(
    "partner_keys.create",
    who=Access.ADMIN,
    scope=KeyScope.ADMIN,
    rate=(RateClass.WRITE,),
    ledger=Ledger.REQUIRED,
    emits=(EventType.PARTNER_KEY_CREATED,),
)
async def create_partner_key(tx: MutationTx, _: Actor, command: CreatePartnerKey) -> Outcome[NewPartnerKey]:
    """Give a partner system a key, whose secret this reply alone shows (spec 3 Derive, 6.5)."""
    recipe = SecretRecipe(purpose="partner_key", id=tx.new_id(), key_version=tx.ring.current, salt=secrets.new_salt())
    row = PartnerKeyRow(
        id=recipe.id,
        target_system=command.target_system,
        label=or_none(command.label),
        status=PartnerKeyStatus.ACTIVE,
        created_at_ms=tx.now_ms,
        revoked_at_ms=None,
    )
    return Outcome(
        NewPartnerKey(shapes.partner_key(row), recipe.derive(tx.ring)),
        writes=[partner_keys.insert_partner_key(row, salt=recipe.salt, key_version=recipe.key_version)],
        events=[events.partner_key_created(row.id, row.target_system)],
        recipe=recipe,
    )

"""Revoking the partner and API keys that hang on a master key which is given up."""

from __future__ import annotations

from uuid import UUID

import msgspec

from fleetprompt import ids
from fleetprompt.accounts.key_revocation import key_revocation
from fleetprompt.accounts.statements import api_keys, partner_keys
from fleetprompt.authz import Access, Actor, everything
from fleetprompt.enums import EventType, InstallTargetSystem
from fleetprompt.fields import Command
from fleetprompt.runtime.idempotency import LIFETIME_MS
from fleetprompt.runtime.operations import Ledger, Outcome, mutation
from fleetprompt.runtime.run import MutationTx


class RevokeKeys(Command):
    """Those of a key version. cause: the event that began it."""

    key_version: str
    cause: UUID


class RevokedPartnerKey(msgspec.Struct, frozen=True, rename="camel"):
    """A partner system that needs a new key."""

    partner_key_id: str
    target_system: InstallTargetSystem
    label: str | None


class RevokedApiKey(msgspec.Struct, frozen=True, rename="camel"):
    """A user who needs a new API key."""

    api_key_id: str
    user_id: str
    name: str


class RevokedKeys(msgspec.Struct, frozen=True, rename="camel"):
    """Whom to give new keys."""

    partner_keys: list[RevokedPartnerKey]
    api_keys: list[RevokedApiKey]


@mutation(
    "key_ring.revoke_keys",
    who=Access.SYSTEM,
    ledger=Ledger.NONE,
    emits=(EventType.PARTNER_KEY_REVOKED, EventType.API_KEY_REVOKED),
)
async def revoke_keys(tx: MutationTx, actor: Actor, command: RevokeKeys) -> Outcome[RevokedKeys]:
    """Revoke the partner keys of a key version, and those API keys that could still be derived from it (spec 3).

    An API key's salt is kept for as long as its reply can be replayed; one that is older hangs on its hash alone.
    """
    scope = everything(actor)
    of_partners = await tx.many(partner_keys.of_version(scope, command.key_version))
    of_users = await tx.many(api_keys.of_version(scope, command.key_version, tx.now_ms - LIFETIME_MS))
    change = key_revocation(of_partners, of_users, command.cause, tx.now_ms)
    return Outcome(
        RevokedKeys(
            [RevokedPartnerKey(ids.encode("prt", row.id), row.target_system, row.label) for row in of_partners],
            [RevokedApiKey(ids.encode("key", row.id), ids.encode("usr", row.user_id), row.name) for row in of_users],
        ),
        writes=change.writes,
        events=change.events,
    )

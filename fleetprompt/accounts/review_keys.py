"""The keys that somebody should look through after a restore."""

from __future__ import annotations

import msgspec

from fleetprompt import ids
from fleetprompt.accounts.statements import api_keys, partner_keys
from fleetprompt.authz import Access, Actor, everything
from fleetprompt.enums import InstallTargetSystem
from fleetprompt.fields import Command
from fleetprompt.runtime.operations import query
from fleetprompt.runtime.run import Look


class ReviewKeys(Command):
    """No arguments."""


class LivePartnerKey(msgspec.Struct, frozen=True, rename="camel"):
    """A partner key whose signatures are taken."""

    partner_key_id: str
    target_system: InstallTargetSystem
    label: str | None
    created_at_ms: int


class LiveApiKey(msgspec.Struct, frozen=True, rename="camel"):
    """An API key that opens something."""

    api_key_id: str
    user_id: str
    name: str


class LiveKeys(msgspec.Struct, frozen=True, rename="camel"):
    """Every key that is alive."""

    partner_keys: list[LivePartnerKey]
    api_keys: list[LiveApiKey]


@query("keys.review", who=Access.SYSTEM)
async def review_keys(look: Look, actor: Actor, _: ReviewKeys) -> LiveKeys:
    """Every partner and API key that is alive: one that was revoked after the backup is among them again (spec 7)."""
    scope = everything(actor)
    of_partners = await look.many(partner_keys.active(scope))
    of_users = await look.many(api_keys.live(scope, look.now_ms))
    return LiveKeys(
        [
            LivePartnerKey(ids.encode("prt", row.id), row.target_system, row.label, row.created_at_ms)
            for row in of_partners
        ],
        [LiveApiKey(ids.encode("key", row.id), ids.encode("usr", row.user_id), row.name) for row in of_users],
    )

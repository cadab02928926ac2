"""What somebody should look through after a restore: the keys and the admins."""

from __future__ import annotations

import msgspec

from fleetprompt import ids
from fleetprompt.accounts.statements import admin_users, api_keys, partner_keys
from fleetprompt.authz import Access, Actor, everything
from fleetprompt.enums import InstallTargetSystem
from fleetprompt.fields import NoArguments
from fleetprompt.runtime.operations import query
from fleetprompt.runtime.run import Look


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


class LiveAdmin(msgspec.Struct, frozen=True, rename="camel"):
    """A user who may do what admins do."""

    user_id: str
    email: str


class LiveKeys(msgspec.Struct, frozen=True, rename="camel"):
    """Every key that is alive, and every admin."""

    partner_keys: list[LivePartnerKey]
    api_keys: list[LiveApiKey]
    admins: list[LiveAdmin]


@query("keys.review", who=Access.SYSTEM)
async def review_keys(look: Look, actor: Actor, _: NoArguments) -> LiveKeys:
    """Every partner and API key that is alive, and every admin (spec 7).

    What was revoked after a backup is among them again in an instance that was restored from it.
    """
    scope = everything(actor)
    of_partners = await look.many(partner_keys.active(scope))
    of_users = await look.many(api_keys.live(scope, look.now_ms))
    are_admins = await look.many(admin_users.admins(scope))
    return LiveKeys(
        [
            LivePartnerKey(ids.encode("prt", row.id), row.target_system, row.label, row.created_at_ms)
            for row in of_partners
        ],
        [LiveApiKey(ids.encode("key", row.id), ids.encode("usr", row.user_id), row.name) for row in of_users],
        [LiveAdmin(ids.encode("usr", row.id), row.email) for row in are_admins],
    )

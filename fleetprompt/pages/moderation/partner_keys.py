"""The keys of partner systems: the list, a new one with its secret, and revoking one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from fleetprompt.accounts.create_partner_key import create_partner_key
from fleetprompt.accounts.model import NewPartnerKey, PartnerKey
from fleetprompt.accounts.reads import list_partner_keys
from fleetprompt.accounts.revoke_partner_key import revoke_partner_key
from fleetprompt.authz import Access
from fleetprompt.enums import InstallTargetSystem, PartnerKeyStatus
from fleetprompt.errors import not_found
from fleetprompt.fields import LIMIT_MAX
from fleetprompt.pages.answers import Answer
from fleetprompt.pages.declaring import FormPage, Page
from fleetprompt.pages.visit import Visit
from fleetprompt.pages.words import label
from fleetprompt.runtime.pagination import Page as Found

SHOWN: Final = 50
PATH: Final = "/moderation/partner-keys"
SYSTEMS: Final = tuple((system, label(system), "") for system in InstallTargetSystem)


async def _show(visit: Visit) -> Answer:
    found: Found[PartnerKey] = await visit.ask(list_partner_keys, **visit.asked("cursor"), limit=SHOWN)
    return visit.html(
        "moderation/partner_keys.html",
        keys=found.items,
        **visit.pager(PATH, found.next_cursor),
    )


async def _show_new(visit: Visit) -> Answer:
    return visit.html("moderation/new_partner_key.html", systems=SYSTEMS)


async def _created(visit: Visit, result: NewPartnerKey) -> Answer:
    shown = visit.html("moderation/created_partner_key.html", key=result.partner_key, secret=result.secret)
    return replace(shown, has_secret=True)


async def _show_revoke(visit: Visit) -> Answer:
    every: Found[PartnerKey] = await visit.ask(list_partner_keys, limit=LIMIT_MAX)
    key = next((each for each in every.items if each.partner_key_id == visit.path["partnerKeyId"]), None)
    if key is None and every.next_cursor is None:
        raise not_found()
    others = [
        each
        for each in every.items
        if key is not None
        and each.target_system == key.target_system
        and each.status == PartnerKeyStatus.ACTIVE
        and each is not key
    ]
    return visit.html(
        "moderation/revoke_partner_key.html", key=key, partner_key_id=visit.path["partnerKeyId"], others=others
    )


async def _revoked(visit: Visit, _: Any) -> Answer:
    return visit.see_other(PATH, notice="revoked")


PARTNER_KEYS: Final = Page(name="partner_keys", path=PATH, show=_show, reads=(list_partner_keys,), who=Access.ADMIN)
NEW_PARTNER_KEY: Final = FormPage(
    name="new_partner_key",
    path=f"{PATH}/new",
    show=_show_new,
    who=Access.ADMIN,
    operation=create_partner_key,
    done=_created,
    makes_new=True,
)
REVOKE_PARTNER_KEY: Final = FormPage(
    name="revoke_partner_key",
    path=f"{PATH}/{{partnerKeyId}}/revoke",
    show=_show_revoke,
    reads=(list_partner_keys,),
    who=Access.ADMIN,
    operation=revoke_partner_key,
    done=_revoked,
)

"""One's own API keys: the list, a new one with its secret, and revoking one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from fleetprompt.accounts.create_api_key import create_api_key
from fleetprompt.accounts.model import ApiKey, NewApiKey
from fleetprompt.accounts.reads import list_api_keys
from fleetprompt.accounts.revoke_api_key import revoke_api_key
from fleetprompt.authz import Access
from fleetprompt.enums import Capability, KeyScope
from fleetprompt.errors import not_found
from fleetprompt.fields import LIMIT_MAX
from fleetprompt.pages.answers import Answer
from fleetprompt.pages.declaring import FormPage, Page
from fleetprompt.pages.visit import Visit
from fleetprompt.runtime.pagination import Page as Found

SHOWN: Final = 50
PATH: Final = "/account/api-keys"
DEFAULT_DAYS: Final = "90"
SCOPES: Final[tuple[tuple[KeyScope, str, str], ...]] = (
    (KeyScope.READ, "Read", "Everything of your own that the API shows."),
    (KeyScope.PUBLISH, "Publish", "Create and edit your listings, publish and revoke their releases."),
    (KeyScope.INSTALL, "Install", "Open install intents, mint install tokens, report listings."),
    (KeyScope.ADMIN, "Admin", "Everything that moderation may do. Give it to nothing that does not need it."),
)


async def _show(visit: Visit) -> Answer:
    found: Found[ApiKey] = await visit.ask(list_api_keys, **visit.asked("cursor"), limit=SHOWN)
    return visit.html(
        "account/api_keys.html",
        keys=found.items,
        **visit.pager(PATH, found.next_cursor),
    )


async def _show_new(visit: Visit) -> Answer:
    usual = [KeyScope.READ.value, KeyScope.PUBLISH.value, KeyScope.INSTALL.value]
    visit.use(visit.form.starting_with({"scopes": usual, "expiresInDays": DEFAULT_DAYS}))
    may_admin = visit.may(Capability.ADMIN)
    return visit.html(
        "account/new_api_key.html",
        scopes=[each for each in SCOPES if may_admin or each[0] is not KeyScope.ADMIN],
    )


async def _created(visit: Visit, result: NewApiKey) -> Answer:
    shown = visit.html("account/created_api_key.html", key=result.api_key, secret=result.secret)
    return replace(shown, has_secret=True)


async def _show_revoke(visit: Visit) -> Answer:
    own: Found[ApiKey] = await visit.ask(list_api_keys, limit=LIMIT_MAX)
    key = next((each for each in own.items if each.api_key_id == visit.path["apiKeyId"]), None)
    if key is None and own.next_cursor is None:
        raise not_found()
    return visit.html("account/revoke_api_key.html", key=key, api_key_id=visit.path["apiKeyId"])


async def _revoked(visit: Visit, _: Any) -> Answer:
    return visit.see_other(PATH, notice="revoked")


API_KEYS: Final = Page(name="api_keys", path=PATH, show=_show, reads=(list_api_keys,), who=Access.SIGNED_IN)
NEW_API_KEY: Final = FormPage(
    name="new_api_key",
    path="/account/api-keys/new",
    show=_show_new,
    operation=create_api_key,
    done=_created,
    makes_new=True,
    who=Access.SIGNED_IN,
)
REVOKE_API_KEY: Final = FormPage(
    name="revoke_api_key",
    path="/account/api-keys/{apiKeyId}/revoke",
    show=_show_revoke,
    reads=(list_api_keys,),
    operation=revoke_api_key,
    done=_revoked,
    who=Access.SIGNED_IN,
)

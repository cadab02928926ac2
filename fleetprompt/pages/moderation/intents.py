"""One install intent as admins see it, and revoking it."""

from __future__ import annotations

from typing import Final

from fleetprompt.authz import Access
from fleetprompt.installs.rules import ALIVE
from fleetprompt.moderation.model import AdminInstallIntentDetailReply, AdminInstallIntentReply
from fleetprompt.moderation.reads import show_intent
from fleetprompt.moderation.revoke_intent import revoke_intent
from fleetprompt.pages.answers import Answer
from fleetprompt.pages.declaring import FormPage, Page
from fleetprompt.pages.visit import Visit

PATH: Final = "/moderation/intents/{installIntentId}"


async def _show(visit: Visit) -> Answer:
    reply: AdminInstallIntentDetailReply = await visit.ask(show_intent)
    intent = reply.install_intent
    return visit.html("moderation/intent.html", intent=intent, is_open=intent.status in ALIVE)


async def _show_revoke(visit: Visit) -> Answer:
    reply: AdminInstallIntentDetailReply = await visit.ask(show_intent)
    intent = reply.install_intent
    return visit.html("moderation/revoke_intent.html", intent=intent, is_open=intent.status in ALIVE)


async def _revoked(visit: Visit, reply: AdminInstallIntentReply) -> Answer:
    return visit.see_other(f"/moderation/intents/{reply.install_intent.install_intent_id}", notice="revoked")


INTENT: Final = Page(name="moderation_intent", path=PATH, show=_show, reads=(show_intent,), who=Access.ADMIN)
REVOKE: Final = FormPage(
    name="revoke_intent",
    path=f"{PATH}/revoke",
    show=_show_revoke,
    reads=(show_intent,),
    who=Access.ADMIN,
    operation=revoke_intent,
    done=_revoked,
)

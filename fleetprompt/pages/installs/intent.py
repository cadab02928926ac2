"""One install intent: its token, handed over or copied, what became of it, and canceling it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlsplit

from fleetprompt.authz import Access
from fleetprompt.enums import InstallIntentStatus
from fleetprompt.installs.cancel_intent import cancel_intent
from fleetprompt.installs.mint_token import mint_token
from fleetprompt.installs.model import InstallIntent, InstallIntentReply, InstallTokenReply
from fleetprompt.installs.reads import show_intent
from fleetprompt.pages import forms
from fleetprompt.pages.answers import Answer, Html
from fleetprompt.pages.declaring import FormPage
from fleetprompt.pages.installs.standing import standing_of
from fleetprompt.pages.visit import Visit

LIFETIMES: Final = (("300000", "5 minutes"), ("900000", "15 minutes"), ("3600000", "1 hour"))
LIFETIME_DEFAULT: Final = "900000"


async def _show(visit: Visit) -> Answer:
    return _shown(visit, await _intent(visit))


async def _minted(visit: Visit, result: InstallTokenReply) -> Answer:
    """The token, once. Loading the answer again replays it; what has ended meanwhile is shown as it stands."""
    intent = await _intent(visit)
    visit.use(forms.empty(visit.csrf))
    if intent.status is not InstallIntentStatus.TOKEN_ISSUED or result.expires_at_ms <= visit.now_ms:
        return _shown(visit, intent)
    url = result.redeem.handover_url
    shown = _shown(visit, intent, token=result)
    return replace(shown, has_secret=True, form_targets=(_origin(url),) if url else ())


async def _intent(visit: Visit) -> InstallIntent:
    reply: InstallIntentReply = await visit.ask(show_intent)
    return reply.install_intent


def _shown(visit: Visit, intent: InstallIntent, **more: Any) -> Html:
    if not visit.form.was_sent:
        visit.use(visit.form.starting_with({"ttlMs": LIFETIME_DEFAULT}))
    standing = standing_of(intent)
    return visit.html("installs/intent.html", **{"token": None, **more}, standing=standing, lifetimes=LIFETIMES)


def _origin(url: str) -> str:
    """What a policy names for a form that is sent to `url`."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


async def _show_cancel(visit: Visit) -> Answer:
    return visit.html("installs/cancel.html", standing=standing_of(await _intent(visit)))


async def _canceled(visit: Visit, result: InstallIntentReply) -> Answer:
    return visit.see_other(f"/installs/{result.install_intent.install_intent_id}")


INTENT: Final = FormPage(
    name="intent",
    path="/installs/{installIntentId}",
    show=_show,
    reads=(show_intent,),
    who=Access.SIGNED_IN,
    operation=mint_token,
    done=_minted,
)
CANCEL_INTENT: Final = FormPage(
    name="cancel_intent",
    path="/installs/{installIntentId}/cancel",
    show=_show_cancel,
    reads=(show_intent,),
    who=Access.SIGNED_IN,
    operation=cancel_intent,
    done=_canceled,
)

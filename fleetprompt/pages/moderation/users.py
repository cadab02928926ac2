"""People: finding users, suspending and reinstating them, and what they may do."""

from __future__ import annotations

from typing import Any, Final

from fleetprompt.accounts.model import AdminUser, AdminUserReply
from fleetprompt.accounts.reads import list_users
from fleetprompt.accounts.set_capabilities import set_capabilities
from fleetprompt.authz import Access
from fleetprompt.enums import Capability
from fleetprompt.errors import Code, Refusal
from fleetprompt.moderation.model import AdminUserDetail
from fleetprompt.moderation.reads import show_user
from fleetprompt.moderation.reinstate_user import reinstate_user
from fleetprompt.moderation.suspend_user import suspend_user
from fleetprompt.pages.answers import Answer, Html
from fleetprompt.pages.declaring import FormPage, Page
from fleetprompt.pages.moderation.listings import place_of
from fleetprompt.pages.visit import Visit
from fleetprompt.runtime.pagination import Page as Found

SHOWN: Final = 50
PATH: Final = "/moderation/users"
MEANINGS: Final = {
    Capability.PUBLISHER: "Create listings and publish releases of them.",
    Capability.ADMIN: "Everything that you may do here: suspend, revoke, grant, and read the audit log.",
}


async def _show_all(visit: Visit) -> Answer:
    asked = visit.asked("email")
    email = asked.get("email", [""])[0]
    if place := place_of(email.strip()):
        return visit.see_other(place)
    context: dict[str, Any] = {"email": email, "found": [], "refusal": None}
    context |= visit.pager(PATH, None, **asked)
    try:
        found: Found[AdminUser] = await visit.ask(list_users, **asked, **visit.asked("cursor"), limit=SHOWN)
    except Refusal as refusal:
        if refusal.code is not Code.VALIDATION_FAILED:
            raise
        return Html("moderation/users.html", {**context, "refusal": refusal}, refusal=refusal)
    pager = visit.pager(PATH, found.next_cursor, **asked)
    return Html("moderation/users.html", {**context, "found": found.items, **pager})


async def _user(visit: Visit) -> AdminUserDetail:
    user: AdminUserDetail = (await visit.ask(show_user)).user
    return user


async def _show(visit: Visit) -> Answer:
    return visit.html("moderation/user.html", user=await _user(visit))


async def _show_suspend(visit: Visit) -> Answer:
    return visit.html("moderation/suspend_user.html", user=await _user(visit))


async def _show_reinstate(visit: Visit) -> Answer:
    return visit.html("moderation/reinstate_user.html", user=await _user(visit))


async def _show_capabilities(visit: Visit) -> Answer:
    user = await _user(visit)
    choices = [(each, each.value, MEANINGS[each]) for each in Capability]
    return visit.html(
        "moderation/capabilities.html",
        user=user,
        lacked=[choice for choice in choices if choice[0] not in user.capabilities],
        held=[choice for choice in choices if choice[0] in user.capabilities],
    )


async def _suspended(visit: Visit, reply: AdminUserReply) -> Answer:
    return visit.see_other(f"{PATH}/{reply.user.user_id}", notice="suspended")


async def _reinstated(visit: Visit, reply: AdminUserReply) -> Answer:
    return visit.see_other(f"{PATH}/{reply.user.user_id}", notice="reinstated")


async def _changed(visit: Visit, reply: AdminUserReply) -> Answer:
    is_chosen = any(visit.form.values("grant")) or any(visit.form.values("revoke"))
    return visit.see_other(f"{PATH}/{reply.user.user_id}", notice="changed" if is_chosen else "unchanged")


USERS: Final = Page(name="users", path=PATH, show=_show_all, reads=(list_users,), who=Access.ADMIN)
USER: Final = Page(name="user", path=f"{PATH}/{{userId}}", show=_show, reads=(show_user,), who=Access.ADMIN)
SUSPEND: Final = FormPage(
    name="suspend_user",
    path=f"{PATH}/{{userId}}/suspend",
    show=_show_suspend,
    reads=(show_user,),
    who=Access.ADMIN,
    operation=suspend_user,
    done=_suspended,
)
REINSTATE: Final = FormPage(
    name="reinstate_user",
    path=f"{PATH}/{{userId}}/reinstate",
    show=_show_reinstate,
    reads=(show_user,),
    who=Access.ADMIN,
    operation=reinstate_user,
    done=_reinstated,
)
CAPABILITIES: Final = FormPage(
    name="capabilities",
    path=f"{PATH}/{{userId}}/capabilities",
    show=_show_capabilities,
    reads=(show_user,),
    who=Access.ADMIN,
    operation=set_capabilities,
    done=_changed,
)

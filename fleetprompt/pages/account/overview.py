"""One's own account: who one is here, and the password."""

from __future__ import annotations

from typing import Any, Final

from fleetprompt.accounts.change_password import change_password
from fleetprompt.accounts.reads import me
from fleetprompt.authz import Access
from fleetprompt.pages.answers import Answer
from fleetprompt.pages.declaring import FormPage, Page
from fleetprompt.pages.visit import Visit


async def _show(visit: Visit) -> Answer:
    return visit.html("account/overview.html", me=await visit.ask(me))


async def _show_password(visit: Visit) -> Answer:
    return visit.html("account/password.html")


async def _password_changed(visit: Visit, _: Any) -> Answer:
    return visit.see_other("/account", notice="password-changed")


ACCOUNT: Final = Page(name="account", path="/account", show=_show, reads=(me,), who=Access.SIGNED_IN)
PASSWORD: Final = FormPage(
    name="password",
    path="/account/password",
    show=_show_password,
    operation=change_password,
    done=_password_changed,
    who=Access.SIGNED_IN,
    secret=frozenset({"current", "new"}),
)

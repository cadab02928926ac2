"""Signing in and out."""

from __future__ import annotations

from typing import Any, Final

from fleetprompt.accounts.login import login
from fleetprompt.accounts.logout import logout
from fleetprompt.authz import Access
from fleetprompt.errors import Code
from fleetprompt.pages.answers import Answer, Resume, SeeOther
from fleetprompt.pages.declaring import FormPage
from fleetprompt.pages.keeping import KEPT_FIELD, unpack
from fleetprompt.pages.return_path import path_of_ours
from fleetprompt.pages.visit import Visit


async def _show_sign_in(visit: Visit) -> Answer:
    if visit.is_signed_in and not visit.form.was_sent:
        return visit.see_other(_next(visit))
    if not visit.form.initial:
        visit.use(visit.form.starting_with({"next": _next(visit)}))
    return visit.html("account/sign_in.html", is_wrong=visit.form.code is Code.UNAUTHENTICATED)


async def _signed_in(visit: Visit, _: Any) -> Answer:
    if kept := unpack(visit.form.value(KEPT_FIELD)):
        return Resume(_next(visit), kept)
    return visit.see_other(_next(visit))


def _next(visit: Visit) -> str:
    wanted = visit.form.value("next") if visit.form.was_sent else visit.query.get("next", [""])[0]
    return path_of_ours(wanted)


async def _show_sign_out(visit: Visit) -> Answer:
    return visit.html("account/sign_out.html")


async def _signed_out(_: Visit, __: Any) -> Answer:
    return SeeOther("/", headers=(("clear-site-data", '"cache"'),))


SIGN_IN: Final = FormPage(
    name="sign_in",
    path="/sign-in",
    show=_show_sign_in,
    operation=login,
    done=_signed_in,
    secret=frozenset({"password"}),
)
SIGN_OUT: Final = FormPage(
    name="sign_out",
    path="/sign-out",
    show=_show_sign_out,
    operation=logout,
    done=_signed_out,
    who=Access.SIGNED_IN,
)

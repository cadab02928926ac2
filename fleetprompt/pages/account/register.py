"""Creating an account, which signs in too."""

from __future__ import annotations

from typing import Any, Final

from fleetprompt.accounts.register import register
from fleetprompt.errors import Reason
from fleetprompt.pages.answers import Answer
from fleetprompt.pages.declaring import FormPage
from fleetprompt.pages.return_path import path_of_ours
from fleetprompt.pages.visit import Visit


async def _show(visit: Visit) -> Answer:
    if visit.is_signed_in and not visit.form.was_sent:
        return visit.see_other(_next(visit))
    visit.use(visit.form.starting_with({"next": _next(visit)}))
    return visit.html("account/register.html", is_taken=visit.form.reason is Reason.EMAIL_TAKEN)


async def _registered(visit: Visit, _: Any) -> Answer:
    return visit.see_other(_next(visit))


def _next(visit: Visit) -> str:
    wanted = visit.form.value("next") if visit.form.was_sent else visit.query.get("next", [""])[0]
    return path_of_ours(wanted)


REGISTER: Final = FormPage(
    name="register",
    path="/register",
    show=_show,
    operation=register,
    done=_registered,
    secret=frozenset({"password"}),
)

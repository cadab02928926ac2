"""One's own sessions, and ending one."""

from __future__ import annotations

from typing import Any, Final

from fleetprompt.accounts.model import Session
from fleetprompt.accounts.reads import list_sessions
from fleetprompt.accounts.revoke_session import revoke_session
from fleetprompt.authz import Access
from fleetprompt.errors import not_found
from fleetprompt.fields import LIMIT_MAX
from fleetprompt.pages.answers import Answer
from fleetprompt.pages.declaring import FormPage, Page
from fleetprompt.pages.visit import Visit
from fleetprompt.runtime.pagination import Page as Found

SHOWN: Final = 50
PATH: Final = "/account/sessions"


async def _show(visit: Visit) -> Answer:
    found: Found[Session] = await visit.ask(list_sessions, **visit.asked("cursor"), limit=SHOWN)
    return visit.html(
        "account/sessions.html",
        sessions=found.items,
        **visit.pager(PATH, found.next_cursor),
    )


async def _show_end(visit: Visit) -> Answer:
    own: Found[Session] = await visit.ask(list_sessions, limit=LIMIT_MAX)
    session = next((each for each in own.items if each.session_id == visit.path["sessionId"]), None)
    if session is None and own.next_cursor is None:
        raise not_found()
    return visit.html("account/end_session.html", session=session, session_id=visit.path["sessionId"])


async def _ended(visit: Visit, _: Any) -> Answer:
    return visit.see_other(PATH, notice="ended")


SESSIONS: Final = Page(name="sessions", path=PATH, show=_show, reads=(list_sessions,), who=Access.SIGNED_IN)
END_SESSION: Final = FormPage(
    name="end_session",
    path="/account/sessions/{sessionId}/end",
    show=_show_end,
    reads=(list_sessions,),
    operation=revoke_session,
    done=_ended,
    who=Access.SIGNED_IN,
)

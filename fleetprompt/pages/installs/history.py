"""The buyer's installs: what she handed over, what is open, and what was withdrawn since."""

from __future__ import annotations

from typing import Final

from fleetprompt.authz import Access
from fleetprompt.enums import InstallIntentStatus
from fleetprompt.installs.model import InstallIntent
from fleetprompt.installs.reads import list_intents
from fleetprompt.pages.answers import Answer
from fleetprompt.pages.declaring import Page
from fleetprompt.pages.installs.standing import standing_of
from fleetprompt.pages.visit import Visit
from fleetprompt.runtime.pagination import Page as Found

PATH: Final = "/installs"
SHOWN: Final = 20


async def _show(visit: Visit) -> Answer:
    asked = visit.asked("status")
    found: Found[InstallIntent] = await visit.ask(list_intents, **asked, **visit.asked("cursor"), limit=SHOWN)
    return visit.html(
        "installs/installs.html",
        status=next((each for each in InstallIntentStatus if [each] == asked.get("status")), None),
        rows=[standing_of(intent) for intent in found.items],
        **visit.pager(PATH, found.next_cursor, **asked),
    )


INSTALLS: Final = Page(name="installs", path=PATH, show=_show, reads=(list_intents,), who=Access.SIGNED_IN)

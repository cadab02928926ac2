"""The publisher's own profile; writing the first one makes a user a publisher."""

from __future__ import annotations

from typing import Final

from fleetprompt.accounts.model import Me, ProfileReply
from fleetprompt.accounts.reads import me
from fleetprompt.accounts.write_profile import write_profile
from fleetprompt.authz import Access
from fleetprompt.enums import Capability
from fleetprompt.listings.model import Description
from fleetprompt.listings.reads import preview_markdown
from fleetprompt.pages.answers import Answer
from fleetprompt.pages.console.judged_text import JudgedText, judged_text, take_suggestion, where_refused
from fleetprompt.pages.declaring import FormPage
from fleetprompt.pages.visit import Visit

PATH: Final = "/console/profile"
TEXT: Final = "bio.markdown"


async def _show(visit: Visit) -> Answer:
    return await _form(visit, await where_refused(visit, TEXT))


async def _preview(visit: Visit) -> Answer:
    return await _form(visit, await judged_text(visit, TEXT))


async def _take(visit: Visit) -> Answer:
    return await _form(visit, await take_suggestion(visit, TEXT))


async def _form(visit: Visit, judged: JudgedText | None) -> Answer:
    found: Me = await visit.ask(me)
    publisher = found.publisher or None
    initial = {"displayName": found.user.display_name}
    if publisher:
        initial = {"displayName": publisher.display_name, TEXT: publisher.bio.markdown if publisher.bio else ""}
        if publisher.bio and not visit.form.was_sent:
            judged = JudgedText(shown=Description(markdown=publisher.bio.markdown, html=publisher.bio.html))
    visit.use(visit.form.starting_with(initial))
    return visit.html("console/profile.html", publisher=publisher, judged=judged)


async def _written(visit: Visit, _: ProfileReply) -> Answer:
    if visit.may(Capability.PUBLISHER):
        return visit.see_other(PATH, notice="saved")
    return visit.see_other("/console", notice="publisher")


PROFILE: Final = FormPage(
    name="profile",
    path=PATH,
    show=_show,
    reads=(me,),
    operation=write_profile,
    done=_written,
    who=Access.SIGNED_IN,
    also={"preview": _preview, "suggestion": _take},
    also_reads=(preview_markdown,),
)

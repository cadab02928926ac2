"""One release as admins see it, and revoking it."""

from __future__ import annotations

from typing import Final

from fleetprompt.authz import Access
from fleetprompt.moderation.model import AdminReleaseDetailReply, AdminReleaseReply
from fleetprompt.moderation.reads import show_release
from fleetprompt.moderation.revoke_release import revoke_release
from fleetprompt.pages.answers import Answer
from fleetprompt.pages.declaring import FormPage, Page
from fleetprompt.pages.visit import Visit

PATH: Final = "/moderation/releases/{releaseId}"


async def _show(visit: Visit) -> Answer:
    reply: AdminReleaseDetailReply = await visit.ask(show_release)
    return visit.html("moderation/release.html", release=reply.release)


async def _show_revoke(visit: Visit) -> Answer:
    reply: AdminReleaseDetailReply = await visit.ask(show_release)
    return visit.html("moderation/revoke_release.html", release=reply.release)


async def _revoked(visit: Visit, reply: AdminReleaseReply) -> Answer:
    return visit.see_other(f"/moderation/releases/{reply.release.release_id}", notice="revoked")


RELEASE: Final = Page(name="moderation_release", path=PATH, show=_show, reads=(show_release,), who=Access.ADMIN)
REVOKE: Final = FormPage(
    name="moderation_revoke_release",
    path=f"{PATH}/revoke",
    show=_show_revoke,
    reads=(show_release,),
    who=Access.ADMIN,
    operation=revoke_release,
    done=_revoked,
)

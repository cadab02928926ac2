"""One publisher as admins see it, and noting whether it is who it says it is."""

from __future__ import annotations

from typing import Final

from fleetprompt.authz import Access
from fleetprompt.enums import VerificationStatus
from fleetprompt.moderation.model import AdminPublisher, AdminPublisherReply
from fleetprompt.moderation.reads import show_publisher
from fleetprompt.moderation.set_verification import set_verification
from fleetprompt.pages.answers import Answer
from fleetprompt.pages.declaring import FormPage, Page
from fleetprompt.pages.visit import Visit

PATH: Final = "/moderation/publishers/{publisherId}"
STATUSES: Final = (
    (VerificationStatus.VERIFIED, "Verified", "You know who is behind it. All its pages say so, with today's date."),
    (VerificationStatus.FAILED, "Verification failed", "You looked and could not confirm it. All its pages say so."),
    (VerificationStatus.UNVERIFIED, "Not verified", "As if nobody had looked."),
)


async def _publisher(visit: Visit) -> AdminPublisher:
    publisher: AdminPublisher = (await visit.ask(show_publisher)).publisher
    return publisher


async def _show(visit: Visit) -> Answer:
    return visit.html("moderation/publisher.html", publisher=await _publisher(visit))


async def _show_verification(visit: Visit) -> Answer:
    return visit.html("moderation/verification.html", publisher=await _publisher(visit), statuses=STATUSES)


async def _verified(visit: Visit, reply: AdminPublisherReply) -> Answer:
    status = reply.publisher.verified.status.value
    return visit.see_other(f"/moderation/publishers/{reply.publisher.publisher_id}", notice=status)


PUBLISHER: Final = Page(name="moderation_publisher", path=PATH, show=_show, reads=(show_publisher,), who=Access.ADMIN)
VERIFICATION: Final = FormPage(
    name="verification",
    path=f"{PATH}/verification",
    show=_show_verification,
    reads=(show_publisher,),
    who=Access.ADMIN,
    operation=set_verification,
    done=_verified,
)

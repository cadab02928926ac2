"""Installing: who is handed what, confirmed once. Only then is an intent opened, and the form goes on to its token."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from msgspec import UNSET, UnsetType

from fleetprompt.authz import Access
from fleetprompt.catalog.model import ListingDetail, PublicRelease
from fleetprompt.catalog.reads import show_listing, show_release
from fleetprompt.enums import AssetKind, InstallTargetSystem
from fleetprompt.errors import not_found
from fleetprompt.fields import Command, ListingId, OpaqueRef, ReleaseId, State
from fleetprompt.installs.model import InstallIntentReply
from fleetprompt.installs.open_intent import open_intent
from fleetprompt.installs.rules import TAKERS
from fleetprompt.pages.answers import Answer
from fleetprompt.pages.declaring import FormPage
from fleetprompt.pages.rendering import with_query
from fleetprompt.pages.visit import Visit
from fleetprompt.pages.words import label

PATH: Final = "/install"
FIELD_OF: Final = {
    "listingId": "listingId",
    "releaseId": "releaseId",
    "targetSystem": "targetSystem",
    "telespaceId": "targetContext.telespaceId",
    "roomId": "targetContext.roomId",
    "orgId": "targetContext.orgId",
    "state": "state",
}
"""What a link's parameters are called in the form."""


class InstallLink(Command):
    """The address that somebody is sent in by: from a listing's page, or by a partner system."""

    listing_id: ListingId
    release_id: ReleaseId | UnsetType = UNSET
    target_system: InstallTargetSystem | UnsetType = UNSET
    telespace_id: OpaqueRef | UnsetType = UNSET
    room_id: OpaqueRef | UnsetType = UNSET
    org_id: OpaqueRef | UnsetType = UNSET
    state: State | UnsetType = UNSET

    def contradictions(self) -> Iterator[tuple[str, str]]:
        """What a form could not carry unchanged: browsers write every line break in their own way."""
        texts = (
            ("telespaceId", self.telespace_id),
            ("roomId", self.room_id),
            ("orgId", self.org_id),
            ("state", self.state),
        )
        for name, text in texts:
            if text is not UNSET and ("\n" in text or "\r" in text):
                yield name, "must hold no line breaks here"


async def _show(visit: Visit) -> Answer:
    if not visit.form.was_sent:
        link = visit.read(InstallLink)
        given = {FIELD_OF[name]: values[-1] for name, values in visit.query.items() if name in FIELD_OF and values[-1]}
        is_settled = link.target_system is not UNSET
        visit.use(visit.form.starting_with({**given, **({"isSettled": "true"} if is_settled else {})}))
    form = visit.form
    detail: ListingDetail = (await visit.ask(show_listing, listingId=form.value("listingId"))).listing_detail
    release = await _release(visit, detail)
    takers = [system for system in InstallTargetSystem if system in TAKERS[AssetKind(detail.listing.asset_kind)]]
    wanted = next((system for system in InstallTargetSystem if system == form.value("targetSystem")), None)
    if wanted not in takers and not form.was_sent:
        visit.use(form.starting_with({**form.initial, "targetSystem": takers[0].value}))
    return visit.html(
        "installs/install.html",
        listing=detail.listing,
        release=release,
        latest_url=with_query(PATH, listingId=detail.listing.listing_id),
        choices=[_choice(visit, system) for system in takers],
        settled=wanted if wanted in takers and form.value("isSettled") else None,
        unfit=wanted if wanted is not None and wanted not in takers else None,
        another_url=with_query(
            PATH, listingId=detail.listing.listing_id, releaseId=form.value("releaseId") and release.release_id
        ),
    )


async def _release(visit: Visit, detail: ListingDetail) -> PublicRelease:
    """The release that is named, or the one that the listing offers first."""
    release_id = visit.form.value("releaseId")
    if not release_id:
        if not detail.latest_release:
            raise not_found()
        release_id = detail.latest_release.release_id
    release: PublicRelease = (await visit.ask(show_release, releaseId=release_id)).release
    if release.listing_id != detail.listing.listing_id:
        raise not_found()
    return release


def _choice(visit: Visit, system: InstallTargetSystem) -> tuple[str, str, str]:
    """A system to choose, what it is called, and how a token comes to it."""
    url = visit.services.settings.install_urls.get(system)
    way = f"Hands over at {urlsplit(url).netloc}." if url else "You copy the token, and give it to that system."
    return system.value, label(system), way


async def _opened(visit: Visit, result: InstallIntentReply) -> Answer:
    return visit.send_on(f"/installs/{result.install_intent.install_intent_id}")


INSTALL: Final = FormPage(
    name="install",
    path=PATH,
    show=_show,
    reads=(show_listing, show_release),
    who=Access.SIGNED_IN,
    operation=open_intent,
    done=_opened,
    makes_new=True,
)

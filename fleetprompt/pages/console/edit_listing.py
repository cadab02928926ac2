"""Creating a listing and editing it, with a preview of its description, and nothing lost where two people edit."""

from __future__ import annotations

from typing import Final

from fleetprompt.authz import Access
from fleetprompt.enums import AssetKind
from fleetprompt.listings.create import create
from fleetprompt.listings.model import ListingReply, PublisherListing
from fleetprompt.listings.reads import get_own, preview_markdown
from fleetprompt.listings.revise import revise
from fleetprompt.pages.answers import Answer
from fleetprompt.pages.console import content
from fleetprompt.pages.console.judged_text import JudgedText, judged_text, take_suggestion, where_refused
from fleetprompt.pages.declaring import FormPage
from fleetprompt.pages.visit import Visit

TEXT: Final = "description.markdown"
THEIRS: Final = "theirs"
NEW_PATH: Final = "/console/listings/new"
KINDS: Final[tuple[tuple[AssetKind, str, str], ...]] = (
    (AssetKind.WHS_AGENT, "Agent", "Runs in WHS; its releases name an agent there."),
    (AssetKind.AGENTROMATIC_WORKFLOW, "Workflow", "Runs in Agentromatic; its releases name a workflow there."),
    (AssetKind.SPEC_ASSET, "Spec", "Names a spec; all three systems take it."),
)


async def _show_new(visit: Visit) -> Answer:
    return _new(visit, await where_refused(visit, TEXT))


def _new(visit: Visit, judged: JudgedText | None) -> Answer:
    return visit.html("console/new_listing.html", kinds=KINDS, judged=judged)


async def _preview_new(visit: Visit) -> Answer:
    return _new(visit, await judged_text(visit, TEXT))


async def _take_new(visit: Visit) -> Answer:
    return _new(visit, await take_suggestion(visit, TEXT))


async def _created(visit: Visit, result: ListingReply) -> Answer:
    return visit.see_other(f"/console/listings/{result.listing.listing_id}", notice="created")


async def _show_edit(visit: Visit) -> Answer:
    judged = await where_refused(visit, TEXT)
    return _edit(visit, await _listing(visit), judged)


def _edit(visit: Visit, listing: PublisherListing, judged: JudgedText | None) -> Answer:
    form = visit.form.editing(listing.etag).starting_with(content.fields_of(listing))
    is_stale = form.was_sent and form.etag != listing.etag
    if not form.was_sent and listing.description.markdown:
        judged = JudgedText(shown=listing.description)
    found = content.differences(form.typed, listing) if is_stale else ()
    visit.use(form.over(listing.etag) if is_stale else form)
    return visit.html("console/edit_listing.html", listing=listing, judged=judged, is_stale=is_stale, differences=found)


async def _preview_edit(visit: Visit) -> Answer:
    judged = await judged_text(visit, TEXT)
    return _edit(visit, await _listing(visit), judged)


async def _take_edit(visit: Visit) -> Answer:
    judged = await take_suggestion(visit, TEXT)
    return _edit(visit, await _listing(visit), judged)


async def _take_theirs(visit: Visit) -> Answer:
    """The form with the parts that she ticked as they are stored now, the others as she typed them."""
    listing = await _listing(visit)
    form = visit.form
    typed = content.with_parts_of(form.typed, listing, form.values(THEIRS))
    visit.use(form.with_typed({field: values for field, values in typed.items() if field != THEIRS}))
    return _edit(visit, listing, None)


async def _saved(visit: Visit, result: ListingReply) -> Answer:
    return visit.see_other(f"/console/listings/{result.listing.listing_id}/edit", notice="saved")


async def _listing(visit: Visit) -> PublisherListing:
    reply: ListingReply = await visit.ask(get_own)
    return reply.listing


NEW_LISTING: Final = FormPage(
    name="new_console_listing",
    path=NEW_PATH,
    show=_show_new,
    operation=create,
    done=_created,
    makes_new=True,
    who=Access.PUBLISHER,
    also={"preview": _preview_new, "suggestion": _take_new, "row": _show_new},
    also_reads=(preview_markdown,),
)
EDIT_LISTING: Final = FormPage(
    name="edit_console_listing",
    path="/console/listings/{listingId}/edit",
    show=_show_edit,
    reads=(get_own,),
    operation=revise,
    done=_saved,
    who=Access.PUBLISHER,
    also={"preview": _preview_edit, "suggestion": _take_edit, "theirs": _take_theirs, "row": _show_edit},
    also_reads=(preview_markdown,),
)

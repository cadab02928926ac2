"""Finding any listing, whatever its status, and anything by its id."""

from __future__ import annotations

from typing import Any, Final

from fleetprompt.authz import Access
from fleetprompt.enums import ListingStatus
from fleetprompt.errors import Code, Refusal
from fleetprompt.moderation.model import AdminListingItem
from fleetprompt.moderation.reads import list_listings
from fleetprompt.pages.answers import Answer, Html
from fleetprompt.pages.declaring import Page
from fleetprompt.pages.rendering import with_query
from fleetprompt.pages.visit import Visit
from fleetprompt.runtime.pagination import Page as Found

SHOWN: Final = 50
PATH: Final = "/moderation/listings"
_TOLD_HERE: Final = frozenset({Code.VALIDATION_FAILED, Code.UNAVAILABLE})

PLACES: Final = {
    "lst": "/moderation/listings/{}",
    "rel": "/moderation/releases/{}",
    "int": "/moderation/intents/{}",
    "usr": "/moderation/users/{}",
    "pub": "/moderation/publishers/{}",
    "rpt": "/moderation/reports/{}/resolve",
    "evt": "/moderation/audit?eventId={}",
    "req": "/moderation/audit?requestId={}",
    "prt": "/moderation/audit?actor={}",
}
"""Where an id is looked at, by its prefix."""


async def _show(visit: Visit) -> Answer:
    text = visit.query.get("q", [""])[0].strip()
    if place := place_of(text):
        return visit.see_other(place)
    asked = visit.asked("q", "status", "publisherId", "flagged")
    context: dict[str, Any] = {
        "asked": {name: values[0] for name, values in asked.items()},
        "everybodys_url": with_query(PATH, **{name: each for name, each in asked.items() if name != "publisherId"}),
        "statuses": list(ListingStatus),
        "found": [],
        **visit.pager(PATH, None, **asked),
        "refusal": None,
    }
    try:
        found: Found[AdminListingItem] = await visit.ask(list_listings, **asked, **visit.asked("cursor"), limit=SHOWN)
    except Refusal as refusal:
        if refusal.code not in _TOLD_HERE:
            raise
        return Html("moderation/listings.html", {**context, "refusal": refusal}, refusal=refusal)
    pager = visit.pager(PATH, found.next_cursor, **asked)
    return Html("moderation/listings.html", {**context, "found": found.items, **pager})


def place_of(text: str) -> str:
    """Where the thing with this id is looked at; empty where the text is no id."""
    prefix, _, suffix = text.partition("_")
    is_id = prefix in PLACES and len(suffix) == 26 and suffix.isascii() and suffix.isalnum()
    return PLACES[prefix].format(text) if is_id else ""


LISTINGS: Final = Page(name="moderation_listings", path=PATH, show=_show, reads=(list_listings,), who=Access.ADMIN)

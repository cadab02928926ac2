"""A publisher, and what she has listed."""

from __future__ import annotations

from typing import Final

from fleetprompt.catalog.model import FoundListing
from fleetprompt.catalog.reads import search, show_publisher
from fleetprompt.enums import ListingSort
from fleetprompt.pages.answers import Answer
from fleetprompt.pages.declaring import Page
from fleetprompt.pages.visit import Visit
from fleetprompt.runtime.pagination import Page as Found

SHOWN: Final = 20


async def _show(visit: Visit) -> Answer:
    publisher = (await visit.ask(show_publisher)).publisher
    found: Found[FoundListing] = await visit.ask(
        search, publisherId=publisher.publisher_id, sort=ListingSort.UPDATED, **visit.asked("cursor"), limit=SHOWN
    )
    path = f"/publishers/{publisher.publisher_id}"
    return visit.html(
        "storefront/publisher.html",
        publisher=publisher,
        listings=found.items,
        **visit.pager(path, found.next_cursor),
    )


PUBLISHER: Final = Page(
    name="publisher",
    path="/publishers/{publisherId}",
    show=_show,
    reads=(show_publisher, search),
    is_public=True,
)

"""The first page: what this is, what is new, what there is to choose from."""

from __future__ import annotations

from typing import Final

from fleetprompt.catalog.reads import list_popular, search, show_facets
from fleetprompt.enums import AssetKind, ListingSort
from fleetprompt.pages.answers import Answer
from fleetprompt.pages.declaring import Page
from fleetprompt.pages.visit import Visit

NEW_LISTINGS: Final = 6
POPULAR_LISTINGS: Final = 4
CATEGORIES_SHOWN: Final = 10
TAGS_SHOWN: Final = 16


async def _show(visit: Visit) -> Answer:
    newest = await visit.ask(search, sort=ListingSort.NEWEST, limit=NEW_LISTINGS)
    popular = await visit.ask(list_popular, limit=POPULAR_LISTINGS)
    facets = await visit.ask(show_facets)
    counts = {count.value: count.count for count in facets.kinds}
    return visit.html(
        "storefront/home.html",
        newest=newest.items,
        popular=popular.items,
        kinds=[(kind, counts.get(kind, 0)) for kind in AssetKind],
        categories=facets.categories[:CATEGORIES_SHOWN],
        tags=facets.tags[:TAGS_SHOWN],
    )


HOME: Final = Page(name="home", path="/", show=_show, reads=(search, list_popular, show_facets), is_public=True)

"""Searching: text, filters, sort, and what was found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from fleetprompt.catalog.model import Facets, FoundListing
from fleetprompt.catalog.reads import search, show_facets
from fleetprompt.enums import AssetKind, ListingSort
from fleetprompt.errors import Code, Refusal
from fleetprompt.pages.answers import Answer, Html
from fleetprompt.pages.declaring import Page
from fleetprompt.pages.highlight import Segment, segments
from fleetprompt.pages.rendering import with_query
from fleetprompt.pages.visit import Visit
from fleetprompt.pages.words import label
from fleetprompt.runtime.pagination import Page as Found

SHOWN: Final = 20
FACETS_SHOWN: Final = 12
PATH: Final = "/search"
_TOLD_HERE: Final = frozenset({Code.VALIDATION_FAILED, Code.UNAVAILABLE})


class Narrowing:
    """What is searched for, and the addresses of the same search with a little more or less to it.

    Every address begins at the first page.
    """

    def __init__(self, visit: Visit) -> None:
        asked = visit.asked("q", "tags", "categories", "assetKind", "publisherId", "sort")
        if "q" not in asked and asked.get("sort") == [ListingSort.RELEVANCE]:
            del asked["sort"]
        self.asked: dict[str, list[str]] = asked
        self.cursor: dict[str, list[str]] = visit.asked("cursor")

    @property
    def q(self) -> str:
        """The text."""
        return self.asked.get("q", [""])[0]

    @property
    def sort(self) -> str:
        """The order that is asked for, or that a search without one has."""
        return self.asked.get("sort", [ListingSort.RELEVANCE if self.q else ListingSort.NEWEST])[0]

    def has(self, name: str, value: str) -> bool:
        """Whether a filter is on."""
        return value in self.asked.get(name, [])

    def with_one(self, name: str, value: str) -> str:
        """With one value more of a filter that takes several."""
        return with_query(PATH, **{**self.asked, name: [*self.asked.get(name, []), value]})

    def with_only(self, name: str, value: str = "") -> str:
        """With this value of a filter, or without any."""
        return with_query(PATH, **{**self.asked, name: value})

    def without(self, name: str, value: str) -> str:
        """Without one value of a filter."""
        return with_query(PATH, **{**self.asked, name: [each for each in self.asked[name] if each != value]})

    @property
    def first_url(self) -> str:
        """The first page, where this is another."""
        return with_query(PATH, **self.asked) if self.cursor else ""

    def next_url(self, cursor: str | None) -> str:
        """The page behind this one; empty at the end."""
        return with_query(PATH, **self.asked, cursor=cursor) if cursor else ""


async def _show(visit: Visit) -> Answer:
    narrowing = Narrowing(visit)
    facets: Facets = await visit.ask(show_facets)
    try:
        found: Found[FoundListing] = await visit.ask(search, **narrowing.asked, **narrowing.cursor, limit=SHOWN)
    except Refusal as refusal:
        if refusal.code not in _TOLD_HERE:
            raise
        return Html("storefront/search.html", _context(narrowing, facets, refusal=refusal), refusal=refusal)
    return Html("storefront/search.html", _context(narrowing, facets, found=found))


def _context(
    narrowing: Narrowing, facets: Facets, *, found: Found[FoundListing] | None = None, refusal: Refusal | None = None
) -> dict[str, Any]:
    kinds = {count.value: count.count for count in facets.kinds}
    return {
        "narrowing": narrowing,
        "kinds": [(kind, kinds.get(kind, 0)) for kind in AssetKind],
        "kind_words": {kind.value: label(kind) for kind in AssetKind},
        "categories": facets.categories[:FACETS_SHOWN],
        "tags": facets.tags[:FACETS_SHOWN],
        "sorts": [sort for sort in ListingSort if narrowing.q or sort is not ListingSort.RELEVANCE],
        "found": [] if found is None else [(each, _marked(each, narrowing.q)) for each in found.items],
        "next_url": "" if found is None else narrowing.next_url(found.next_cursor),
        "refusal": refusal,
    }


@dataclass(frozen=True)
class Marked:
    """What a found listing shows, with what was searched for marked; tags in which it stands come first."""

    name: list[Segment]
    summary: list[Segment]
    publisher: list[Segment]
    tags: list[tuple[str, list[Segment]]]


def _marked(listing: FoundListing, q: str) -> Marked:
    tags = [(tag, segments(tag, q)) for tag in listing.tags]
    return Marked(
        name=segments(listing.name, q, is_name=True),
        summary=segments(listing.summary, q),
        publisher=segments(listing.publisher.display_name, q),
        tags=sorted(tags, key=lambda each: not any(segment.is_match for segment in each[1])),
    )


SEARCH: Final = Page(name="search", path=PATH, show=_show, reads=(search, show_facets), is_public=True)

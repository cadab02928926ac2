"""Every list and every lookup of the catalog is served by an index, among 100 000 listings (spec 8)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from fleetprompt import ids, search_text
from fleetprompt.authz import PUBLIC
from fleetprompt.catalog.statements import facets, installs, listings, market, publishers, releases
from fleetprompt.catalog.statements.matches import WALKED_MAX
from fleetprompt.catalog.statements.search import CANDIDATES_MAX, Search, search_page
from fleetprompt.enums import AssetKind, ListingSort
from fleetprompt.search_text import text_query
from fleetprompt.store.statements import REGISTRY, Bound
from tests.support.databases import Database
from tests.support.large_market import (
    BUSY_LISTING,
    BUSY_PUBLISHER,
    COMMON_CATEGORY,
    COMMON_TAG,
    COMMON_WORD,
    LISTINGS,
    RARE_TAG,
    RARE_WORD,
    START_MS,
    WORD_OF_EVERY_PUBLISHER,
    listing_id,
    publisher_id,
    release_id,
)
from tests.support.plans import Case, assert_sound, explain

FETCH = 201
PAGE = 4 * FETCH + 100
"""What one page reads: each row in its order, as a listing, its publisher, its statistics; and who is suspended."""

SEARCH = PAGE + WALKED_MAX + 4 * CANDIDATES_MAX
"""A search also looks through the newest listings, through publishers, and reads its candidates again to rank them."""

NEWEST, UPDATED, NAME, RELEVANCE = (
    ListingSort.NEWEST,
    ListingSort.UPDATED,
    ListingSort.NAME,
    ListingSort.RELEVANCE,
)
MIDDLE = listing_id(LISTINGS // 2)
IN_THE_MIDDLE = {NEWEST: (0, MIDDLE), UPDATED: (START_MS + 5 * 10**8, MIDDLE), NAME: ("mika", MIDDLE)}


def _search(
    sort: ListingSort = NEWEST,
    q: str | None = None,
    *,
    tags: tuple[str, ...] = (),
    categories: tuple[str, ...] = (),
    asset_kind: AssetKind | None = None,
    publisher: int | None = None,
    after: tuple[Any, UUID] | None = None,
) -> Bound[Any]:
    text = None if q is None else text_query(q)
    return search_page(
        PUBLIC,
        Search(
            sort=sort,
            text=text,
            matching=search_text.matching(text, tags, categories),
            narrowing=search_text.matching(None, tags, categories),
            asset_kind=asset_kind,
            publisher_id=None if publisher is None else publisher_id(publisher),
            after=after,
            fetch=FETCH,
        ),
    )


def _walk(bound: Bound[Any], *indexes: str, rows: int = PAGE) -> Case:
    return Case(bound, frozenset(indexes), rows)


def _match(bound: Bound[Any], rows: int = SEARCH) -> Case:
    return Case(bound, frozenset({"listings_search_ix", "listings_newest_ix"}), rows)


WALKS: dict[str, Case] = {
    **{f"all by {sort}": _walk(_search(sort), f"listings_{sort}_ix") for sort in IN_THE_MIDDLE},
    **{
        f"all by {sort}, from the middle": _walk(_search(sort, after=after), f"listings_{sort}_ix")
        for sort, after in IN_THE_MIDDLE.items()
    },
    **{
        f"a kind by {sort}": _walk(
            _search(sort, asset_kind=AssetKind.SPEC_ASSET),
            *(f"listings_kind_{sort}_ix", f"listings_{sort}_ix"),
            rows=PAGE + 4 * FETCH,
        )
        for sort in IN_THE_MIDDLE
    },
    **{
        f"a publisher by {sort}": _walk(_search(sort, publisher=publisher), f"listings_publisher_{index}_ix")
        for sort, index in ((NEWEST, "status"), (UPDATED, "published"), (NAME, "name"))
        for publisher in (BUSY_PUBLISHER,)
    },
    "a publisher's of a kind": _walk(
        _search(publisher=BUSY_PUBLISHER, asset_kind=AssetKind.SPEC_ASSET),
        *("listings_publisher_status_ix", "listings_publisher_newest_ix", "listings_publisher_published_ix"),
        rows=PAGE + LISTINGS // 50,
    ),
}

MATCHES: dict[str, Case] = {
    **{f"a common tag by {sort}": _match(_search(sort, tags=(COMMON_TAG,))) for sort in IN_THE_MIDDLE},
    **{f"a rare tag by {sort}": _match(_search(sort, tags=(RARE_TAG,))) for sort in IN_THE_MIDDLE},
    "a common tag and a common category": _match(_search(tags=(COMMON_TAG,), categories=(COMMON_CATEGORY,))),
    "a common tag, from the middle": _match(_search(tags=(COMMON_TAG,), after=(0, MIDDLE))),
    **{f"a common word by {sort}": _match(_search(sort, COMMON_WORD)) for sort in ListingSort},
    **{f"a rare word by {sort}": _match(_search(sort, RARE_WORD)) for sort in ListingSort},
    **{f"a beginning by {sort}": _match(_search(sort, COMMON_WORD[:3])) for sort in ListingSort},
    **{f"two common words by {sort}": _match(_search(sort, "kaka kalo"), LISTINGS // 8) for sort in ListingSort},
    "a misspelt word": _match(_search(RELEVANCE, "belgrados")),
    "a short word": _match(_search(RELEVANCE, "ka")),
    "no such word": _match(_search(RELEVANCE, "quetzalcoatl")),
    "a word of every publisher": _match(_search(RELEVANCE, WORD_OF_EVERY_PUBLISHER), LISTINGS // 2),
    "a word of every publisher by newest": _match(_search(NEWEST, WORD_OF_EVERY_PUBLISHER), LISTINGS // 2),
    "a publisher and a word": _match(_search(RELEVANCE, f"{WORD_OF_EVERY_PUBLISHER} kaka"), LISTINGS // 2),
    "many common words": _match(_search(RELEVANCE, "kaka kalo kami karen kasta kavor kate kanu"), LISTINGS // 4),
    "a word, a tag, a kind and a publisher": _match(
        _search(
            RELEVANCE,
            COMMON_WORD,
            tags=(COMMON_TAG,),
            asset_kind=AssetKind.SPEC_ASSET,
            publisher=BUSY_PUBLISHER,
        )
    ),
}

LOOKUPS: dict[str, Case] = {
    "a listing": Case(
        listings.detail(PUBLIC, listing_id(BUSY_LISTING), fetch=21),
        frozenset({"releases_status_ix", "releases_pkey"}),
        30,
    ),
    "a listing that is a draft": Case(listings.detail(PUBLIC, listing_id(18), fetch=21), frozenset(), 5),
    "a page of releases": Case(
        releases.page(PUBLIC, listing_id(BUSY_LISTING), include_revoked=False, after_id=ids.LAST, fetch=FETCH),
        frozenset({"releases_status_ix", "releases_pkey"}),
        FETCH + 50,
    ),
    "a page of releases with revoked ones": Case(
        releases.page(
            PUBLIC, listing_id(BUSY_LISTING), include_revoked=True, after_id=release_id(BUSY_LISTING), fetch=FETCH
        ),
        frozenset({"releases_pkey"}),
        FETCH + 5,
    ),
    "new releases": Case(
        market.new_releases(PUBLIC, after=None, fetch=FETCH), frozenset({"releases_newest_ix"}), 4 * FETCH
    ),
    "new releases, from the middle": Case(
        market.new_releases(PUBLIC, after=(START_MS + 5 * 10**7, MIDDLE), fetch=FETCH),
        frozenset({"releases_newest_ix"}),
        4 * FETCH,
    ),
    "the most popular": Case(
        market.popular(PUBLIC, after=None, fetch=FETCH), frozenset({"stat_totals_popular_ix"}), 6 * FETCH
    ),
    "addresses of a slice": Case(
        market.addresses(PUBLIC, bounds=(0x0A00, 0x0AFF), after=None, fetch=FETCH),
        frozenset({"listings_slice_ix"}),
        2 * FETCH,
    ),
    "installs by day": Case(
        installs.installs(PUBLIC, listing_id(BUSY_LISTING), days=range(19_646, 19_676)),
        frozenset({"stat_days_pkey", "stat_days_day_ix"}),
        40,
    ),
    "a release": Case(releases.release(PUBLIC, release_id(4)), frozenset({"releases_id_ix"}), 5),
    "a publisher": Case(publishers.publisher(PUBLIC, publisher_id(4)), frozenset({"publishers_pkey"}), 2),
    "facets": Case(
        facets.facets(PUBLIC), frozenset({"facet_counts_top_ix"}), 5_000, scanned=frozenset({"facet_deltas"})
    ),
    "facet changes to fold": Case(facets.unfolded(50), frozenset({"facet_deltas_pkey"}), 100),
}


@pytest.mark.parametrize("name", [*WALKS, *MATCHES])
def test_a_search_reads_indexes_and_few_rows(name: str, market_of_100_000: Database) -> None:
    case = (WALKS | MATCHES)[name]
    plan = explain(market_of_100_000, case)
    print(f"{name}: {plan.milliseconds:.1f} ms, {plan.rows_read} rows")
    assert_sound(plan, case)


@pytest.mark.parametrize("generic", [False, True])
@pytest.mark.parametrize("name", LOOKUPS)
def test_a_lookup_reads_indexes_and_few_rows_also_planned_for_any_parameters(
    name: str, generic: bool, market_of_100_000: Database
) -> None:
    plan = explain(market_of_100_000, LOOKUPS[name], generic=generic)
    print(f"{name}: {plan.milliseconds:.1f} ms, {plan.rows_read} rows")
    assert_sound(plan, LOOKUPS[name])


def test_every_read_of_the_catalog_is_among_the_cases() -> None:
    tried = {_without_filters(case.bound.statement.name) for case in (WALKS | MATCHES | LOOKUPS).values()}
    reads = {name for name, each in REGISTRY.items() if name.startswith("catalog.") and each.row is not None}
    assert {_without_filters(name) for name in reads} == tried


def _without_filters(name: str) -> str:
    """The name of a statement whatever it is narrowed to: `catalog.walk.newest.publisher_id` walks by the newest."""
    return ".".join(name.split(".")[:3])

"""The pure decisions of listings."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise, product
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from fleetprompt.clock import day_of
from fleetprompt.constraints import Precondition
from fleetprompt.enums import AssetKind, ListingStatus
from fleetprompt.errors import Reason
from fleetprompt.listings import rules, shapes
from fleetprompt.listings.model import Content, CreateListing, DescriptionSource, Facet, Image, Links, ReviseListing
from fleetprompt.listings.rules import DayCounts, FacetChange

DRAFT, PUBLISHED, UNLISTED, SUSPENDED = ListingStatus

LAWFUL = {
    (DRAFT, PUBLISHED),
    (PUBLISHED, UNLISTED),
    (PUBLISHED, DRAFT),
    (UNLISTED, PUBLISHED),
    (UNLISTED, DRAFT),
}


@pytest.mark.parametrize(("before", "after"), list(product(ListingStatus, ListingStatus)))
def test_a_publisher_moves_a_listing_along_its_transitions_only(before: ListingStatus, after: ListingStatus) -> None:
    refusal = rules.refusal_to_move(before, after, published_releases=1)
    if (before, after) in LAWFUL:
        assert refusal is None
    else:
        assert refusal is not None
        assert refusal.reason is (Reason.SUSPENDED if before is SUSPENDED else Reason.TRANSITION)


@pytest.mark.parametrize("before", [DRAFT, UNLISTED])
def test_i_pubc_04_nothing_is_published_without_a_release(before: ListingStatus) -> None:
    refusal = rules.refusal_to_move(before, PUBLISHED, published_releases=0)
    assert refusal is not None
    assert refusal.reason is Reason.NO_PUBLISHED_RELEASE


slugs = st.sampled_from(["maps", "ops", "late", "x"])
facet_sets = st.builds(
    rules.public_facets,
    st.sampled_from(ListingStatus),
    st.sampled_from(AssetKind),
    st.lists(slugs, unique=True),
    st.lists(slugs, unique=True),
)


def added_up(changes: tuple[FacetChange, ...]) -> Counter[tuple[Facet, str]]:
    """The counts that changes leave behind, those of nothing left out."""
    counts: Counter[tuple[Facet, str]] = Counter()
    for change in changes:
        counts[change.facet, change.value] += change.listings
    return Counter({key: count for key, count in counts.items() if count})


@given(st.lists(facet_sets, min_size=1))
def test_the_appended_changes_add_up_to_what_the_listing_counts_towards(
    history: list[rules.PublicFacets],
) -> None:
    changes = [rules.facet_changes(before, after) for before, after in pairwise([frozenset(), *history])]
    assert added_up(sum(changes, ())) == Counter(history[-1])
    for each in changes:
        assert all(abs(change.listings) == 1 for change in each)
        assert len({(change.facet, change.value) for change in each}) == len(each)


@pytest.mark.parametrize("status", [DRAFT, UNLISTED, SUSPENDED])
def test_only_published_listings_count_towards_facets(status: ListingStatus) -> None:
    assert rules.public_facets(status, AssetKind.SPEC_ASSET, ["a"], ["b"]) == frozenset()


CONTENT = Content(
    name="Atlas",
    summary="Maps.",
    description=DescriptionSource(format="markdown", markdown="*Atlas*"),
    tags=("maps",),
    categories=("logistics",),
    images=(Image(url="https://img.example.org/1.png", alt="The map"),),
    links=Links(docs_url="https://docs.example.org", repo_url="https://git.example.org"),
)
ID = UUID(int=0)


def test_a_change_of_nothing_keeps_everything() -> None:
    assert rules.revised(CONTENT, ReviseListing(listing_id=ID), None) == CONTENT
    assert rules.changed_fields(CONTENT, CONTENT) == ()


def test_null_clears_whatever_is_optional() -> None:
    nothing = ReviseListing(
        listing_id=ID, summary=None, description=None, tags=None, categories=None, images=None, links=None
    )
    cleared = rules.revised(CONTENT, nothing, None)
    assert cleared == rules.content_of(CreateListing(asset_kind=AssetKind.WHS_AGENT, name="Atlas"), None)
    assert rules.changed_fields(CONTENT, cleared) == (
        "summary",
        "description",
        "tags",
        "categories",
        "images",
        "links",
    )


def test_the_description_is_the_one_in_normal_form() -> None:
    source = DescriptionSource(format="markdown", markdown="a\r\n")
    revised = rules.revised(CONTENT, ReviseListing(listing_id=ID, description=source), "a\n")
    assert revised.description == DescriptionSource(format="markdown", markdown="a\n")
    assert rules.changed_fields(CONTENT, revised) == ("description",)


@pytest.mark.parametrize(
    ("if_match", "is_stale"),
    [
        (UNSET, False),
        (Precondition(('"3"',)), False),
        (Precondition(('"1"', '"3"')), False),
        (Precondition(("*",)), False),
        (Precondition(('"2"',)), True),
        (Precondition(()), True),
    ],
)
def test_i_pubc_02_an_edit_is_stale_unless_it_names_the_current_version(if_match: Precondition, is_stale: bool) -> None:
    refusal = rules.stale_edit(if_match, revision=3)
    assert (refusal is not None) == is_stale
    assert refusal is None or refusal.reason is Reason.STALE_EDIT


@given(st.integers(0, 40_000), st.integers(1, 90), st.data())
def test_statistics_leave_out_no_day_and_their_sums_add_up(today: int, days: int, data: st.DataObject) -> None:
    first_day = today - days + 1
    busy = data.draw(st.sets(st.integers(first_day, today)))
    counts = [DayCounts(day, install_intents=day % 7, redemptions=1) for day in busy]
    stats = shapes.stats(rules.every_day(counts, range(first_day, today + 1)))
    assert len(stats.days) == days
    assert [each.day for each in stats.days] == sorted(each.day for each in stats.days)
    assert stats.total.redemptions == len(busy)
    assert stats.total.install_intents == sum(day % 7 for day in busy)


@pytest.mark.parametrize(("epoch_ms", "name"), [(0, "1970-01-01"), (1_709_251_199_999, "2024-02-29")])
def test_a_day_is_named_in_utc(epoch_ms: int, name: str) -> None:
    day = day_of(epoch_ms)
    assert shapes.stats(rules.every_day([], [day])).days[0].day == name

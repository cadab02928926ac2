"""How far a search goes among 100 000 listings (spec 6.3)."""

from __future__ import annotations

from typing import Any

import pytest

from fleetprompt import ids
from fleetprompt.catalog.statements.search import CANDIDATES_MAX
from tests.conftest import Start
from tests.support.browsing import walk
from tests.support.callers import Caller
from tests.support.databases import Database
from tests.support.large_market import COMMON_TAG, COMMON_WORD, RARE_TAG, WORD_OF_EVERY_PUBLISHER

IS_PUBLIC = "status = 'published' and publisher_id in (select id from publishers where suspended_at_ms is null)"


@pytest.fixture
async def visitor(start: Start, market_of_100_000: Database) -> Caller:
    return (await start(on=market_of_100_000)).people.visitor()


def _newest(database: Database, condition: str, count: int, *values: object) -> list[str]:
    """The ids of the newest public listings that meet a condition, found without any index of words."""
    rows = database.rows(
        f"select id from listings where {IS_PUBLIC} and {condition} order by id desc limit {count}", *values
    )
    return [ids.encode("lst", row_id) for (row_id,) in rows]


def _ids(items: list[dict[str, Any]]) -> list[str]:
    return [item["listingId"] for item in items]


@pytest.mark.parametrize("sort", ["updated", "name"])
async def test_by_name_and_by_last_update_the_newest_thousand_matches_are_covered(
    sort: str, visitor: Caller, market_of_100_000: Database
) -> None:
    found = await walk(visitor, tags=COMMON_TAG, sort=sort, limit=200)
    assert sorted(_ids(found)) == sorted(_newest(market_of_100_000, "%s = any(tags)", CANDIDATES_MAX, COMMON_TAG))
    key = "updatedAtMs" if sort == "updated" else "name"
    assert [item[key] for item in found] == sorted((item[key] for item in found), reverse=sort == "updated")


@pytest.mark.parametrize("sort", ["updated", "name", "newest"])
async def test_matches_that_are_fewer_than_a_thousand_are_all_found(
    sort: str, visitor: Caller, market_of_100_000: Database
) -> None:
    found = await walk(visitor, tags=RARE_TAG, sort=sort, limit=200)
    expected = _newest(market_of_100_000, "%s = any(tags)", CANDIDATES_MAX, RARE_TAG)
    assert 0 < len(expected) < CANDIDATES_MAX
    assert sorted(_ids(found)) == sorted(expected)


async def test_by_relevance_the_newest_thousand_candidates_are_ranked_and_those_of_the_very_name_besides(
    visitor: Caller, market_of_100_000: Database
) -> None:
    name = market_of_100_000.value("select name from listings where id = (select min(id::text)::uuid from listings)")
    namesakes = _newest(market_of_100_000, "name = %s", CANDIDATES_MAX, name)
    found = await walk(visitor, q=name, limit=200)
    assert _ids(found)[: len(namesakes)] == namesakes
    common = await walk(visitor, q=COMMON_WORD, limit=200)
    exact = _newest(market_of_100_000, "lower(name) = %s", CANDIDATES_MAX, COMMON_WORD)
    assert len(common) == len(set(_ids(common)))
    assert CANDIDATES_MAX <= len(common) <= CANDIDATES_MAX + len(exact)


async def test_the_newest_are_walked_to_the_end_with_a_text_and_without(
    visitor: Caller, market_of_100_000: Database
) -> None:
    publisher = market_of_100_000.value("select id from publishers where handle = 'p-0'")
    own = _newest(market_of_100_000, "publisher_id = %s", 10_000, publisher)
    publisher_id = ids.encode("pub", publisher)
    assert len(own) > CANDIDATES_MAX
    assert _ids(await walk(visitor, publisherId=publisher_id, limit=200)) == own
    params: dict[str, Any] = {"publisherId": publisher_id, "sort": "newest", "limit": 200}
    assert _ids(await walk(visitor, q=WORD_OF_EVERY_PUBLISHER, **params)) == own
    tagged = _newest(market_of_100_000, "publisher_id = %s and %s = any(tags)", 10_000, publisher, COMMON_TAG)
    assert _ids(await walk(visitor, tags=COMMON_TAG, **params)) == tagged


async def test_a_publishers_own_word_is_found_beside_words_that_are_common_everywhere(
    visitor: Caller, market_of_100_000: Database
) -> None:
    publisher = market_of_100_000.value("select id from publishers where handle = 'p-4321'")
    name = market_of_100_000.value("select display_name from publishers where id = %s", publisher)
    own_word = max(name.split(), key=len)
    own = _newest(market_of_100_000, "publisher_id = %s", 1000, publisher)
    with_word = _newest(
        market_of_100_000, "publisher_id = %s and search_vector @@ %s::tsquery", 1000, publisher, f"{COMMON_WORD}:*"
    )
    assert 0 < len(with_word) < len(own)
    params: dict[str, Any] = {"publisherId": ids.encode("pub", publisher), "sort": "newest", "limit": 200}
    for filters in ({}, params):
        everything = {"sort": "newest", "limit": 200, **filters}
        both = await walk(visitor, q=f"{own_word} {WORD_OF_EVERY_PUBLISHER}", **everything)
        assert set(own) <= set(_ids(both))
        narrower = await walk(visitor, q=f"{own_word} {COMMON_WORD}", **everything)
        assert set(with_word) <= set(_ids(narrower))

"""What a search finds by its text (spec 6.3)."""

from __future__ import annotations

import secrets
from typing import Any

import pytest

from tests.support import market
from tests.support.answers import assert_error
from tests.support.browsing import SEARCH, names, page
from tests.support.callers import Caller
from tests.support.people import People, Person


@pytest.fixture(scope="module")
async def ada(people: People) -> Person:
    return await people.publisher("Ada Zuse Werkstatt")


async def _sell(publisher: Person, name: str, **over: Any) -> str:
    await market.on_sale(publisher, name=name, **over)
    return name


@pytest.mark.parametrize("q", ["quarterdeck", "QuarterDeck", "quar", "quarterdéck", "ＱＵＡＲＴＥＲ", " quarterdeck  "])
async def test_words_and_their_beginnings_are_found_ignoring_case_and_accents(q: str, api: Caller, ada: Person) -> None:
    name = f"Quarterdeck {secrets.token_hex(3)}"
    await _sell(ada, name)
    assert name in await names(api, q=q)
    assert name not in await names(api, q="arterdeck")


async def test_accents_in_what_is_stored_are_ignored_too(api: Caller, ada: Person) -> None:
    name = await _sell(ada, "Þórður Łódź ﬁnder straße")
    for q in ("thordur", "lodz", "FINDER", "strasse", "STRAẞE", "Þor"):
        assert name in await names(api, q=q), q


async def test_scripts_with_vowel_signs_keep_their_words_whole(api: Caller, ada: Person) -> None:
    name = await _sell(ada, "हिन्दी सहायक")
    assert name in await names(api, q="हिन्दी")
    assert name in await names(api, q="सहाय")
    assert name not in await names(api, q="सहय")


async def test_summary_tags_and_the_publishers_name_are_searched(api: Caller, ada: Person) -> None:
    name = await _sell(ada, "Orrery", summary="Turns gearwheels slowly", tags=["clock-work"])
    for q in ("gearw", "slowly", "clock", "work", "clock-work", "zuse", "werkst", "Ada Zuse Werkstatt"):
        assert name in await names(api, q=q), q


async def test_every_word_must_match_wherever_it_stands(api: Caller, ada: Person, people: People) -> None:
    bea = await people.publisher("Bea Babbage")
    name = await _sell(ada, "Difference Engine", summary="Counts polynomials", tags=["brass"])
    other = await _sell(bea, "Difference Clock")
    assert await names(api, q="engine brass polyn zuse") == [name]
    assert await names(api, q="difference babbage") == [other]
    assert await names(api, q="engine babbage") == []
    assert await names(api, q="difference engine unheard") == []


async def test_the_order_and_number_of_words_do_not_matter(api: Caller, ada: Person) -> None:
    name = await _sell(ada, "Copper Kettle")
    assert await names(api, q="kettle, copper! kettle") == [name]


async def test_a_word_under_three_letters_matches_whole_words_only(api: Caller, ada: Person) -> None:
    whole, longer = await _sell(ada, "Qx helper"), await _sell(ada, "Qxy helper")
    assert await names(api, q="qx") == [whole]
    assert set(await names(api, q="qxy")) == {longer}


@pytest.mark.parametrize(
    "q",
    [
        "semaphone",  # wrong
        "semaphor",  # missing at the end: also a beginning
        "emaphore",  # missing at the beginning
        "semmaphore",  # doubled
        "smeaphore",  # swapped
        "semaphoer",  # swapped at the end
        "zemaphore",  # wrong at the beginning
    ],
)
async def test_one_mistyped_letter_in_a_name_still_finds_it(q: str, api: Caller, ada: Person) -> None:
    name = f"Semaphore {secrets.token_hex(3)}"
    await _sell(ada, name)
    assert name in await names(api, q=q)


async def test_a_word_of_five_letters_is_found_when_one_of_them_is_missing(api: Caller, ada: Person) -> None:
    name = await _sell(ada, "Vigor")
    assert await names(api, q="vgor") == [name]


@pytest.mark.parametrize("q", ["smaphoer", "sofy", "skii", "gearwheelz"])
async def test_two_mistakes_short_words_and_words_outside_names_are_not_forgiven(
    q: str, api: Caller, ada: Person
) -> None:
    await _sell(ada, "Semaphore", summary="gearwheels")
    await _sell(ada, "Sofa skis")
    assert await names(api, q=q) == []


async def test_an_exact_name_comes_first_then_names_then_beginnings_then_elsewhere_then_misspelt(
    api: Caller, ada: Person
) -> None:
    exact = await _sell(ada, "Lanterns")
    misspelt = await _sell(ada, "Lantarns")
    elsewhere = await _sell(ada, "Torch", summary="Better than lanterns")
    beginning = await _sell(ada, "Lanternsmith")
    in_name, in_name_newer = await _sell(ada, "Old lanterns"), await _sell(ada, "New lanterns")
    assert await names(api, q="LÄNTERNS") == [exact, in_name_newer, in_name, beginning, elsewhere, misspelt]
    assert await names(api, q="lanterns", sort="relevance", limit=1) == await names(api, q="lanterns")


async def test_a_name_without_a_word_is_found_by_itself_alone(api: Caller, ada: Person) -> None:
    name, other = await _sell(ada, "¿?'\\"), await _sell(ada, "¿?")
    assert await names(api, q="¿?'\\") == [name]
    assert await names(api, q="¿?", sort="newest") == [other]
    assert await names(api, q="!!!") == []


@pytest.mark.parametrize("q", ["", "   ", "\u200b"])
async def test_a_blank_text_counts_as_none(q: str, api: Caller, ada: Person) -> None:
    await _sell(ada, "Anything")
    assert await names(api, q=q) == await names(api)
    answer = await api.get(SEARCH, params={"q": q, "sort": "relevance"})
    assert_error(answer, "VALIDATION_FAILED", fields=["sort"])


async def test_relevance_needs_a_text(api: Caller) -> None:
    for params in ({"sort": "relevance"}, {"sort": "relevance", "tags": "brass"}):
        assert_error(await api.get(SEARCH, params=params), "VALIDATION_FAILED", fields=["sort"])


async def test_a_text_may_be_200_characters_long(api: Caller) -> None:
    for q in ("x" * 200, "a " * 100, "ﷺ" * 200, "'\\:*|&!()<-> " * 15):
        await page(api, q=q)
    assert_error(await api.get(SEARCH, params={"q": "x" * 201}), "VALIDATION_FAILED", fields=["q"])


async def test_whatever_unfolds_into_more_characters_can_be_stored_and_found(api: Caller, ada: Person) -> None:
    name = await _sell(ada, "ﷺ" * 80, summary="㌖" * 240)
    assert name in await names(api, q=name)
    assert name in await names(api, q="㌖" * 120)


async def test_a_publishers_name_is_narrowed_by_the_listings_own_tags(api: Caller, people: People) -> None:
    cleo = await people.publisher("Cleo Quipu")
    name, plain = await _sell(cleo, "Knots", tags=["rope"]), await _sell(cleo, "Loops")
    assert await names(api, q="quipu") == [plain, name]
    assert await names(api, q="quipu", tags="rope") == [name]
    assert await names(api, q="quipu knots", tags="rope", sort="newest") == [name]
    assert await names(api, q="quipu", assetKind="spec_asset") == []
    assert await names(api, q="quipu", publisherId=cleo.publisher_id) == [plain, name]


async def test_what_is_edited_or_renamed_is_found_by_its_new_words_only(api: Caller, people: People) -> None:
    dora = await people.publisher("Dora Xylem")
    offer = await market.on_sale(dora, name="Bellows", tags=["forge"], categories=["metal"], summary="Blows air.")
    before = {"bellows", "xylem", "forge", "blows"}
    for q in before:
        assert await names(api, q=q) == ["Bellows"]
    changes = {"name": "Anvil", "tags": ["smithy"], "categories": ["iron"], "summary": "Stands still."}
    assert (await dora.patch(f"/v1/publisher/listings/{offer.listing.id}", changes)).is_success
    assert (await dora.put("/v1/publisher/profile", {"displayName": "Dora Phloem"})).is_success
    for q in ("anvil", "phloem", "smithy", "stands", "anvl"):
        assert await names(api, q=q) == ["Anvil"]
    for q in before - {"xylem"}:
        assert await names(api, q=q) == []
    assert await names(api, tags="smithy", categories="iron") == ["Anvil"]
    assert await names(api, tags="forge") == await names(api, categories="metal") == []

"""How text is made searchable (spec 6.3)."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from fleetprompt.search_text import (
    NAME_KEY_LENGTH_MAX,
    WORD_LENGTH_MAX,
    fold,
    listing_vector,
    matching,
    name_key,
    text_query,
    vector,
    words,
)

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
LETTERS = st.sampled_from("abcdefghijklmnopqrstuvwxyzäéøλж0123456789")
LONG_WORDS = st.text(LETTERS, min_size=5, max_size=20)


def _misspellings(literal: str) -> set[str]:
    return set(re.findall(r"'(~[^']*)'", literal))


def _is_found(asked: str, name: str) -> bool:
    query = text_query(asked)
    assert query is not None
    stored = listing_vector(name=name, tags=(), categories=(), summary="")
    return bool(_misspellings(query.matching) & _misspellings(stored))


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Ångström", "angstrom"),
        ("ŁÓDŹ", "lodz"),
        ("Straße", "strasse"),
        ("İstanbul ısı", "istanbul isi"),
        ("ﬁne Ⅻ ２", "fine xii 2"),
        ("a\u200db\u00adc\ufe0f", "abc"),
        ("  a \t\n b ", "a b"),
        ("ΣΊΣΥΦΟΣ", "σισυφοσ"),
        ("ℌ", "h"),
    ],
)
def test_case_accents_and_invisible_characters_are_folded_away(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(TEXT)
def test_what_is_folded_stays_as_it_is(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(TEXT)
def test_case_and_normal_form_make_no_difference(text: str) -> None:
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert fold(unicodedata.normalize(form, text)) == fold(text)
    assert fold(text.casefold()) == fold(text)


@given(TEXT)
def test_words_hold_letters_digits_and_vowel_signs_and_are_short_enough_to_be_indexed(text: str) -> None:
    for word in words(text):
        assert 1 <= len(word) <= WORD_LENGTH_MAX
        assert all(each.isalnum() or unicodedata.category(each) == "Mc" for each in word)
        assert words(word) == [word]
    assert len(name_key(text)) <= NAME_KEY_LENGTH_MAX


def test_words_are_split_at_what_is_no_letter_and_no_digit() -> None:
    assert words("it's snake_case, 2.0 C++/C#") == ["it", "s", "snake", "case", "2", "0", "c", "c"]
    assert words("¿?") == []


def test_words_carry_the_weight_and_the_place_of_where_they_stand() -> None:
    assert vector([("A", "Ada Works"), ("D", "ada")]) == "'ada':1A 'works':2A 'ada':3D"


def test_a_listing_keeps_its_words_tags_and_categories_apart() -> None:
    stored = listing_vector(name="Ada", tags=["b-c", "d"], categories=["e-f"], summary="g")
    assert stored == "'ada':1A 'b':2B 'c':3B 'd':4B 'g':5C '#b-c' '#d' '/e-f'"


def test_misspellings_are_stored_of_the_long_words_of_a_name_only() -> None:
    stored = listing_vector(name="Ada vigor", tags=["harbour"], categories=["harbour"], summary="lantern")
    assert _misspellings(stored) == {"~vigor", "~igor", "~vgor", "~vior", "~vigr", "~vigo"}


def test_a_blank_text_asks_for_nothing() -> None:
    assert text_query("") is None
    assert text_query(" \u200b\u0301 ") is None
    assert matching(None, (), ()) is None


def test_tags_and_categories_are_asked_for_beside_a_text() -> None:
    text = text_query("ab")
    assert text is not None
    assert matching(text, ["c"], ["d"]) == "('ab') & '#c' & '/d'"
    assert matching(None, ["c"], []) == "'#c'"


@given(LONG_WORDS, st.data())
def test_a_wrong_letter_still_finds_a_word(word: str, data: st.DataObject) -> None:
    at, letter = data.draw(st.integers(0, len(word) - 1)), data.draw(LETTERS)
    assert _is_found(word[:at] + letter + word[at + 1 :], word)


@given(LONG_WORDS, st.data())
def test_a_missing_letter_still_finds_a_word(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(word) - 1))
    assert _is_found(word[:at] + word[at + 1 :], word)


@given(LONG_WORDS, st.data())
def test_a_doubled_letter_still_finds_a_word(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(word) - 1))
    assert _is_found(word[: at + 1] + word[at:], word)


@given(LONG_WORDS, st.data())
def test_two_swapped_letters_still_find_a_word(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(word) - 2))
    assert _is_found(word[:at] + word[at + 1] + word[at] + word[at + 2 :], word)


@given(LONG_WORDS, LONG_WORDS)
def test_words_that_differ_in_length_by_two_never_find_each_other(one: str, other: str) -> None:
    assume(abs(len(fold(one)) - len(fold(other))) >= 2)
    assert not _is_found(one, other)

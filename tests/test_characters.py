"""Normal form and refused characters (spec 5)."""

from __future__ import annotations

import re
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetprompt.characters import (
    REFUSED_IN_A_LINE,
    REFUSED_IN_ANY_TEXT,
    formatting_character,
    has_visible_character,
    nfc,
    refused_character,
)

MARKS = "\u0301\u0316\u0315\u0345\u0f71\u0f73\u0f75\u0f81\u0344\u1dce\U0001d165\u3099\u05b0"
THE_TABLE = [chr(point) for point in range(0x110000)]


@given(st.text(st.sampled_from(MARKS + "aeü가각\u1100\u1161\u11a8नि।")) | st.text())
def test_the_normal_form_is_the_standard_one(text: str) -> None:
    assert nfc(text) == unicodedata.normalize("NFC", text)


@given(st.lists(st.sampled_from(MARKS), min_size=64, max_size=200), st.text(max_size=3), st.text(max_size=3))
def test_the_normal_form_of_a_long_run_of_marks_is_the_standard_one(run: list[str], before: str, after: str) -> None:
    text = before + "".join(run) + after
    assert nfc(text) == unicodedata.normalize("NFC", text)


def test_every_character_that_moves_under_normalization_is_seen_as_part_of_a_run() -> None:
    part_of_a_run = re.compile(r"[^\w\x00-\u02ff]")
    movable = [each for each in THE_TABLE if unicodedata.combining(unicodedata.normalize("NFD", each)[0])]
    assert len(movable) > 800
    assert [each for each in movable if not part_of_a_run.match(each)] == []


def test_normalization_shortens_no_text_to_less_than_a_quarter() -> None:
    assert max(len(unicodedata.normalize("NFD", each)) for each in THE_TABLE) == 4


def test_a_text_of_disordered_marks_is_normalized_in_time_linear_in_its_length() -> None:
    started = time.process_time()
    nfc("a" + "\u0301\u0316" * 40_000)
    assert time.process_time() - started < 1


def test_everything_that_no_string_may_hold_is_refused_everywhere() -> None:
    bidi = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    for each in THE_TABLE:
        refused = (
            each == "\x00"
            or unicodedata.category(each) == "Cs"
            or unicodedata.bidirectional(each) in bidi
            or 0xE0000 <= ord(each) <= 0xE007F
        )
        assert bool(refused_character(each, REFUSED_IN_ANY_TEXT)) == refused, hex(ord(each))


def test_a_line_refuses_every_control_character_line_separator_and_bidi_mark() -> None:
    for each in THE_TABLE:
        if unicodedata.category(each) in {"Cc", "Zl", "Zp"} or each in "\u061c\u200e\u200f":
            assert refused_character(each, REFUSED_IN_A_LINE), hex(ord(each))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("ab\x07", "must not hold the control character U+0007 (character 3)"),
        ("\u202eab", "must not hold the invisible formatting character U+202E (character 1)"),
        ("a\ud800", "must not hold the unpaired surrogate U+D800 (character 2)"),
        ("a\U000e0000", "must not hold the invisible character U+E0000 (character 2)"),
    ],
)
def test_a_refused_character_is_named_with_its_place(text: str, complaint: str) -> None:
    assert refused_character(text, REFUSED_IN_A_LINE) == complaint


def test_only_joiners_are_lawful_among_format_characters() -> None:
    lawful = [
        each for each in THE_TABLE if unicodedata.category(each) == "Cf" and not formatting_character(f"a{each}b")
    ]
    assert lawful == ["\u200c", "\u200d"]


@pytest.mark.parametrize(
    "text", ["", " ", "\u00a0\u3000", "\u200d\u200c", "\u0301", "\ufe0f", "\u3164", "\u2800 \u115f"]
)
def test_spaces_joiners_lone_marks_and_blank_letters_are_not_visible(text: str) -> None:
    assert not has_visible_character(text)
    assert has_visible_character(f"{text}x{text}")

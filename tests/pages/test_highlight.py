"""What was searched for is marked where it stands, by the words that search goes by."""

from __future__ import annotations

import pytest

from fleetprompt.pages.highlight import segments


@pytest.mark.parametrize(
    ("text", "asked", "marked"),
    [
        ("Review agent", "review", ["Review"]),
        ("Reviews a Preview", "rev", ["Reviews"]),
        ("Crème brûlée", "creme BRULEE", ["Crème", "brûlée"]),
        ("An agent", "a", []),
        ("a b", "a", ["a"]),
        ("Größe", "grosse", ["Größe"]),
        ("<b>review</b>", "review", ["review"]),
        ("審査代理", "審査", []),
        ("審査代理", "審査代", ["審査代理"]),
        ("nothing", "", []),
        ("", "x", []),
    ],
)
def test_words_and_their_beginnings_are_marked(text: str, asked: str, marked: list[str]) -> None:
    parts = segments(text, asked)
    assert "".join(part.text for part in parts) == text
    assert [part.text for part in parts if part.is_match] == marked


@pytest.mark.parametrize(
    ("name", "asked", "marked"),
    [
        ("Harbour pilot", "harbuor", ["Harbour"]),
        ("Harbour pilot", "harbourr pilt", ["Harbour", "pilot"]),
        ("Harbour pilot", "harbxxr", []),
        ("Atlas", "atals", ["Atlas"]),
        ("Map", "mpa", []),
    ],
)
def test_a_mistyped_letter_is_forgiven_in_a_name_and_nowhere_else(name: str, asked: str, marked: list[str]) -> None:
    assert [part.text for part in segments(name, asked, is_name=True) if part.is_match] == marked
    assert not any(part.is_match for part in segments(name, asked))

"""Comparing two versions of a text line by line."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from fleetprompt.pages.moderation.changes import LINES_MAX, compared

TEXTS = st.lists(st.sampled_from(["", "a", "b", "c", "A line.", "  x"]), max_size=40).map("\n".join)


@given(before=TEXTS, after=TEXTS)
def test_each_side_is_its_text_in_order_but_for_lines_that_are_the_same(before: str, after: str) -> None:
    rows = list(compared(before, after))
    old, new = before.splitlines(), after.splitlines()
    assert set(_left_out(old, [row.before for row in rows if not row.is_gap])) <= set(new)
    assert set(_left_out(new, [row.after for row in rows if not row.is_gap])) <= set(old)
    assert (old == new) != any(row.is_changed for row in rows)


def _left_out(lines: list[str], shown: list[str | None]) -> list[str]:
    """The lines of a text that a column does not show; the others stand there in their order."""
    rest, missing = iter(lines), []
    for line in (each for each in shown if each is not None):
        for skipped in rest:
            if skipped == line:
                break
            missing.append(skipped)
        else:
            raise AssertionError(f"{line!r} is not of the text, or not in its place")
    return [*missing, *rest]


def test_a_long_text_shows_what_changed_and_three_lines_around_it() -> None:
    lines = [f"Line {number}." for number in range(100)]
    rows = list(compared("\n".join(lines), "\n".join([*lines[:50], "New.", *lines[51:]])))
    assert [row.is_gap for row in rows] == [True, *[False] * 7, True]
    assert [(row.before, row.after) for row in rows if row.is_changed] == [("Line 50.", "New.")]


def test_texts_made_to_be_slow_to_compare_are_shown_without_it() -> None:
    before, after = "x\ny\n" * (LINES_MAX * 2), "y\nx\nz\n" * LINES_MAX
    began = time.process_time()
    rows = list(compared(before, after))
    assert time.process_time() - began < 0.5
    assert len(rows) == len(before.splitlines())

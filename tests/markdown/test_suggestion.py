"""The suggestion: the source with just the offending places escaped (spec 6.4 preview)."""

from __future__ import annotations

import pytest
from hypothesis import given

from fleetprompt.markdown import MarkdownRule, judge
from tests.markdown.hostile_samples import CHARACTERS, REFUSED, Refused
from tests.markdown.hostile_sources import hostile_sources

MENDABLE = {
    MarkdownRule.RAW_HTML,
    MarkdownRule.IMAGE,
    MarkdownRule.LINK,
    MarkdownRule.LINK_DEFINITION,
    MarkdownRule.INDENTATION,
    MarkdownRule.CHARACTER,
}


def only_backslashes_were_inserted(source: str, suggestion: str) -> bool:
    place = 0
    for character in suggestion:
        if place < len(source) and character == source[place]:
            place += 1
        elif character != "\\":
            return False
    return place == len(source)


@pytest.mark.parametrize(
    ("source", "suggestion"),
    [
        ("a <b>c</b> `<b>`", "a \\<b>c\\</b> `<b>`"),
        ("<div>\n<p>a</p>\n</div>", "\\<div>\n\\<p>a\\</p>\n\\</div>"),
        ("> - <!-- a -->", "> - \\<!-- a -->"),
        ("# a <b> #", "# a \\<b> #"),
        ("![a](https://x.example/b.png)", "!\\[a\\](https://x.example/b.png)"),
        (
            "[![a](https://x.example/b.png)](https://x.example)",
            "[!\\[a\\](https://x.example/b.png)](https://x.example)",
        ),
        ("[a](javascript:b) [c](https://x.example)", "\\[a\\](javascript:b) [c](https://x.example)"),
        ("[a](<javascript:b>)", "\\[a\\](\\<javascript:b>)"),
        ("<http://x.example>", "\\<http\\://x.example>"),
        ("see http://x.example and https://x.example", "see http\\://x.example and https://x.example"),
        ("[a]\n\n[a]: http://x.example", "[a]\n\n\\[a]: http\\://x.example"),
        ("> [a]: b\n> [c]: https://x.example", "> \\[a]: b\n> [c]: https://x.example"),
        ("| a | b |\n|---|---|\n| <i> | `<i>` |", "| a | b |\n|---|---|\n| \\<i> | `<i>` |"),
        ("| `a | <b>` |\n|---|---|", "| `a | \\<b>` |\n|---|---|"),
        ("``\n`<b>`", "\\`\\`\n`<b>`"),
        ("www.x.example/`a <b>`", "www\\.x.example/`a <b>`"),
        ("> > a\n        1. <b>", "> > a\n        1\\. \\<b>"),
        ("[^1]: https://x.example\n\n    <b>", "[^1]: https://x.example\n\n    \\<b>"),
        ("&#x202e; `&#x202e;`", "\\&#x202e; `&#x202e;`"),
        ("\u00e9\r\n<b>", "\u00e9\n\\<b>"),
    ],
)
def test_just_the_offending_places_are_escaped(source: str, suggestion: str) -> None:
    assert judge(source, suggest=True).suggestion == suggestion


@pytest.mark.parametrize("sample", REFUSED.values(), ids=REFUSED.keys())
def test_whatever_escaping_can_mend_has_a_suggestion_that_passes(sample: Refused) -> None:
    suggestion = judge(sample.source, suggest=True).suggestion
    if {rule for _, rule in sample.problems} <= MENDABLE and sample not in CHARACTERS.values():
        assert suggestion is not None
        assert judge(suggestion).problems == ()
        assert judge(suggestion).source == suggestion
    else:
        assert suggestion is None


@given(hostile_sources)
def test_a_suggestion_passes_and_differs_by_backslashes_only(source: str) -> None:
    verdict = judge(source, suggest=True)
    if not verdict.problems:
        assert verdict.suggestion is None
    elif {problem.rule for problem in verdict.problems} <= MENDABLE:
        assert verdict.suggestion is not None
        assert judge(verdict.suggestion).problems == ()
        assert only_backslashes_were_inserted(verdict.source, verdict.suggestion)


def test_a_suggestion_that_would_be_too_long_is_not_made() -> None:
    source = "<b>" + "a" * 19_997
    verdict = judge(source, suggest=True)
    assert [problem.rule for problem in verdict.problems] == [MarkdownRule.RAW_HTML]
    assert verdict.suggestion is None


def test_none_is_looked_for_unless_it_is_asked_for() -> None:
    assert judge("<b>").suggestion is None

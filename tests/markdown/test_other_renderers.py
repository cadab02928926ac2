"""Accepted sources under other CommonMark renderers, with raw HTML enabled (spec 3 Markdown).

GitHub's cmark-gfm is another implementation, in another language; so is markdown-it as everybody else configures it.
"""

from __future__ import annotations

from itertools import product
from typing import Final

import pytest
from cmarkgfm.cmark import Options, markdown_to_html_with_extensions
from hypothesis import example, given, settings
from markdown_it import MarkdownIt

from fleetprompt.markdown import judge
from tests.markdown.accepted_samples import ACCEPTED
from tests.markdown.hostile_samples import INERT, REFUSED
from tests.markdown.hostile_sources import container_soup, mark_soup
from tests.markdown.html_reading import unexpected_in_other

_EXTENSIONS: Final[tuple[list[str], ...]] = (
    [],
    ["table"],
    ["autolink"],
    ["table", "strikethrough", "autolink", "tasklist"],
)
_MODES: Final = (Options.CMARK_OPT_UNSAFE, Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES)
_STOCK: Final = (
    MarkdownIt("commonmark"),
    MarkdownIt("gfm-like"),
    MarkdownIt("js-default", {"html": True, "linkify": True}),
)
# The same sources every time: a discrepancy that nobody knew is a find for a search, not for somebody else's build.
REPEATABLY: Final = settings(derandomize=True, max_examples=400)

for _parser in _STOCK:
    if _parser.linkify is not None:  # what has no scheme is text to the policy (spec 3 Markdown)
        _parser.linkify.set({"fuzzy_link": False}).add("//", None)


def unexpected_elsewhere(source: str) -> dict[str, list[str]]:
    """What other renderers make of `source` that the policy does not allow, by renderer."""
    rendered = {
        f"cmark-gfm {extensions} {mode}": markdown_to_html_with_extensions(source, mode, extensions)
        for extensions, mode in product(_EXTENSIONS, _MODES)
    }
    for index, parser in enumerate(_STOCK):
        rendered[f"markdown-it {index}"] = parser.render(source + "\n")
    found = {name: unexpected_in_other(html) for name, html in rendered.items()}
    return {name: unexpected for name, unexpected in found.items() if unexpected}


def test_these_renderers_would_let_hostile_sources_through() -> None:
    for source in ("<script>", "[a](javascript:x)", "[^1]\n\n[^1]: <b>", "`a\n:-\n<b>`", "> > a\n        1. <b>"):
        assert unexpected_elsewhere(source)


@pytest.mark.parametrize("source", [*INERT.values(), *(sample.source for sample in ACCEPTED.values())])
def test_accepted_samples_are_safe_elsewhere(source: str) -> None:
    assert judge(source).problems == ()
    assert unexpected_elsewhere(source) == {}


@pytest.mark.parametrize("name", REFUSED.keys())
def test_suggestions_are_safe_elsewhere(name: str) -> None:
    suggestion = judge(REFUSED[name].source, suggest=True).suggestion
    assert suggestion is None or unexpected_elsewhere(suggestion) == {}


@given(mark_soup)
@example("``\n`a`\n`<b>`")
@example("[a]:~'!(**\n\n[a]")
@example("\\http://x.example")
@example("https://x.example/`<b>`")
@example("`` `a \\\\| <b>` ``\n|-|")
@example("[a]:\n~~~\n[A]")
@example("xhttps://x.example/'-http://x.example")
@REPEATABLY
def test_accepted_marks_are_safe_elsewhere(source: str) -> None:
    verdict = judge(source)
    assert verdict.problems or unexpected_elsewhere(verdict.source) == {}


@given(container_soup)
@example("> a\n    >-\n    <b>")
@example(">- ``\n    >-\n    <b>")
@example("1.    a\n    > b\nc\n\n      <b>")
@example(" [a]: https://x.example\n  \t<script>")
@example("> [a]: https://x.example\n    <b>")
@example("1.\t` a\n  <b>\n  \ta `")
@example("10. [a]: https://x.example\n``\n100. + <div")
@example(">>a\n    <!X y><?x")
@example("-   \n       \n    <div")
@REPEATABLY
def test_accepted_containers_are_safe_elsewhere(source: str) -> None:
    verdict = judge(source)
    assert verdict.problems or unexpected_elsewhere(verdict.source) == {}

"""The readings of a source: which parsers look at which text, so that no common renderer sees anything unchecked.

Besides CommonMark with every combination of tables, strikethrough and bare autolinks (spec 3 Markdown) there are two
texts that stand for what other implementations make of the source: one where footnote definitions are the containers
that GitHub's renderer takes them for, and one where every Unicode space counts as a space.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate, product
from typing import Final, NamedTuple

from fleetprompt.markdown.parsers import Dialect

_FOOTNOTE: Final = re.compile(
    r"^(?P<containers>[ \t]*(?:(?:>|[-+*]|[0-9]{1,9}[.)])[ \t]*)*)\[\^[^\]\n]+\]:[ \t]*", re.MULTILINE
)
_HTML: Final = re.compile(r"<[A-Za-z/!?]")
_SPACES: Final = re.compile(r"[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\ufeff]")


class SourceText:
    """A text with its lines, and the way from a place in a rewritten copy back to the source."""

    def __init__(self, text: str, original: SourceText | None = None) -> None:
        self.text = text
        self.lines: Final = text.split("\n")
        self._starts: Final = list(accumulate((len(line) + 1 for line in self.lines), initial=0))
        self._original = original

    def offset(self, line: int, column: int) -> int:
        """Where line `line` (from 0) has its character `column` in the source that was submitted.

        A rewriting changes the beginnings of lines only, so a place is found again by its distance from the end.
        """
        if self._original is None:
            return self._starts[line] + column
        source = self._original
        return source.offset(line, max(0, len(source.lines[line]) - (len(self.lines[line]) - column)))

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column, both from 0, of the character at `offset` of this text."""
        line = bisect_right(self._starts, offset) - 1
        return line, offset - self._starts[line]

    def start(self, line: int) -> int:
        """The offset in this text at which line `line` (from 0) starts."""
        return self._starts[line]


class Reading(NamedTuple):
    """A text, and the dialects it is read in. These differ in inline syntax only, so one block structure serves all."""

    source: SourceText
    dialects: tuple[Dialect, ...]


def readings(source: str) -> Iterator[Reading]:
    """Every reading in which the policy must find nothing wrong.

    A dialect whose marks the source does not hold would read like one that is there already, and is left out. What
    may be raw HTML is read without it too, since a parser looks for it to find the end of other blocks.
    """
    original = SourceText(source)
    rewritten = (_FOOTNOTE.sub(r"\g<containers>1.  ", source), _SPACES.sub(" ", source))
    for text, html, tables in product(
        (original, *(SourceText(text, original) for text in rewritten if text != source)),
        (True, False) if _HTML.search(source) else (True,),
        (False, True) if "|" in source else (False,),
    ):
        inline = product((False, True), (False, True))
        yield Reading(
            text, tuple(Dialect(html, tables, strikethrough, autolinks) for strikethrough, autolinks in inline)
        )

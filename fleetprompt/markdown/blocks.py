"""What the policy holds against the blocks of a source, and against the text in them (spec 3 Markdown)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from markdown_it.token import Token
from markdown_it.utils import EnvType

from fleetprompt.markdown import findings
from fleetprompt.markdown.findings import Finding
from fleetprompt.markdown.inlines import Inspected, hidden, inspect_text, url_problem
from fleetprompt.markdown.parsers import Dialect, TooDeep, checking_parser
from fleetprompt.markdown.readings import Reading, SourceText
from fleetprompt.markdown.verdict import MarkdownRule

NESTING_MAX: Final = 20
_LABEL_LENGTH_MAX: Final = 999
_LISTS: Final = frozenset({"bullet_list_open", "ordered_list_open"})
_TEXT: Final = frozenset({"paragraph_open", "heading_open", "table_open"})
_BLOCK_OPENER: Final = re.compile(r"^[ \t]*[0-9]*(?P<opener>[^\s0-9])")


def inspect_reading(reading: Reading) -> Iterator[Finding]:
    """Everything that the parsers of one reading recognize and the policy refuses."""
    inspection = _Inspection(reading)
    try:
        yield from inspection.findings()
    except TooDeep:
        yield findings.nesting(inspection.line)


class _Inspection:
    """One pass over the blocks of a reading. `line` is the one that it has come to, from 0."""

    def __init__(self, reading: Reading) -> None:
        self.line = 0
        self._source = reading.source
        self._dialects = reading.dialects
        self._env: EnvType = {}
        self._blocks = checking_parser(reading.dialects[0]).blocks(reading.source.text, self._env)
        self._inspected: dict[tuple[str, str, Dialect], Inspected] = {}

    def findings(self) -> Iterator[Finding]:
        """What this reading finds, block after block. Raises TooDeep."""
        yield from self._indentation()
        depth, in_cell, previous = 0, False, ""
        for token in self._blocks:
            self.line = token.map[0] if token.map else self.line
            if token.type.startswith(("blockquote_", "list_item_")):
                depth += token.nesting
            if depth > NESTING_MAX:
                raise TooDeep
            if token.type == "definition":
                yield from self._definition(token)
            elif token.type == "html_block":
                yield from self._html_block(token)
            elif token.type == "inline":
                yield from self._text(token, token.content, depth, in_cell)
            elif token.type == "code_block" and (depth or previous.endswith("_list_close") or self._line_above(token)):
                # Whether this is code depends on the indentation of what is above, on which renderers disagree.
                yield from self._text(token, token.content.replace("`", " "), depth, in_cell=False)
            in_cell, previous = token.type in ("th_open", "td_open"), token.type

    def _indentation(self) -> Iterator[Finding]:
        """Lines that the parser takes for the start of a block, and others for more of the paragraph before.

        To them a definition is a paragraph while it lasts: neither code nor every list can interrupt it, and text
        outside its container goes on with it. Some say the same of a list right below indented code.
        """
        escapes = {line: self._block_opener(line) for line in self._env["ambiguous"]}
        previous, first, end, outside = "", -1, -1, False
        for token in self._blocks:
            outside = outside or token.nesting < 0
            if token.map and token.map[0] == end:
                if token.type in _LISTS:
                    escapes[end] = self._block_opener(end)
                elif previous == "definition" and (token.type == "code_block" or (outside and _is_text(token))):
                    escapes[end] = (self._label_opener(first),)
                end = -1
            if token.type in ("definition", "code_block"):
                previous, (first, end), outside = token.type, _lines(token), False
        yield from (findings.indentation(line, *escapes[line]) for line in sorted(escapes))

    def _block_opener(self, line: int) -> tuple[int, ...]:
        match = _BLOCK_OPENER.search(self._source.lines[line])
        return (self._source.offset(line, match.start("opener")),) if match else ()

    def _label_opener(self, line: int) -> int:
        return self._source.offset(line, self._source.lines[line].index("["))

    def _definition(self, token: Token) -> Iterator[Finding]:
        """A link definition obeys the policy, used or not; its title and label too, for where they are just text."""
        first, end = _lines(token)
        escape = self._label_opener(first)
        if problem := url_problem(token.meta["url"]):
            yield findings.link_definition(first, problem, escape)
        if len(token.meta["label"]) > _LABEL_LENGTH_MAX:
            yield findings.label_length(first, escape)
        start = self._source.text.index("[", self._source.start(first)) + 1
        text = self._source.text[start : self._source.start(end) - 1]
        for finding in hidden(checking_parser(self._dialects[0]), self._env, text):
            if problem and finding.rule is MarkdownRule.LINK:
                continue  # it is the address itself, between angle brackets
            places = [self._source.place(start + place) for place in finding.escapes]
            yield finding._replace(line=places[0][0], escapes=tuple(self._source.offset(*place) for place in places))

    def _html_block(self, token: Token) -> Iterator[Finding]:
        first, end = _lines(token)
        escapes = []
        for line in range(first, end):
            text = self._source.lines[line]
            column = text.find("<")
            if column >= 0 and (line == first or not text[:column].strip(" \t>")):
                escapes.append(self._source.offset(line, column))
        yield findings.raw_html(first, *escapes)

    def _line_above(self, token: Token) -> str:
        first, _ = _lines(token)
        return self._source.lines[first - 1].strip() if first else ""

    def _text(self, token: Token, text: str, depth: int, in_cell: bool) -> Iterator[Finding]:
        if not text:
            return
        first, _ = _lines(token)
        while not self._source.lines[first].strip():  # the parser also trims Unicode spaces, with their lines
            first += 1
        following = "" if in_cell else "".join(self._source.lines[first + text.count("\n") + 1 :][:1])
        for dialect in dict.fromkeys(_as_far_as_it_matters(dialect, text) for dialect in self._dialects):
            key = (text, following, dialect)
            if key not in self._inspected:
                self._inspected[key] = inspect_text(checking_parser(dialect), self._env, text, following)
            inspected = self._inspected[key]
            if depth + inspected.depth > NESTING_MAX:
                raise TooDeep
            content = SourceText(token.content if inspected.found else "")
            for finding in inspected.found:
                escapes = () if in_cell else self._traced(content, first, finding.escapes)
                yield finding._replace(line=first + finding.line, escapes=escapes)

    def _traced(self, content: SourceText, first: int, places: tuple[int, ...]) -> tuple[int, ...]:
        """The offsets in the source of places in a block's text, which starts on line `first`; none where lost.

        A line of the text is a line of the source without its containers and outer white space. A cell has lost the
        backslashes before its pipes as well, so its places are left to the reading without tables.
        """
        escapes = []
        for place in places:
            line, column = content.place(place)
            bare, within = content.lines[line].strip(), self._source.lines[first + line].rstrip()
            start = len(within) - len(bare) if within.endswith(bare) else within.find(bare)
            if start < 0:
                return ()
            indent = len(content.lines[line]) - len(content.lines[line].lstrip())
            escapes.append(self._source.offset(first + line, start + column - indent))
        return tuple(escapes)


def _lines(token: Token) -> tuple[int, int]:
    """The first line of a block, from 0, and the one after its last."""
    if token.map is None:
        raise ValueError(f"a {token.type} without lines")
    return token.map[0], token.map[1]


def _is_text(token: Token) -> bool:
    """Whether a block begins with plain text, which could as well go on with a paragraph above."""
    return token.type in _TEXT and not token.markup.startswith("#")


def _as_far_as_it_matters(dialect: Dialect, text: str) -> Dialect:
    """The dialect without what makes no difference to this text; its block structure is known by now."""
    return dialect._replace(
        html=dialect.html and "<" in text,
        tables=False,
        strikethrough=dialect.strikethrough and "~~" in text,
        autolinks=dialect.autolinks and "://" in text,
    )

"""What the policy holds against a place in a source: the rule, the words for the writer, and what would mend it."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from fleetprompt.characters import REFUSED_IN_PARAGRAPHS
from fleetprompt.markdown.verdict import MarkdownProblem, MarkdownRule

FORBIDDEN: Final = re.compile(f"{REFUSED_IN_PARAGRAPHS.pattern}|[\r\u2028\u2029]")
"""What no paragraph may hold, and where some parsers end a line."""

_RAW_HTML = "Raw HTML is not allowed. Write \\< for a literal <, or put code between backticks or in a fenced block."
_STRAY_BACKTICK = "This backtick has no partner, and some renderers then take code for markup. Write \\` for it."
_IMAGE = "Images are not allowed in markdown. Link to the picture, or add it to the listing's images."
_INDENTATION = (
    "Renderers disagree on what this line belongs to. Indent it like the text of its list item, or by less than 4."
)
_NESTING = "Quotes, lists and brackets may be nested at most 20 deep."
_LABEL_LENGTH = "The label of a link definition must be at most 999 characters long."


class Finding(NamedTuple):
    """One offending place.

    line: from 0. escapes: the offsets in the source before which a backslash turns the place into text; empty where
    the place could not be traced to its characters, or where no escape helps.
    """

    rule: MarkdownRule
    message: str
    line: int
    escapes: tuple[int, ...] = ()

    def problem(self) -> MarkdownProblem:
        """The finding as a client reads it."""
        return MarkdownProblem(self.line + 1, self.rule, self.message)


def raw_html(line: int, *escapes: int) -> Finding:
    """Something that a parser takes for HTML."""
    return Finding(MarkdownRule.RAW_HTML, _RAW_HTML, line, escapes)


def stray_backtick(line: int, *escapes: int) -> Finding:
    """A backtick that opens no code span, among spans that would be refused if they were not code."""
    return Finding(MarkdownRule.RAW_HTML, _STRAY_BACKTICK, line, escapes)


def image(line: int, *escapes: int) -> Finding:
    """An image."""
    return Finding(MarkdownRule.IMAGE, _IMAGE, line, escapes)


def link(line: int, problem: str, *escapes: int) -> Finding:
    """A link that breaks the link policy; `problem` is `link_problem`'s."""
    return Finding(MarkdownRule.LINK, f"A link {problem}.", line, escapes)


def address(line: int, problem: str, *escapes: int) -> Finding:
    """A bare address that renderers turn into a link which breaks the link policy."""
    message = f"A bare address is turned into a link, and a link {problem}. Put it between backticks to show it."
    return Finding(MarkdownRule.LINK, message, line, escapes)


def link_definition(line: int, problem: str, *escapes: int) -> Finding:
    """A link definition that breaks the link policy, used or not."""
    return Finding(MarkdownRule.LINK_DEFINITION, f"The address in a link definition {problem}.", line, escapes)


def label_length(line: int, *escapes: int) -> Finding:
    """A link definition with a label longer than CommonMark allows, which some parsers take and others do not."""
    return Finding(MarkdownRule.LINK_DEFINITION, _LABEL_LENGTH, line, escapes)


def indentation(line: int, *escapes: int) -> Finding:
    """A line that begins a block for some renderers and goes on with a paragraph for others."""
    return Finding(MarkdownRule.INDENTATION, _INDENTATION, line, escapes)


def nesting(line: int) -> Finding:
    """Nesting beyond the policy's limit."""
    return Finding(MarkdownRule.NESTING, _NESTING, line)


def character(line: int, forbidden: str, *escapes: int) -> Finding:
    """A character that no text may hold, or that a character reference spells out."""
    message = f"The character U+{ord(forbidden):04X} is not allowed."
    return Finding(MarkdownRule.CHARACTER, message, line, escapes)

"""What the markdown policy says about a source: its rules, problems and verdict (spec 3 Markdown, 6.4 preview)."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

import msgspec

from fleetprompt.characters import nfc

POLICY_VERSION: Final = 1
"""Stored beside every rendered HTML; raised whenever the same source would be judged or rendered differently."""

MARKDOWN_LENGTH_MAX: Final = 20_000
"""Code points in the longest markdown field (spec 5); shorter fields set their own limit before they ask."""


class SafeHtml(str):
    """HTML that the policy rendered and both sanitizers passed: the only text that a page lets through unescaped."""

    __slots__ = ()

    @classmethod
    def stored(cls, html: str) -> SafeHtml:
        """HTML read back from a column that nothing but the policy's output is written to."""
        return cls(html)

    def __html__(self) -> str:
        """The protocol by which template engines recognize markup."""
        return str(self)


class MarkdownRule(StrEnum):
    """The rule that a place in the source breaks, as clients read it."""

    RAW_HTML = "raw_html"
    IMAGE = "image"
    LINK = "link"
    LINK_DEFINITION = "link_definition"
    INDENTATION = "indentation"
    NESTING = "nesting"
    CHARACTER = "character"
    LENGTH = "length"
    TOO_COMPLEX = "too_complex"
    UNRENDERABLE = "unrenderable"


class MarkdownProblem(msgspec.Struct, frozen=True):
    """One thing that the policy refuses: the source line it begins on (from 1), the rule, and how to mend it."""

    line: int
    rule: MarkdownRule
    message: str


class Verdict(msgspec.Struct, frozen=True):
    """What the policy says about one source.

    source: the text as it is stored (NFC, lines ended by `\\n`, no byte order mark).
    problems: by line; empty means accepted. html: only when accepted.
    suggestion: only where it was asked for and there are problems: the source with just the offending places
    escaped, itself acceptable; absent where escaping cannot mend it.
    """

    source: str
    problems: tuple[MarkdownProblem, ...]
    html: SafeHtml | None = None
    suggestion: str | None = None


def normalized(source: str) -> str:
    """The source as it is stored: NFC, lines ended by `\n`, no byte order mark before it."""
    return nfc(re.sub(r"\r\n?", "\n", source).lstrip("\ufeff"))


def too_complex(source: str) -> Verdict:
    """The verdict on a source whose judgement costs more than the policy allows."""
    message = "This text is too complex to check. Make it shorter, or simplify its tables, links and nesting."
    return Verdict(source, (MarkdownProblem(1, MarkdownRule.TOO_COMPLEX, message),))

"""What was searched for, marked where it stands: by the words that search goes by, without case and accents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from fleetprompt.search_text import PREFIX_LENGTH_MIN, words

_WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True)
class Segment:
    """A part of a text, and whether it is what was searched for."""

    text: str
    is_match: bool


def segments(text: str, asked: str) -> list[Segment]:
    """`text` in parts; a word is marked where it is a word of `asked`, or, from three letters on, begins with one."""
    wanted = words(asked)
    return list(_joined(text, wanted)) if wanted else [Segment(text, is_match=False)]


def _joined(text: str, wanted: list[str]) -> Iterator[Segment]:
    plain_from = 0
    for found in _WORD.finditer(text):
        if any(_is_meant(word, wanted) for word in words(found[0])):
            if plain_from < found.start():
                yield Segment(text[plain_from : found.start()], is_match=False)
            yield Segment(found[0], is_match=True)
            plain_from = found.end()
    if plain_from < len(text):
        yield Segment(text[plain_from:], is_match=False)


def _is_meant(word: str, wanted: list[str]) -> bool:
    return any(word == each or (len(each) >= PREFIX_LENGTH_MIN and word.startswith(each)) for each in wanted)

"""What was searched for, marked where it stands: by the words that search goes by, mistyped ones in names too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from fleetprompt.search_text import PREFIX_LENGTH_MIN, is_misspelling, words

_WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True)
class Segment:
    """A part of a text, and whether it is what was searched for."""

    text: str
    is_match: bool


def segments(text: str, asked: str, *, is_name: bool = False) -> list[Segment]:
    """`text` in parts; a word is marked where it is a word of `asked`, or, from three letters on, begins with one.

    is_name: whether one mistyped letter is forgiven, as it is in names.
    """
    wanted = words(asked)
    return list(_joined(text, wanted, is_name)) if wanted else [Segment(text, is_match=False)]


def _joined(text: str, wanted: list[str], is_name: bool) -> Iterator[Segment]:
    plain_from = 0
    for found in _WORD.finditer(text):
        if any(_is_meant(word, wanted, is_name) for word in words(found[0])):
            if plain_from < found.start():
                yield Segment(text[plain_from : found.start()], is_match=False)
            yield Segment(found[0], is_match=True)
            plain_from = found.end()
    if plain_from < len(text):
        yield Segment(text[plain_from:], is_match=False)


def _is_meant(word: str, wanted: list[str], is_name: bool) -> bool:
    begins = any(word == each or (len(each) >= PREFIX_LENGTH_MIN and word.startswith(each)) for each in wanted)
    return begins or (is_name and any(is_misspelling(each, word) for each in wanted))

"""Which characters a text may hold, and its normal form (spec 5)."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# What no string may hold: NUL, bidirectional embeddings, overrides and isolates, unpaired surrogates, tag characters.
_EVERYWHERE: Final = "\x00\u202a-\u202e\u2066-\u2069\ud800-\udfff\U000e0000-\U000e007f"
_CONTROLS: Final = "\x01-\x1f\x7f-\x9f"
_CONTROLS_BUT_TAB_AND_LINE_BREAKS: Final = "\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
_LINE_SEPARATORS_AND_BIDI_MARKS: Final = "\u2028\u2029\u061c\u200e\u200f"

REFUSED_IN_ANY_TEXT: Final = re.compile(f"[{_EVERYWHERE}]")
REFUSED_IN_PARAGRAPHS: Final = re.compile(f"[{_EVERYWHERE}{_CONTROLS_BUT_TAB_AND_LINE_BREAKS}]")
REFUSED_IN_A_LINE: Final = re.compile(f"[{_EVERYWHERE}{_CONTROLS}{_LINE_SEPARATORS_AND_BIDI_MARKS}]")

_JOINERS: Final = "\u200c\u200d"
_BLANK_LETTERS: Final = "\u115f\u1160\u2800\u3164\uffa0"
_KIND: Final = {
    "Cc": "control character",
    "Cf": "invisible formatting character",
    "Cs": "unpaired surrogate",
    "Zl": "line separator",
    "Zp": "paragraph separator",
}

# Every character that can change places under normalization is outside \w and above U+02FF.
_LONG_RUN: Final = 64
_LONG_RUN_OF_MARKS: Final = re.compile(rf"[^\w\x00-\u02ff]{{{_LONG_RUN},}}")


def nfc(text: str) -> str:
    """`text` in Unicode normal form C, in time linear in its length.

    The standard library sorts combining marks by insertion: 80 000 of them in the wrong order take it seconds.
    Long runs are therefore brought into canonical order first.
    """
    if text.isascii():
        return text
    if len(text) >= _LONG_RUN:
        text = _LONG_RUN_OF_MARKS.sub(_in_canonical_order, text)
    return unicodedata.normalize("NFC", text)


def _in_canonical_order(run: re.Match[str]) -> str:
    ordered: list[str] = []
    marks: list[str] = []
    for character in "".join(unicodedata.normalize("NFD", each) for each in run[0]):
        if unicodedata.combining(character):
            marks.append(character)
            continue
        ordered += sorted(marks, key=unicodedata.combining)
        ordered.append(character)
        marks.clear()
    ordered += sorted(marks, key=unicodedata.combining)
    return "".join(ordered)


def refused_character(text: str, refused: re.Pattern[str]) -> str | None:
    """What `text` must not hold, for its first character that is among `refused`; none of those is printable."""
    if text.isprintable():
        return None
    found = refused.search(text)
    return None if found is None else _complaint(text, found.start())


def formatting_character(text: str) -> str | None:
    """What `text` must not hold, for its first format character but ZWJ and ZWNJ, which scripts need."""
    if text.isprintable():
        return None
    for position, character in enumerate(text):
        if character not in _JOINERS and unicodedata.category(character) == "Cf":
            return _complaint(text, position)
    return None


def has_visible_character(text: str) -> bool:
    """Whether anything of `text` can be seen: more than spaces, joiners, marks without a base and blank letters."""
    return any(
        category[0] not in "MZ" and category not in _KIND and each not in _BLANK_LETTERS
        for each in text
        for category in (unicodedata.category(each),)
    )


def _complaint(text: str, position: int) -> str:
    character = text[position]
    kind = _KIND.get(unicodedata.category(character), "invisible character")
    return f"must not hold the {kind} U+{ord(character):04X} (character {position + 1})"

"""How text is made searchable: case and accents folded, words taken apart, one mistyped letter forgiven (spec 6.3).

The same functions serve the write, which stores the words, and the search, which asks for them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

TYPO_WORD_LENGTH_MIN: Final = 5
PREFIX_WORD_LENGTH_MIN: Final = 3

_WORD: Final = re.compile(r"[^\W_]+")


def fold(text: str) -> str:
    """`text` without case and accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFC", "".join(c for c in decomposed if unicodedata.category(c) != "Mn"))


def words(text: str) -> list[str]:
    """The folded words of `text`, in their order."""
    return _WORD.findall(fold(text))


def vector(weighted: Iterable[tuple[str, str]]) -> str:
    """The tsvector literal of (weight, text) pairs; a weight is one of A, B, C and D.

    Words hold letters and digits only, so quoting them is all that the literal needs.
    """
    entries: list[str] = []
    position = 1
    for weight, text in weighted:
        for word in words(text):
            entries.append(f"'{word}':{position}{weight}")
            position += 1
    return " ".join(entries)


def listing_vector(name: str, tags: Iterable[str], summary: str) -> str:
    """The tsvector literal of a listing: its name weighs A, its tags B, its summary C."""
    return vector([("A", name), ("B", " ".join(tags)), ("C", summary)])


def typo_keys(text: str) -> list[str]:
    """Each word of five letters or more, and it with any one letter left out.

    Two words that differ by one wrong, missing, doubled or swapped letter share such a key.
    """
    keys: set[str] = set()
    for word in words(text):
        if len(word) >= TYPO_WORD_LENGTH_MIN:
            keys.add(word)
            keys.update(word[:at] + word[at + 1 :] for at in range(len(word)))
    return sorted(keys)

"""How text is made searchable: case and accents folded, words taken apart, one mistyped letter forgiven (spec 6.3).

The same functions serve the writes, which store what can be searched, and the searches, which ask for it. A listing
keeps all of it in one tsvector, so that one GIN index answers for words, misspelt words, tags and categories together:

    'atlas':1A          a word, and the weight of where it stands
    '~atls'             a word of its name, five letters or longer, as it is or with one letter left out
    '#travel' '/planning'   a tag, a category
    '=***'              the whole folded name, where it holds no word
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

MISSPELT_LENGTH_MIN: Final = 5
PREFIX_LENGTH_MIN: Final = 3

# What is stored must fit into an index entry, also where compatibility forms unfold a character into eighteen.
WORD_LENGTH_MAX: Final = 64
NAME_KEY_LENGTH_MAX: Final = 200

_IGNORED: Final = frozenset({"Mn", "Me", "Cf"})
_LETTERS_WITHOUT_DECOMPOSITION: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"}
)


def fold(text: str) -> str:
    """`text` without case, accents and invisible characters, in compatibility form, single spaces between words."""
    if text.isascii():
        return " ".join(text.lower().split())
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    kept = "".join(each for each in folded if unicodedata.category(each) not in _IGNORED)
    return " ".join(unicodedata.normalize("NFC", kept.translate(_LETTERS_WITHOUT_DECOMPOSITION)).split())


def words(text: str) -> list[str]:
    """The folded words of `text`, in their order: runs of letters, digits and the vowel signs that stay on them."""
    spaced = "".join(each if each.isalnum() or unicodedata.category(each) == "Mc" else " " for each in fold(text))
    return [word[:WORD_LENGTH_MAX] for word in spaced.split() if any(map(str.isalnum, word))]


def name_key(name: str) -> str:
    """What a name is sorted by and recognized as the very same by."""
    return fold(name)[:NAME_KEY_LENGTH_MAX]


def vector(weighted: Iterable[tuple[str, str]]) -> str:
    """The tsvector literal of (weight, text) pairs; a weight is one of A, B, C and D."""
    placed = ((weight, word) for weight, text in weighted for word in words(text))
    return " ".join(f"{_quoted(word)}:{place}{weight}" for place, (weight, word) in enumerate(placed, start=1))


def listing_vector(*, name: str, tags: Iterable[str], categories: Iterable[str], summary: str) -> str:
    """The tsvector literal of a listing: the words of its name weigh A, of its tags B, of its summary C."""
    tags = tuple(tags)
    name_words = words(name)
    entries = [vector([("A", name), *(("B", tag) for tag in tags), ("C", summary)])]
    entries += sorted({_misspelt(key) for word in name_words for key in _stored_spellings(word)})
    entries += [_tag(tag) for tag in tags] + [_category(category) for category in categories]
    if not name_words:
        entries.append(_whole_name(name))
    return " ".join(filter(None, entries))


class TextQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What a text asks for, as tsquery literals that ask for every word of it.

    matching: the words, their beginnings and their misspellings, wherever they may stand. well_spelt: the same without
    misspellings. name_begins: words of the name begin so. name_holds: words of the name are so. in_publisher: the words
    one by one, as a publisher's name may hold them. name_key: the text as the key of a name.
    """

    matching: str
    well_spelt: str
    name_begins: str
    name_holds: str
    in_publisher: tuple[str, ...]
    name_key: str


def text_query(text: str) -> TextQuery | None:
    """What `text` asks for, or None where it is blank. A text without a word asks for the very name."""
    key = name_key(text)
    if not key:
        return None
    asked = list(dict.fromkeys(words(text)))
    if not asked:
        name = _whole_name(text)
        return TextQuery(
            matching=name, well_spelt=name, name_begins=name, name_holds=name, in_publisher=(), name_key=key
        )
    return TextQuery(
        matching=_all(f"({' | '.join([_begins(word), *_misspellings(word)])})" for word in asked),
        well_spelt=_all(_begins(word) for word in asked),
        name_begins=_all(_begins(word, "A") for word in asked),
        name_holds=_all(f"{_quoted(word)}:A" for word in asked),
        in_publisher=tuple(_begins(word) for word in asked),
        name_key=key,
    )


def matching(text: TextQuery | None, tags: Iterable[str], categories: Iterable[str]) -> str | None:
    """The tsquery literal of what matches a text and has every tag and category; None where nothing is asked for."""
    parts = [] if text is None else [text.matching]
    parts += [_tag(tag) for tag in tags] + [_category(category) for category in categories]
    return _all(parts) if parts else None


def is_misspelling(asked: str, of: str) -> bool:
    """Whether the folded word `asked` finds a name for its folded word `of`, one letter of it being mistyped."""
    if len(asked) < MISSPELT_LENGTH_MIN - 1:
        return False
    return not {asked, *_stored_spellings(asked)}.isdisjoint(_stored_spellings(of))


def _stored_spellings(word: str) -> Iterator[str]:
    """A name's word and it with any one letter left out; letters are those of the folded word.

    Two words that differ by one wrong, missing, doubled or swapped letter have such a spelling in common.
    """
    if len(word) >= MISSPELT_LENGTH_MIN:
        yield word
        yield from (word[:at] + word[at + 1 :] for at in range(len(word)))


def _misspellings(word: str) -> list[str]:
    """The lexemes by which `word` finds the names that it may be a misspelling of; one letter may be missing in it."""
    if len(word) < MISSPELT_LENGTH_MIN - 1:
        return []
    return [_misspelt(key) for key in dict.fromkeys((word, *_stored_spellings(word)))]


def _begins(word: str, weight: str = "") -> str:
    flags = ("*" if len(word) >= PREFIX_LENGTH_MIN else "") + weight
    return f"{_quoted(word)}:{flags}" if flags else _quoted(word)


def _all(queries: Iterable[str]) -> str:
    return " & ".join(queries)


def _misspelt(spelling: str) -> str:
    return _quoted(f"~{spelling}")


def _tag(tag: str) -> str:
    return _quoted(f"#{tag}")


def _category(category: str) -> str:
    return _quoted(f"/{category}")


def _whole_name(name: str) -> str:
    return _quoted(f"={name_key(name)}")


def _quoted(lexeme: str) -> str:
    escaped = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"

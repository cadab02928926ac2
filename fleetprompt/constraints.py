"""The rules that input is declared with, as metadata of `Annotated` (spec 3 IDs and Versions, 5).

`accept` takes a plain JSON value, `read` the text of a path, query or header; both return the decoded value or raise
`Unfit`, whose message follows the field's name, says how to mend the value and never repeats it.
"""

from __future__ import annotations

import re
from abc import ABCMeta, abstractmethod
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import msgspec

from fleetprompt import ids
from fleetprompt.characters import (
    REFUSED_IN_A_LINE,
    formatting_character,
    has_visible_character,
    nfc,
    refused_character,
)
from fleetprompt.markdown import URL_LENGTH_MAX, image_problem, link_problem
from fleetprompt.versions import VERSION_LENGTH_MAX, is_version

NOTHING: Final = UUID(int=0)
"""What a malformed or wrongly prefixed id names: no row has it, so the ordinary path answers NOT_FOUND (D0.1)."""

ENTITY_TAGS_LENGTH_MAX: Final = 1024
_TYPEID_SUFFIX_LENGTH: Final = 27

# Normalization makes a text at most four times shorter, so whatever is longer need not be normalized to be refused.
_NFC_SHRINKS_AT_MOST: Final = 4
_DIGITS: Final = re.compile("0|[1-9][0-9]{0,15}")
_ENTITY_TAG: Final = r'(?:W/)?"[\x21\x23-\x7e]*"'
_ENTITY_TAG_LIST: Final = re.compile(rf"{_ENTITY_TAG}(?:[ \t]*,[ \t]*{_ENTITY_TAG})*")


class Unfit(ValueError):
    """A value that a rule refuses."""


class _AbstractStruct(msgspec.StructMeta, ABCMeta):
    """Lets a struct have abstract methods."""


class Rule(msgspec.Struct, metaclass=_AbstractStruct, frozen=True):
    """What one value must be. The rules that are no strings in JSON have an `accept` of their own."""

    def accept(self, value: object) -> object:
        """The decoded form of a plain JSON value. Raises Unfit."""
        if not isinstance(value, str):
            raise Unfit("must be a string")
        return self.read(value)

    @abstractmethod
    def read(self, text: str) -> object:
        """The decoded form of a text. Raises Unfit."""

    @abstractmethod
    def schema(self) -> dict[str, Any]:
        """The rule as JSON Schema."""


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """What a text is made of, its length aside.

    refused: characters that it may not hold. format_characters: whether it may hold any besides ZWJ and ZWNJ.
    visible: whether something of it must be seen. pattern: what the whole must match, or `advice` says what it must be.
    as_sent: opaque to us and handed on unchanged; other texts are decoded to their normal form C.
    """

    refused: re.Pattern[str] = REFUSED_IN_A_LINE
    format_characters: bool = True
    visible: bool = False
    pattern: re.Pattern[str] | None = None
    advice: str = ""
    as_sent: bool = False
    schema: tuple[tuple[str, str], ...] = ()


class Text(Rule, frozen=True):
    """A string of `least` to `most` code points, counted in normal form C."""

    least: int
    most: int
    shape: Shape

    def read(self, text: str) -> str:
        """The text in normal form C, or as sent where it is opaque."""
        if len(text) > _NFC_SHRINKS_AT_MOST * self.most:
            raise Unfit(self._bounds())
        shape = self.shape
        normal = nfc(text)
        if complaint := refused_character(normal, shape.refused):
            raise Unfit(complaint)
        if not self.least <= len(normal) <= self.most:
            raise Unfit(self._bounds())
        if not shape.format_characters and (complaint := formatting_character(normal)):
            raise Unfit(complaint)
        if shape.visible and not has_visible_character(normal):
            raise Unfit("must hold a visible character")
        if shape.pattern is not None and not shape.pattern.fullmatch(normal):
            raise Unfit(shape.advice)
        return text if shape.as_sent else normal

    def _bounds(self) -> str:
        if self.least == self.most:
            return f"must be exactly {self.most} characters"
        return f"must be {f'{self.least} to' if self.least else 'at most'} {self.most} characters"

    def schema(self) -> dict[str, Any]:
        """A string with its bounds."""
        return {"type": "string", "minLength": self.least, "maxLength": self.most, **dict(self.shape.schema)}


class Markdown(Text, frozen=True):
    """A text that the markdown policy judges before it is stored; that takes a process of its own, and no rule does."""


class HttpsUrl(Rule, frozen=True):
    """An `https://` URL inside the one link policy; `image` also refuses SVG."""

    image: bool = False

    def read(self, text: str) -> str:
        """The URL in normal form C."""
        url = _URL.read(text)
        if problem := image_problem(url) if self.image else link_problem(url):
            raise Unfit(problem)
        return url

    def schema(self) -> dict[str, Any]:
        """A URI; the link policy asks for more than a pattern can say."""
        return {**_URL.schema(), "format": "uri", "pattern": "^https://"}


_URL: Final = Text(1, URL_LENGTH_MAX, Shape())


class SemVer(Rule, frozen=True):
    """A SemVer 2.0.0 version of at most 64 characters."""

    def read(self, text: str) -> str:
        """The version as sent."""
        if not is_version(text):
            raise Unfit(f"must be a SemVer 2.0.0 version of at most {VERSION_LENGTH_MAX} characters, such as 1.4.0")
        return text

    def schema(self) -> dict[str, Any]:
        """A bounded string."""
        return {"type": "string", "minLength": len("0.0.0"), "maxLength": VERSION_LENGTH_MAX, "format": "semver"}


class IdOf(Rule, frozen=True):
    """A TypeID with this prefix. A string that is none decodes to `NOTHING`, as if it named nothing."""

    prefix: str

    def read(self, text: str) -> UUID:
        """The UUID that is named. A wrong length is told first, so that no long text stays in the cache of ids."""
        if len(text) != len(self.prefix) + _TYPEID_SUFFIX_LENGTH:
            return NOTHING
        return ids.decode(self.prefix, text) or NOTHING

    def schema(self) -> dict[str, Any]:
        """The prefix and 26 characters of base32."""
        return {"type": "string", "pattern": f"^{self.prefix}_[0-7][0-9a-hjkmnp-tv-z]{{25}}$"}


class Range(Rule, frozen=True):
    """A whole number from `least` to `most`."""

    least: int
    most: int

    def accept(self, value: object) -> int:
        """The number; true, 1.0 and "1" are none."""
        if type(value) is not int or not self.least <= value <= self.most:
            raise Unfit(f"must be a whole number from {self.least} to {self.most}")
        return value

    def read(self, text: str) -> int:
        """The number written in plain digits."""
        return self.accept(int(text) if _DIGITS.fullmatch(text) else None)

    def schema(self) -> dict[str, Any]:
        """A bounded integer."""
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


class Flag(Rule, frozen=True):
    """True or false."""

    def accept(self, value: object) -> bool:
        """The truth value; 0, 1 and "true" are none."""
        if value is True or value is False:
            return value
        raise Unfit("must be true or false")

    def read(self, text: str) -> bool:
        """The truth value written out in lower case."""
        return self.accept({"true": True, "false": False}.get(text))

    def schema(self) -> dict[str, Any]:
        """A boolean."""
        return {"type": "boolean"}


class Choice(Rule, frozen=True):
    """One word of a closed set: the members of an enum, or literal strings."""

    words: tuple[str, ...]
    enum: type[StrEnum] | None = None

    def read(self, text: str) -> str:
        """The member, or the word itself."""
        if text not in self.words:
            raise Unfit(f"must be one of: {', '.join(self.words)}")
        return text if self.enum is None else self.enum(text)

    def schema(self) -> dict[str, Any]:
        """The words."""
        return {"type": "string", "enum": list(self.words)}


class Precondition(msgspec.Struct, frozen=True):
    """What `If-Match` asks for: one of these strong entity tags, quotes included, or `*` for any."""

    tags: tuple[str, ...]

    def admits(self, etag: str) -> bool:
        """Whether the current `etag` is among them (RFC 9110, 13.1.1; a weak tag never is)."""
        return etag in self.tags or "*" in self.tags


class EntityTags(Rule, frozen=True):
    """The value of `If-Match`: `*`, or entity tags with commas between them."""

    def read(self, text: str) -> Precondition:
        """The strong tags among them."""
        if text == "*":
            return Precondition(("*",))
        if len(text) > ENTITY_TAGS_LENGTH_MAX or not _ENTITY_TAG_LIST.fullmatch(text):
            raise Unfit('must be an etag as it came, its quotes included, such as "3"')
        return Precondition(tuple(tag for tag in re.findall(_ENTITY_TAG, text) if not tag.startswith("W/")))

    def schema(self) -> dict[str, Any]:
        """A bounded string."""
        return {"type": "string", "maxLength": ENTITY_TAGS_LENGTH_MAX}


class Items(msgspec.Struct, frozen=True, kw_only=True):
    """How many values a tuple holds, and whether each must differ from the others."""

    max: int
    min: int = 0
    unique: bool = False


class Header(msgspec.Struct, frozen=True):
    """The request header that a field is read from, as it is written in documents."""

    name: str


class Example(msgspec.Struct, frozen=True):
    """A value that the field's rule accepts, as a client sends it: what the contract shows."""

    value: Any

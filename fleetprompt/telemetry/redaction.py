"""What must never reach a log line: credentials, by the name of their key and by their shape (spec 2.3, 9)."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from pathlib import PurePath
from typing import Any, Final, TypeAlias
from uuid import UUID

import msgspec

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

REDACTED: Final = "[redacted]"
DEPTH_MAX: Final = 5
ITEMS_MAX: Final = 32
KEY_CHARS_MAX: Final = 64
TEXT_CHARS_MAX: Final = 2_000
READ_CHARS_MAX: Final = 8_192  # of a longer text the rest is dropped unread
BASE64_CHARS_MIN: Final = 24
INTEGER_MAX: Final = 2**63 - 1

_SENSITIVE_WORDS: Final = (
    "authorization",
    "cookie",
    "token",
    "apikey",
    "secret",
    "password",
    "passwd",
    "signature",
    "csrf",
    "fpsession",
)
_NAMES_IN_TEXT: Final = (
    "authorization",
    "cookie",
    "token",
    "api",
    "secret",
    "passw",
    "signature",
    "csrf",
    "fp_session",
)
_NAME: Final = (
    r"(?:authorization|cookie|token|api[-_ ]?key|secret|passw(?:or)?d|signature|csrf|fp_session)[\w-]{0,24}\\{0,4}"
)
_ASSIGNED: Final = rf"""{_NAME}(?:["']\s{{0,4}}[:=,]|\s{{0,4}}[:=])\s{{0,4}}b?"""
_TO_LINE_END: Final = r"(?!\[redacted\])[^\s][^\r\n]*"


def _shapes(*patterns: tuple[str, str]) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(pattern, re.IGNORECASE | re.ASCII), replacement) for pattern, replacement in patterns)


# Every repetition is bounded or ends on a character that it cannot contain, so that no text makes matching slow.
_NAMED_SECRETS: Final = _shapes(
    (rf"""({_ASSIGNED})"(?:[^"\\]|\\.)*"?""", rf"\1{REDACTED}"),
    (rf"""({_ASSIGNED})'(?:[^'\\]|\\.)*'?""", rf"\1{REDACTED}"),
    (rf"((?:authorization|cookie|signature)[\w-]{{0,24}}\s{{0,4}}[:=][ \t]{{0,4}}){_TO_LINE_END}", rf"\1{REDACTED}"),
    (rf"""({_NAME}["']?\s{{0,4}}[:=][ \t]{{1,4}}){_TO_LINE_END}""", rf"\1{REDACTED}"),
    (rf"""({_NAME}["']?[:=])(?!\[redacted\])[^\s,;&"']+""", rf"\1{REDACTED}"),
)
# Install tokens, API keys, the cookies of sessions and visits, and the tokens of forms.
_CREDENTIALS: Final = _shapes((r"(fp[tksvc])(?:_|%5f)[\w%-]{8,}(?:\.[\w%-]*)?", rf"\1_{REDACTED}"))
_PREFIXES: Final = ("fpt", "fpk", "fps", "fpv", "fpc")
_PASSWORD_HASHES: Final = _shapes((r"\$argon2[a-z]{1,2}\$[^\s\"']+", REDACTED))
_BEARERS: Final = _shapes((r"\b(bearer\s)\s*[\w.~+/=-]{8,}", rf"\1{REDACTED}"))
_BASE64: Final = _shapes(
    (r":[a-z0-9+/_-]{22,}={0,2}:", f":{REDACTED}:"),  # a byte sequence in a structured header, such as a MAC
    (r"(?<![a-z0-9+/_-])[a-z0-9+/_-]{43,}=", REDACTED),  # 32 bytes: a partner's key or a master key
)
_FIELD_NAME: Final = re.compile(r"[\w-]{1,64}")
_WORD: Final = re.compile(r"\S+")


@lru_cache(maxsize=1_024)
def _names_a_secret(folded: str) -> bool:
    letters = re.sub(r"[^a-z0-9]", "", folded)
    return any(word in letters for word in _SENSITIVE_WORDS)


@lru_cache(maxsize=1_024)
def _shown_key(key: str) -> tuple[str, bool]:
    """A key as it is shown, and whether its value is not."""
    return scrub(key)[:KEY_CHARS_MAX], is_sensitive(key)


def is_sensitive(name: str) -> bool:
    """Whether a value under this key is never shown, however the key is cased or hyphenated."""
    return _names_a_secret(name[:256].casefold())


def _without_userinfo(match: re.Match[str]) -> str:
    word = match.group()
    start, end = word.find("://"), word.rfind("@")
    return f"{word[:start]}://{REDACTED}{word[end:]}" if 0 <= start < end else word


def _suspicions(text: str) -> Iterator[tuple[re.Pattern[str], str]]:
    """The shapes that `text` may hold at all: looking for a word is a hundred times cheaper than matching."""
    folded = text.lower()
    assigns = ":" in text or "=" in text
    if (assigns or "'" in text or '"' in text) and any(name in folded for name in _NAMES_IN_TEXT):
        yield from _NAMED_SECRETS
    if any(prefix in folded for prefix in _PREFIXES):
        yield from _CREDENTIALS
    if "$argon2" in folded:
        yield from _PASSWORD_HASHES
    if "bearer" in folded:
        yield from _BEARERS
    if assigns and len(text) >= BASE64_CHARS_MIN:
        yield from _BASE64


def scrub(text: str) -> str:
    """`text` without anything shaped like a credential, at most TEXT_CHARS_MAX characters of it."""
    text = text[:READ_CHARS_MAX]
    if "://" in text and "@" in text:
        text = _WORD.sub(_without_userinfo, text)
    for pattern, replacement in _suspicions(text):
        text = pattern.sub(replacement, text)
    return text if len(text) <= TEXT_CHARS_MAX else f"{text[:TEXT_CHARS_MAX]}... {len(text)} characters"


def printable(value: object) -> str:
    """`str(value)`, or the name of its type where that fails."""
    try:
        return str(value)
    except Exception:  # a foreign __str__ may raise anything, and a log call must not
        return f"<{type(value).__name__} that cannot be printed>"


def _fields(value: object) -> Mapping[Any, object] | None:
    if isinstance(value, Mapping):
        return value
    if isinstance(value, msgspec.Struct):
        return {name: getattr(value, name, None) for name in value.__struct_fields__}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name, None) for field in dataclasses.fields(value)}
    return None


def _key(name: object) -> str:
    if isinstance(name, bytes):
        return name[:256].decode("utf-8", "backslashreplace")
    return name if isinstance(name, str) else printable(name)


def redact_fields(fields: Mapping[Any, object], depth: int = 0) -> dict[str, Json]:
    """The mapping as a JSON object: values under sensitive keys replaced whole, the others as `redact` shows them."""
    shown: dict[str, Json] = {}
    for position, (name, value) in enumerate(fields.items()):
        if position == ITEMS_MAX:
            shown["..."] = f"{len(fields)} entries"
            break
        key, is_hidden = _shown_key(_key(name)[:READ_CHARS_MAX])
        shown[key] = REDACTED if is_hidden and value is not None else redact(value, depth + 1)
    return shown


def _redact_items(items: Iterable[object], depth: int) -> list[Json]:
    listed = list(items)
    if len(listed) == 2 and isinstance(listed[0], (str, bytes)):  # a (name, value) pair, as in a list of headers?
        name = _key(listed[0])
        if _FIELD_NAME.fullmatch(name) and is_sensitive(name):
            return [name, REDACTED]
    shown: list[Json] = [redact(item, depth + 1) for item in listed[:ITEMS_MAX]]
    if len(listed) > ITEMS_MAX:
        shown.append(f"... {len(listed)} items")
    return shown


def redact(value: object, depth: int = 0) -> Json:
    """`value` as JSON without secrets: bounded in depth, length and size, and never a NaN.

    Values under a sensitive key are replaced whole; texts, also inside objects and bytes, are scrubbed by shape.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Enum):
        return redact(value.value, depth + 1) if depth < DEPTH_MAX else value.name
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, int):
        return int(value) if -INTEGER_MAX <= value <= INTEGER_MAX else f"<integer of {value.bit_length()} bits>"
    if isinstance(value, float):
        return value if math.isfinite(value) else printable(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return scrub(bytes(value)[:READ_CHARS_MAX].decode("utf-8", "backslashreplace"))
    if isinstance(value, (UUID, date, time, timedelta, Decimal, PurePath)):
        return scrub(printable(value))
    if depth >= DEPTH_MAX:
        return f"<{type(value).__name__}>"
    if (fields := _fields(value)) is not None:
        return redact_fields(fields, depth)
    if isinstance(value, (list, tuple, AbstractSet)):
        return _redact_items(value, depth)
    return scrub(printable(value))

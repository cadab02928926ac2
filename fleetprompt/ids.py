"""TypeIDs on the wire, native UUIDs in the database (spec 3, D0.1)."""

from __future__ import annotations

from functools import lru_cache
from typing import Final
from uuid import UUID

import uuid_utils
import uuid_utils.compat
from typeid import TypeID

PREFIXES: Final = frozenset(
    {"usr", "pub", "lst", "rel", "int", "tok", "key", "prt", "rpt", "evt", "ses", "req"},
)
"""Of everything that has an id (spec 3, D0.1)."""

FIRST: Final = UUID(int=0)
"""Before every id there is."""
LAST: Final = UUID(int=2**128 - 1)
"""Behind every id there is: where a list of the newest first begins."""


def new_uuid() -> UUID:
    """A fresh UUIDv7: its first 48 bits are the time in milliseconds, and it only grows within a process."""
    return uuid_utils.compat.uuid7()


@lru_cache(maxsize=16_384)
def encode(prefix: str, value: UUID) -> str:
    """The TypeID of `value`: `prefix_` and 26 characters of base32. Raises ValueError for a prefix that is none."""
    if prefix not in PREFIXES:
        raise ValueError(f"{prefix} is no prefix of an id")
    return str(TypeID.from_uuid(uuid_utils.UUID(int=value.int), prefix))


@lru_cache(maxsize=16_384)
def decode(prefix: str, text: str) -> UUID | None:
    """The UUID named by `text`, or None where it is malformed, wrongly prefixed or not a version 7."""
    try:
        parsed = TypeID.from_string(text)
    except Exception:  # the library raises several unrelated types for malformed text
        return None
    value = UUID(str(parsed.uuid))
    if parsed.prefix != prefix or value.version != 7 or encode(prefix, value) != text:
        return None
    return value

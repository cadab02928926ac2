"""A value that does not show itself (spec 9)."""

from __future__ import annotations

import hashlib
from typing import AnyStr, Generic, final


@final
class Secret(Generic[AnyStr]):
    """Text or bytes that no repr, format, log line or JSON encoder shows; `reveal` is the one way to it.

    There is no equality on purpose: secrets are compared in constant time, by the functions made for it.
    """

    __slots__ = ("_value",)

    def __init__(self, value: AnyStr) -> None:
        self._value: AnyStr = value

    def reveal(self) -> AnyStr:
        """The value itself, for the one reply that issues it or the one call that needs it."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"


def token_hash(text: str) -> bytes:
    """SHA-256 of a whole credential as its holder has it: what is at rest, the same for ever."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()

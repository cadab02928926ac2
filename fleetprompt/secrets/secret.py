"""A value that does not show itself, and the shapes by which a log recognizes one that does (spec 9)."""

from __future__ import annotations

import hashlib
import re
from typing import AnyStr, Final, Generic, final


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


REDACTED: Final = "[redacted]"

SECRET_SHAPES: Final = re.compile(
    r"fp[tkscv]_[A-Za-z0-9_-]{20,}(?:\.[A-Za-z0-9_-]*)?"  # our tokens, keys, cookies and form tokens, cut off or whole
    r"|(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{43,}="  # 32 bytes of base64: partner secrets and master keys
    r"|\$argon2[a-z]{1,2}\$[^\s\"']+"  # a password's hash
    r"|(?<=://)[^\s/@:]*:[^\s/@]+(?=@)"  # the credentials of a URL
)


def redact(text: str) -> str:
    """`text` with everything that looks like a secret of ours cut out."""
    return SECRET_SHAPES.sub(REDACTED, text)


def token_hash(text: str) -> bytes:
    """SHA-256 of a whole credential as its holder has it: what is at rest, the same for ever."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()

"""How a secret may be written where it must not stand: as it is, in base64 at each alignment, and in hexadecimal."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

NEEDLE_BYTES: Final = 16
"""How much of a value is looked for: enough to be no accident, and little enough to find what was cut off."""

DISTINCT_MIN: Final = 5
"""Something made up of fewer different bytes, such as a forged signature of zeros, stands everywhere by accident."""

_KNOWN_BEGINNING: Final = re.compile(r"fp[tk]_[0-9a-z]{26}_|fp[csv]_|password ")
_BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]{22,}={0,2}")
_STANDARD: Final = str.maketrans("-_", "+/")
_URL_SAFE: Final = bytes.maketrans(b"+/", b"-_")


def values(secret: str) -> Iterator[bytes]:
    """What is secret of a credential: its random part, and the bytes that this encodes."""
    for part in _KNOWN_BEGINNING.sub("", secret, count=1).split("."):
        yield part.encode()
        if _BASE64.fullmatch(part):
            letters = part.rstrip("=").translate(_STANDARD)
            with suppress(binascii.Error):
                yield base64.b64decode(letters + "=" * (-len(letters) % 4))


def forms(value: bytes) -> Iterator[bytes]:
    """Every form of one value, without what depends on the bytes before and behind it."""
    yield value
    yield value.hex().encode()
    yield value.hex().upper().encode()
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + value)
        whole = len(encoded) - len(encoded) % 4 - 4 * ((shift + len(value)) % 3 > 0)
        standard = encoded[shift + (shift > 0) : whole]
        yield standard
        yield standard.translate(_URL_SAFE)


def needles(secret: str) -> frozenset[bytes]:
    """What to look for: the beginning of every value that is long enough to be recognized, in every form."""
    beginnings = (value[:NEEDLE_BYTES] for value in values(secret) if len(value) >= NEEDLE_BYTES)
    return frozenset(form for each in beginnings for form in forms(each) if len(frozenset(form)) >= DISTINCT_MIN)

"""API keys: a form that secret scanners recognize, verified by hash alone (spec 3, 6.4)."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from fleetprompt import ids
from fleetprompt.secrets.key_ring import KeyRing, Purpose, base64url
from fleetprompt.secrets.secret import Secret, token_hash

_FORM: Final = re.compile(r"fpk_([0-9a-z]{26})_[A-Za-z0-9_-]{43}[0-9A-Za-z]{6}", re.ASCII)
_CHECKSUM_LENGTH: Final = 6
_BASE62: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What a well-formed key claims: which one it is, and the hash that its row must hold."""

    key_id: UUID
    hash: bytes


def mint_api_key(ring: KeyRing, key_id: UUID, salt: bytes, version: str | None = None) -> Secret[str]:
    """`fpk_`, the 26 characters of the key's id, `_`, 43 characters of secret, and the checksum of all that.

    salt: 32 random bytes that only the ledger's record keeps, so that a replay within its 24 hours shows the
    same key and nobody can derive it afterwards. version: the key version named there.
    Raises KeyRingError where the ring does not hold it.
    """
    secret = ring.derive(Purpose.API_KEY, key_id.bytes, salt, version=version)
    body = f"fpk_{ids.encode('key', key_id).removeprefix('key_')}_{base64url(secret)}"
    return Secret(body + _checksum(body))


def parse_api_key(text: str) -> ApiKey | None:
    """The key that `text` claims to be, or None where its form or checksum is wrong: look nothing up then.

    The caller compares `hash` with the row's in constant time.
    """
    form = _FORM.fullmatch(text)
    if form is None or _checksum(text[:-_CHECKSUM_LENGTH]) != text[-_CHECKSUM_LENGTH:]:
        return None
    key_id = ids.decode("key", f"key_{form[1]}")
    return None if key_id is None else ApiKey(key_id, token_hash(text))


def _checksum(body: str) -> str:
    """CRC-32 in six base62 digits: it tells a mistyped or invented key from a real one without a lookup."""
    rest = zlib.crc32(body.encode("ascii"))
    digits = []
    for _ in range(_CHECKSUM_LENGTH):
        rest, digit = divmod(rest, 62)
        digits.append(_BASE62[digit])
    return "".join(reversed(digits))

"""Install tokens: derived from the key ring, recognized by their MAC, at rest as a hash only (spec 3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from fleetprompt import ids
from fleetprompt.secrets.key_ring import KeyRing, Purpose, base64url
from fleetprompt.secrets.secret import Secret, token_hash

_PREFIX: Final = "fpt_"
_ID_END: Final = len(_PREFIX) + 26
_LENGTH: Final = _ID_END + 1 + 43


@dataclass(frozen=True, slots=True)
class InstallToken:
    """What a token with a good MAC says: which one it is, the key version it names, the hash to look it up by."""

    token_id: UUID
    key_version: str
    hash: bytes


def mint_install_token(ring: KeyRing, token_id: UUID, version: str | None = None) -> Secret[str]:
    """`fpt_`, the 26 characters of the token's id, `_`, and 43 characters of MAC: the same text every time.

    version: the key version on the token's row, by default the one that signs.
    Raises KeyRingError where the ring does not hold it.
    """
    mac = ring.mac(Purpose.INSTALL_TOKEN, token_id.bytes, version=version)
    return Secret(f"{_PREFIX}{ids.encode('tok', token_id).removeprefix('tok_')}_{base64url(mac)}")


def parse_install_token(ring: KeyRing, text: str) -> InstallToken | None:
    """The token that `text` is, or None unless it is one of ours to the letter, under any key of the ring.

    None means: look nothing up. Text that has the form costs the same under whichever key it is good, or none.
    """
    if len(text) != _LENGTH or not text.startswith(_PREFIX) or text[_ID_END] != "_":
        return None
    token_id = ids.decode("tok", f"tok_{text[len(_PREFIX) : _ID_END]}")
    if token_id is None:
        return None
    version = ring.version_of(text[_ID_END + 1 :], Purpose.INSTALL_TOKEN, token_id.bytes)
    return None if version is None else InstallToken(token_id, version, token_hash(text))

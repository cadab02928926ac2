"""The master keys, and everything that is derived from them instead of being stored (spec 3)."""

from __future__ import annotations

import base64
import binascii
import hmac
import re
import secrets
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final, Self

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from fleetprompt.secrets.secret import Secret

KEY_BYTES: Final = 32

_VERSION: Final = re.compile(r"v[1-9][0-9]{0,8}", re.ASCII)


class KeyRingError(Exception):
    """A key ring that cannot be used. The message says how to mend it and holds no key."""


class Purpose(StrEnum):
    """What a derived secret is for: no two uses share one, so that no secret of one works as another."""

    RING_FINGERPRINT = "ring-fingerprint"
    INSTALL_TOKEN = "install-token"
    API_KEY = "api-key"
    PARTNER_KEY = "partner-key"
    SESSION_COOKIE = "session-cookie"
    VISIT_COOKIE = "visit-cookie"
    CSRF_TOKEN = "csrf-token"
    CURSOR = "cursor"
    LEDGER_FINGERPRINT = "ledger-fingerprint"
    BUYER_REF = "buyer-ref"
    RATE_LIMIT_KEY = "rate-limit-key"
    LOG_ADDRESS_KEY = "log-address-key"


def base64url(data: bytes) -> str:
    """`data` in base64url without padding: 32 bytes are 43 characters."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def new_salt() -> bytes:
    """32 random bytes, for the row or record that must be there beside the ring to derive a secret."""
    return secrets.token_bytes(32)


def frame(*parts: bytes) -> bytes:
    """`parts` as one byte string that no other sequence of parts gives: each after its length."""
    return b"".join(len(part).to_bytes(8, "big") + part for part in parts)


class KeyRing:
    """Master keys by version (`v1`, `v2`, …) in order: the first one signs, all of them verify.

    A new key is `added` last, so that every process can verify with it before one signs with it, then
    `promoted`, and the old one `retired` when nothing live names it. Rings are immutable.
    """

    __slots__ = ("_keys", "_purpose_keys")

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        self._keys = dict(keys)
        self._purpose_keys: dict[tuple[str, Purpose], bytes] = {}

    @classmethod
    def parse(cls, text: str) -> Self:
        """The ring written as `v2:base64,v1:base64`, each key 32 bytes of padded standard base64.

        Raises KeyRingError, which names the faulty entry by its place and never quotes it.
        """
        keys: dict[str, bytes] = {}
        for place, entry in enumerate(text.split(","), start=1):
            version, _, encoded = entry.strip().partition(":")
            if not _VERSION.fullmatch(version):
                raise KeyRingError(f"entry {place} must be a version such as v1, a colon and a key")
            key = _decode_key(encoded)
            if key is None:
                raise KeyRingError(
                    f"the key of {version} must be {KEY_BYTES} random bytes in base64, as `openssl rand -base64 32` "
                    "prints them"
                )
            if version in keys:
                raise KeyRingError(f"{version} is there twice; give every key a version of its own")
            if key in keys.values():
                raise KeyRingError(f"the key of {version} is there twice; every version needs a key of its own")
            keys[version] = key
        return cls(keys)

    @classmethod
    def generate(cls) -> Self:
        """A ring of one fresh random key, `v1`."""
        return cls({"v1": secrets.token_bytes(KEY_BYTES)})

    @property
    def versions(self) -> tuple[str, ...]:
        """Every version, the signing one first."""
        return tuple(self._keys)

    @property
    def current(self) -> str:
        """The version that signs."""
        return next(iter(self._keys))

    @property
    def fingerprints(self) -> dict[str, str]:
        """For each version 16 hex digits that tell keys apart and say nothing of them, for readyz and doctor."""
        return {version: self.derive(Purpose.RING_FINGERPRINT, version=version)[:8].hex() for version in self._keys}

    def text(self) -> Secret[str]:
        """The ring as `parse` reads it."""
        return Secret(",".join(f"{name}:{base64.b64encode(key).decode('ascii')}" for name, key in self._keys.items()))

    def added(self, version: str | None = None) -> Self:
        """This ring with a fresh random key last: it verifies and does not sign yet.

        version: by default the one after the highest here. Where rows may still name a higher one that was
        retired, pass one above it, since a name that comes back with another key would mislead its readers.
        Raises KeyRingError where the version is malformed or taken.
        """
        if version is None:
            version = f"v{max(int(known[1:]) for known in self._keys) + 1}"
        if not _VERSION.fullmatch(version) or version in self._keys:
            raise KeyRingError("a new key needs an unused version such as v2")
        return type(self)({**self._keys, version: secrets.token_bytes(KEY_BYTES)})

    def promoted(self, version: str) -> Self:
        """This ring with `version` first: it signs from now on. Raises KeyRingError where it is missing."""
        return type(self)({version: self._key(version), **self._keys})

    def retired(self, version: str) -> Self:
        """This ring without `version`. Raises KeyRingError where it is missing or the one that signs."""
        if version == self.current:
            raise KeyRingError(f"{version} signs; promote another key before retiring it")
        self._key(version)
        return type(self)({name: key for name, key in self._keys.items() if name != version})

    def missing(self, named: Iterable[str]) -> tuple[str, ...]:
        """Those of the versions named by live rows that this ring does not hold, sorted."""
        return tuple(sorted(set(named) - self._keys.keys()))

    def derive(self, purpose: Purpose, *parts: bytes, version: str | None = None) -> bytes:
        """32 bytes that belong to this purpose, these parts and this key version (HKDF-SHA256).

        version: by default the one that signs. Raises KeyRingError where the ring does not hold it.
        """
        name = self.current if version is None else version
        if parts:
            return self._expand(name, purpose, parts)
        known = self._purpose_keys.get((name, purpose))
        if known is None:
            known = self._purpose_keys[name, purpose] = self._expand(name, purpose, ())
        return known

    def mac(self, purpose: Purpose, *parts: bytes, version: str | None = None) -> bytes:
        """HMAC-SHA256 over the purpose, the key's version and the parts, under the purpose's derived key.

        Raises KeyRingError where the ring does not hold the version.
        """
        name = self.current if version is None else version
        message = frame(purpose.encode("ascii"), name.encode("ascii"), *parts)
        return hmac.digest(self.derive(purpose, version=name), message, "sha256")

    def version_of(self, mac: str, purpose: Purpose, *parts: bytes) -> str | None:
        """The version under which `mac` is the base64url text of the MAC of these parts, or None.

        Every version is tried, whichever fits, so that time tells nothing. Text is compared with text:
        another spelling of the same bytes is another text.
        """
        given = mac.encode("utf-8", "surrogatepass")
        found = None
        for version in self._keys:
            expected = base64url(self.mac(purpose, *parts, version=version)).encode("ascii")
            if hmac.compare_digest(expected, given):
                found = version
        return found

    def __repr__(self) -> str:
        return f"KeyRing(versions={self.versions})"

    def _expand(self, version: str, purpose: Purpose, parts: tuple[bytes, ...]) -> bytes:
        info = frame(b"fleetprompt", purpose.encode("ascii"), *parts)
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(self._key(version))

    def _key(self, version: str) -> bytes:
        try:
            return self._keys[version]
        except KeyError:
            raise KeyRingError(f"the key ring holds {', '.join(self._keys)} and lacks {version}") from None


def _decode_key(text: str) -> bytes | None:
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    canonical = base64.b64encode(key).decode("ascii") == text
    return key if canonical and len(key) == KEY_BYTES else None

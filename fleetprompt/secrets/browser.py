"""What a browser holds: signed cookies, of sessions and of visits before sign-in, and form tokens (spec 6.4)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from enum import Enum

from fleetprompt.secrets.key_ring import KeyRing, Purpose, base64url
from fleetprompt.secrets.secret import Secret, token_hash


class CookieKind(Enum):
    """A session belongs to a user and has a row; a visit only carries the form tokens of sign-in and register."""

    SESSION = ("fps_", Purpose.SESSION_COOKIE)
    VISIT = ("fpv_", Purpose.VISIT_COOKIE)

    def __init__(self, prefix: str, purpose: Purpose) -> None:
        self.prefix = prefix
        self.purpose = purpose


@dataclass(frozen=True, slots=True)
class NewCookie:
    """A cookie's value for the browser, and the hash by which the server knows it again."""

    value: Secret[str]
    hash: bytes


def new_cookie(ring: KeyRing, kind: CookieKind) -> NewCookie:
    """A fresh opaque id of 32 random bytes, signed."""
    opaque = kind.prefix + secrets.token_urlsafe(32)
    signature = base64url(ring.mac(kind.purpose, opaque.encode("ascii")))
    return NewCookie(Secret(f"{opaque}.{signature}"), token_hash(opaque))


def open_cookie(ring: KeyRing, kind: CookieKind, value: str) -> bytes | None:
    """The hash of the opaque id in a cookie of this kind, or None where the signature is not ours: look nothing up."""
    opaque, _, signature = value.partition(".")
    version = ring.version_of(signature, kind.purpose, opaque.encode("utf-8", "surrogatepass"))
    return None if version is None else token_hash(opaque)


def csrf_token(ring: KeyRing, cookie_hash: bytes) -> Secret[str]:
    """The token that writes under this session or visit must carry, in `X-CSRF-Token` or a form's `_csrf`."""
    return Secret("fpc_" + base64url(ring.mac(Purpose.CSRF_TOKEN, cookie_hash)))


def csrf_token_fits(ring: KeyRing, cookie_hash: bytes, text: str) -> bool:
    """Whether `text` is the form token of this session or visit, under any key of the ring."""
    prefix, mac = text[:4], text[4:]
    return prefix == "fpc_" and ring.version_of(mac, Purpose.CSRF_TOKEN, cookie_hash) is not None

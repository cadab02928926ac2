"""From the credentials on a request to an actor: sessions with their CSRF rule, API keys, and partners' signatures.

What the credentials mean is the accounts' business; `Authenticator` is what this package needs of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol
from uuid import UUID

import msgspec

from fleetprompt import secrets
from fleetprompt.authz import ANONYMOUS, Actor, Credential
from fleetprompt.enums import InstallTargetSystem
from fleetprompt.errors import unauthenticated, unauthorized
from fleetprompt.runtime.services import Services

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
BEARER: Final = "bearer "


class PartnerKey(msgspec.Struct, frozen=True):
    """An active partner key as the signature check needs it. secret: the 32 bytes to verify with."""

    key_id: UUID
    target_system: InstallTargetSystem
    secret: secrets.Secret[bytes]
    not_before_ms: int


class Authenticator(Protocol):
    """Turns credentials into actors; each method costs one statement."""

    async def by_session(self, cookie_hash: bytes) -> Actor | None:
        """The user of a live session."""
        ...

    async def by_api_key(self, key: secrets.ApiKey) -> Actor | None:
        """The user of a live API key."""
        ...

    async def partner_key(self, key_id: UUID) -> PartnerKey | None:
        """An active partner key."""
        ...


def cookie_name(services: Services) -> str:
    """The session cookie's name."""
    return _bound_to_host(services, "fp_session")


def session_cookie(services: Services, value: str | None) -> str:
    """The Set-Cookie header that begins a session, or ends it where `value` is None."""
    cookie = _set_cookie(services, cookie_name(services), value or "")
    return f"{cookie}; Max-Age=0" if value is None else cookie


def visit_cookie_name(services: Services) -> str:
    """The name of the cookie that carries the form tokens of who is not signed in."""
    return _bound_to_host(services, "fp_visit")


def visit_cookie(services: Services, value: str) -> str:
    """The Set-Cookie header that begins a visit."""
    return _set_cookie(services, visit_cookie_name(services), value)


def _bound_to_host(services: Services, name: str) -> str:
    """The name under which a browser takes a cookie over https from this very host alone."""
    return f"__Host-{name}" if services.settings.secure_cookies else name


def _set_cookie(services: Services, name: str, value: str) -> str:
    secure = "; Secure" if services.settings.secure_cookies else ""
    return f"{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}"


def cookie_value(headers: Mapping[str, str], name: str) -> str | None:
    """The value of one cookie, whatever others stand beside it; None where it is absent or stands there twice.

    Cookies of other applications on the same host come along, and need not be well formed.
    """
    pairs = (pair.partition("=") for pair in headers.get("cookie", "").split(";"))
    values = [value.strip(" \t") for key, _, value in pairs if key.strip(" \t") == name]
    return values[0] if len(values) == 1 else None


async def authenticate(
    services: Services, authenticator: Authenticator, method: str, headers: Mapping[str, str]
) -> Actor:
    """The caller behind a request's credentials.

    With `Authorization` present cookies are ignored. Raises UNAUTHENTICATED for a credential that is not good, and
    UNAUTHORIZED for a cookie-authenticated write without its CSRF token or from a foreign page.
    """
    authorization = headers.get("authorization")
    if authorization is not None:
        return await _by_bearer(authenticator, authorization)
    actor = await by_cookie(services, authenticator, headers)
    if actor.cookie_hash is not None and method not in SAFE_METHODS:
        require_same_site(services, headers)
        if not secrets.csrf_token_fits(services.ring, actor.cookie_hash, headers.get("x-csrf-token", "")):
            raise unauthorized("A write with a session cookie needs its X-CSRF-Token; GET /v1/me shows it.")
    return actor


async def by_cookie(services: Services, authenticator: Authenticator, headers: Mapping[str, str]) -> Actor:
    """The user of the session whose cookie a request shows, or nobody. Writes need a CSRF token beside it."""
    cookie = cookie_value(headers, cookie_name(services))
    cookie_hash = None if cookie is None else secrets.open_cookie(services.ring, secrets.CookieKind.SESSION, cookie)
    actor = None if cookie_hash is None else await authenticator.by_session(cookie_hash)
    return ANONYMOUS if actor is None else actor


def bearer_token(authorization: str) -> str | None:
    """The token in the value of an `Authorization` header; None where it is of another scheme."""
    return authorization[len(BEARER) :].strip(" ") if authorization.lower().startswith(BEARER) else None


async def _by_bearer(authenticator: Authenticator, authorization: str) -> Actor:
    token = bearer_token(authorization)
    if token is None:
        raise unauthenticated("authorization_scheme")
    key = secrets.parse_api_key(token)
    if key is None:
        raise unauthenticated("api_key_shape")
    actor = await authenticator.by_api_key(key)
    if actor is None:
        raise unauthenticated("api_key")
    return actor


def require_same_site(services: Services, headers: Mapping[str, str]) -> None:
    """Raise UNAUTHORIZED where a browser says that another site's page sent this.

    A form on a page with `Referrer-Policy: no-referrer`, as ours are, comes with `Origin: null`; it is taken where the
    browser says beside it that it comes from our own origin.
    """
    site = headers.get("sec-fetch-site")
    if site not in {None, "same-origin", "none"}:
        raise unauthorized("Writes with a session cookie must come from our own pages.")
    origin = headers.get("origin")
    if origin == "null" and site == "same-origin":
        return
    if origin is not None and origin not in services.settings.own_origins:
        raise unauthorized("Writes with a session cookie must come from our own origin.")


def partner_actor(key: PartnerKey) -> Actor:
    """The actor behind a verified signature."""
    return Actor(credential=Credential.SIGNATURE, partner_key_id=key.key_id, target_system=key.target_system)

"""Every secret that FleetPrompt issues: derived from one key ring, shown once, at rest as a hash (spec 3)."""

from fleetprompt.secrets.api_keys import ApiKey, mint_api_key, parse_api_key
from fleetprompt.secrets.browser import (
    CookieKind,
    NewCookie,
    csrf_token,
    csrf_token_fits,
    new_cookie,
    open_cookie,
)
from fleetprompt.secrets.cursors import open_cursor, sign_cursor
from fleetprompt.secrets.install_tokens import InstallToken, mint_install_token, parse_install_token
from fleetprompt.secrets.key_file import load, load_or_create, rewrite
from fleetprompt.secrets.key_ring import KeyRing, KeyRingError, Purpose, new_salt
from fleetprompt.secrets.partner_keys import partner_secret, show_partner_secret
from fleetprompt.secrets.pseudonyms import buyer_ref, request_fingerprint
from fleetprompt.secrets.secret import Secret, token_hash

__all__ = [
    "ApiKey",
    "CookieKind",
    "InstallToken",
    "KeyRing",
    "KeyRingError",
    "NewCookie",
    "Purpose",
    "Secret",
    "buyer_ref",
    "csrf_token",
    "csrf_token_fits",
    "load",
    "load_or_create",
    "mint_api_key",
    "mint_install_token",
    "new_cookie",
    "new_salt",
    "open_cookie",
    "open_cursor",
    "parse_api_key",
    "parse_install_token",
    "partner_secret",
    "request_fingerprint",
    "rewrite",
    "show_partner_secret",
    "sign_cursor",
    "token_hash",
]

"""The one policy on the addresses that a text or a listing may point at (spec 3 Markdown, 5; U-VAL-05)."""

from __future__ import annotations

import re
import unicodedata
from typing import Final
from urllib.parse import unquote

URL_LENGTH_MAX: Final = 2048

_URL: Final = re.compile(r"https://(?P<authority>[^/?#]*)(?P<rest>.*)", re.DOTALL)
_AUTHORITY: Final = re.compile(r"(?P<host>[^:]+)(?::(?P<port>[0-9]{1,5}))?")
_LABEL: Final = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_HOST_LENGTH_MAX: Final = 253
_PORT_MAX: Final = 65_535

# A host whose last label reads as a number is an IPv4 address to a browser, in whatever base its parts are written.
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
_PRIVATE_ZONES: Final = frozenset({"local", "internal", "localhost"})

_FORBIDDEN_ASCII: Final = re.compile(r"[\x00-\x20\x7f\\<>\"`]|%(?:[01][0-9a-f]|7f|c2%[89][0-9a-f])", re.IGNORECASE)
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zs", "Zl", "Zp"})
_SVG: Final = re.compile(r"\.svgz?(?:;.*|[/.\s]*)\Z", re.DOTALL)


def link_problem(url: str) -> str | None:
    """What is wrong with a link, worded to follow its name ("must start with https://"); None where nothing is.

    url: as a browser would get it, entities and backslash escapes of the markup already resolved. At most 2048 code
    points, `https://` in lower case, a public host name, no credentials.
    """
    if len(url) > URL_LENGTH_MAX:
        return f"must be at most {URL_LENGTH_MAX} characters long"
    parts = _URL.fullmatch(url)
    if parts is None:
        return "must start with https://"
    if _FORBIDDEN_ASCII.search(url) or any(unicodedata.category(c) in _INVISIBLE for c in url if not c.isascii()):
        return 'must not contain white space, control characters, or any of \\ < > " `'
    return _authority_problem(parts["authority"])


def image_problem(url: str) -> str | None:
    """What is wrong with the address of an image: the link policy, and never SVG however its path spells that."""
    if problem := link_problem(url):
        return problem
    path = re.split(r"[?#]", url, maxsplit=1)[0].removeprefix("https://").partition("/")[2]
    while (decoded := unquote(path)) != path:
        path = decoded
    return "must not be an SVG" if _SVG.search(unicodedata.normalize("NFKC", path).casefold()) else None


def _authority_problem(authority: str) -> str | None:
    if "@" in authority:
        return "must not carry credentials"
    if authority.startswith("["):
        return "must name a host, not an IP address"
    parts = _AUTHORITY.fullmatch(authority)
    if parts is None or "%" in authority:
        return "must name a valid host"
    if parts["port"] is not None and not 0 < int(parts["port"]) <= _PORT_MAX:
        return "must have a valid port"
    host = _ascii_host(parts["host"])
    return "must name a valid host" if host is None else _host_problem(host)


def _ascii_host(host: str) -> str | None:
    """The host as a resolver gets it, in lower case and without the dot of the root, or None where it is no host."""
    if host.isascii() and "xn--" not in host.casefold():
        return host.lower().removesuffix(".")
    import idna  # its tables are large, and few addresses need them

    try:
        return idna.encode(host, uts46=True, std3_rules=True).decode("ascii").lower().removesuffix(".")
    except (idna.IDNAError, UnicodeError):
        return None


def _host_problem(host: str) -> str | None:
    labels = host.split(".")
    if len(host) > _HOST_LENGTH_MAX or not all(_LABEL.fullmatch(label) for label in labels):
        return "must name a valid host"
    if _NUMBER.fullmatch(labels[-1]):
        return "must name a host, not an IP address"
    if len(labels) == 1 or labels[-1] in _PRIVATE_ZONES:
        return "must name a public host, with a dot in it and outside .local, .internal and .localhost"
    return None if labels[-1][0].isalpha() else "must name a valid host"

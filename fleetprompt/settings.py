"""What an operator can set: the `FLEETPROMPT_` variables, read once, refused all together (spec 7)."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeVar
from urllib.parse import SplitResult, urlsplit

from fleetprompt.enums import InstallTargetSystem
from fleetprompt.rate_limits import DEFAULT_LIMITS, RateClass, RateLimit, RateLimitsError, parse_rate_limits
from fleetprompt.secrets import KeyRing, KeyRingError, Secret

PREFIX: Final = "FLEETPROMPT_"
URL_LENGTH_MAX: Final = 2048
THIS_MACHINE: Final = frozenset({"127.0.0.1", "localhost"})

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
T = TypeVar("T")
D = TypeVar("D")
E = TypeVar("E", bound=StrEnum)

_SCHEME_PORTS: Final = {"http": 80, "https": 443}
_HOST: Final = re.compile(r"(?=.{1,253}\Z)[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?)*")
_E_MAIL: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_BEARER_TOKEN: Final = re.compile(r"(?=.{16,256}\Z)[A-Za-z0-9._~+/-]+=*")


class SettingsError(Exception):
    """The settings cannot be used. The message names every faulty variable with its remedy, and quotes no value."""


class Isolation(StrEnum):
    """The isolation level of mutations: the second is for test suites (spec 3 Isolation)."""

    REPEATABLE_READ = "repeatable read"
    SERIALIZABLE = "serializable"


class LogLevel(StrEnum):
    """The least severe kind of log line that is written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a server is reached: scheme, and host with port, as a URL without a path has them.

    host: lower-case, an IPv6 address without brackets. port: None for the scheme's own.
    """

    scheme: str
    host: str
    port: int | None = None

    @property
    def authority(self) -> str:
        """Host and port as RFC 9421's `@authority` and the Host header have them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port is None else f"{host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach it."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost" or self.host.endswith(".localhost")

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Settings:
    """All settings. Those that are secret, or may contain a password, are `Secret` or a ring and never show."""

    database_url: Secret[str] | None
    """The serving role's database; None for the embedded one."""
    migrate_database_url: Secret[str] | None
    """The owner's database, used by `migrate` only; None where `database_url` serves both."""
    data_dir: Path
    master_keys: KeyRing | None
    """None where the ring is the generated one at `key_ring_path`."""
    public_url: Origin
    internal_url: Origin | None
    trusted_proxies: tuple[Network, ...]
    install_urls: Mapping[InstallTargetSystem, str]
    """Where the buyer's browser hands a token over, for the partner systems that said so."""
    abuse_contact: str | None
    """An e-mail address or an https URL."""
    metrics_token: Secret[str] | None
    rate_limits: Mapping[RateClass, RateLimit]
    """A class that is absent is not limited."""
    redis_url: Secret[str] | None
    log_level: LogLevel
    isolation: Isolation
    is_open_to_others: bool = False
    """Whether `serve` listens to other machines while no PUBLIC_URL says where; no variable tells this."""

    @property
    def key_ring_path(self) -> Path:
        """Where a generated key ring is kept: in a folder of its own, outside the database's."""
        return self.data_dir / "keys" / "master_keys"

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine reaches the server, as far as `public_url` and the listening socket tell."""
        return self.public_url.is_loopback and not self.is_open_to_others

    @property
    def secure_cookies(self) -> bool:
        """Whether cookies are `Secure` and named `__Host-`: `public_url` is https (spec 6.4)."""
        return self.public_url.scheme == "https"

    @property
    def own_origins(self) -> frozenset[str]:
        """Where our own pages come from: `public_url`, and while that is this machine's, its other name too."""
        own = {self.public_url}
        if self.is_loopback and self.public_url.host in THIS_MACHINE:
            own |= {Origin(self.public_url.scheme, host, self.public_url.port) for host in THIS_MACHINE}
        return frozenset(map(str, own))

    @property
    def authorities(self) -> frozenset[str]:
        """What a signature's `@authority` may be (spec 6.6)."""
        return frozenset(origin.authority for origin in (self.public_url, self.internal_url) if origin is not None)

    @property
    def has_limits(self) -> bool:
        """False where rate limits are off."""
        return bool(self.rate_limits)


def load(environ: Mapping[str, str], *, is_root: bool | None = None) -> Settings:
    """The settings in `environ`.

    is_root: whether this is the root account, which decides the default data folder; by default it is looked up.
    Raises SettingsError where a value is bad or empty, or a variable with our prefix is unknown.
    """
    reader = _Reader(environ)
    home = _default_data_dir(environ, os.geteuid() == 0 if is_root is None else is_root)
    settings = Settings(
        database_url=reader.read("DATABASE_URL", _database_url, None),
        migrate_database_url=reader.read("MIGRATE_DATABASE_URL", _database_url, None),
        data_dir=reader.read("DATA_DIR", _absolute_path, home),
        master_keys=reader.read("MASTER_KEYS", _key_ring, None),
        public_url=reader.read("PUBLIC_URL", _origin, Origin("http", "127.0.0.1", 8000)),
        internal_url=reader.read("INTERNAL_URL", _origin, None),
        trusted_proxies=reader.read("TRUSTED_PROXIES", _networks, ()),
        install_urls=reader.read("INSTALL_URLS", _install_urls, MappingProxyType({})),
        abuse_contact=reader.read("ABUSE_CONTACT", _contact, None),
        metrics_token=reader.read("METRICS_TOKEN", _bearer_token, None),
        rate_limits=reader.read("RATE_LIMITS", _rate_limits, DEFAULT_LIMITS),
        redis_url=reader.read("REDIS_URL", _redis_url, None),
        log_level=reader.read("LOG_LEVEL", _log_level, LogLevel.INFO),
        isolation=reader.read("ISOLATION", _isolation, Isolation.REPEATABLE_READ),
    )
    if reader.has("MIGRATE_DATABASE_URL") and not reader.has("DATABASE_URL"):
        reader.refuse("MIGRATE_DATABASE_URL", "is for a database that FLEETPROMPT_DATABASE_URL names; set both")
    reader.finish()
    return settings


class _BadValueError(Exception):
    """What is wrong with a value and what to write instead, without quoting it."""


class _Reader:
    """Takes the variables one by one and keeps what is wrong with them, so that it can be told all at once."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._given = {name: value for name, value in environ.items() if name.startswith(PREFIX)}
        self._known: list[str] = []
        self._problems: list[str] = []

    def has(self, name: str) -> bool:
        return PREFIX + name in self._given

    def refuse(self, name: str, why: str) -> None:
        self._problems.append(f"{PREFIX}{name}: {why}.")

    def read(self, name: str, parse: Callable[[str], T], default: D) -> T | D:
        """What the variable says, or the default where it is absent or refused."""
        self._known.append(name)
        value = self._given.get(PREFIX + name)
        if value is None:
            return default
        try:
            if not value.strip():
                raise _BadValueError("is empty; give it a value or unset it")
            return parse(value)
        except _BadValueError as problem:
            self.refuse(name, str(problem))
            return default

    def finish(self) -> None:
        """Raise SettingsError where anything was wrong or unknown."""
        for name in sorted(self._given.keys() - {PREFIX + known for known in self._known}):
            close = get_close_matches(name.removeprefix(PREFIX), self._known, n=1)
            names = ", ".join(PREFIX + known for known in close or self._known)
            remedy = f"did you mean {names}?" if close else f"the settings are {names}."
            self._problems.append(f"{name}: there is no such setting; {remedy}")
        if self._problems:
            raise SettingsError("\n  ".join(["The settings cannot be used:", *self._problems]))


def _default_data_dir(environ: Mapping[str, str], is_root: bool) -> Path:
    home = Path(environ.get("HOME", ""))
    return Path("/var/lib/fleetprompt") if is_root or not home.is_absolute() else home / ".local/share/fleetprompt"


def _absolute_path(text: str) -> Path:
    path = Path(text)
    if not path.is_absolute() or "\0" in text or ".." in path.parts:
        raise _BadValueError("must be an absolute path without `..`, such as /var/lib/fleetprompt")
    return path


def _split_url(text: str, schemes: tuple[str, ...], example: str) -> SplitResult:
    """The parts of a URL with one of these schemes and nothing in it that parsers read differently."""
    try:
        url = urlsplit(text)
        sound = url.scheme in schemes and (url.port is None or url.port > 0)
    except ValueError:
        sound = False
    if not sound or not text.isascii() or not text.isprintable() or {*text} & {" ", "\\"} or len(text) > URL_LENGTH_MAX:
        raise _BadValueError(f"must be a URL such as {example}; percent-encode special characters")
    return url


def _host(url: SplitResult) -> str | None:
    """The URL's host in its one spelling; None unless it stands there alone or with a port."""
    host = url.hostname or ""
    shown = f"[{host}]" if ":" in host else host
    if url.netloc.lower() not in (shown, f"{shown}:{url.port}"):
        return None
    if ":" not in host:
        return host if _HOST.fullmatch(host) else None
    try:
        return str(ipaddress.IPv6Address(host)) if "%" not in host else None
    except ValueError:
        return None


def _database_url(text: str) -> Secret[str]:
    _split_url(text, ("postgresql", "postgres"), "postgresql://user:password@host/database")
    return Secret(text)


def _redis_url(text: str) -> Secret[str]:
    _split_url(text, ("redis", "rediss", "unix"), "redis://host:6379/0")
    return Secret(text)


def _origin(text: str) -> Origin:
    example = "https://fleetprompt.example"
    url = _split_url(text, tuple(_SCHEME_PORTS), example)
    host = _host(url)
    if host is None or url.path not in ("", "/") or "?" in text or "#" in text:
        raise _BadValueError(f"must be scheme and host only, such as {example}")
    return Origin(url.scheme, host, None if url.port == _SCHEME_PORTS[url.scheme] else url.port)


def _https_url(text: str, *, or_loopback: bool = False) -> str:
    """or_loopback: whether it may be http where only this machine can reach it."""
    example = "https://partner.example/install"
    url = _split_url(text, ("https", "http") if or_loopback else ("https",), example)
    host = _host(url)
    if host is None or "#" in text:
        raise _BadValueError(f"must be a URL such as {example}, without credentials or fragment")
    if url.scheme == "http" and not Origin("http", host).is_loopback:
        raise _BadValueError(f"must be a URL such as {example}; http is for this machine alone")
    return text


def _each(text: str, parse: Callable[[str], T]) -> tuple[T, ...]:
    """What `parse` makes of every entry between the commas; refuses with all the faulty ones by their place."""
    found: list[T] = []
    problems: list[str] = []
    for place, entry in enumerate(text.split(","), start=1):
        try:
            found.append(parse(entry.strip()))
        except _BadValueError as problem:
            problems.append(f"entry {place} {problem}")
    if problems:
        raise _BadValueError("; ".join(problems))
    return tuple(found)


def _networks(text: str) -> tuple[Network, ...]:
    return _each(text, _network)


def _network(text: str) -> Network:
    try:
        network = ipaddress.ip_network(text)
    except ValueError:
        raise _BadValueError(
            "must be an address or a network such as 10.0.0.0/8, with no bits set past its length"
        ) from None
    if network.prefixlen == 0:
        raise _BadValueError("names every address, so that anyone could claim any address; name the proxies only")
    return network


def _install_urls(text: str) -> Mapping[InstallTargetSystem, str]:
    pairs = _each(text, _install_url)
    if len(dict(pairs)) < len(pairs):
        raise _BadValueError("gives one system twice")
    return MappingProxyType(dict(pairs))


def _install_url(text: str) -> tuple[InstallTargetSystem, str]:
    system, _, url = text.partition("=")
    try:
        return InstallTargetSystem(system), _https_url(url, or_loopback=True)
    except ValueError:
        raise _BadValueError(
            f"must be like whs=https://partner.example/install; the systems are {', '.join(InstallTargetSystem)}"
        ) from None


def _contact(text: str) -> str:
    if _E_MAIL.fullmatch(text) and len(text) <= 254:
        return text
    try:
        return _https_url(text)
    except _BadValueError:
        raise _BadValueError("must be an e-mail address or an https URL") from None


def _bearer_token(text: str) -> Secret[str]:
    if not _BEARER_TOKEN.fullmatch(text):
        raise _BadValueError(
            "must be 16 to 256 letters, digits or any of -._~+/ without spaces, as `openssl rand -hex 32`"
        )
    return Secret(text)


def _key_ring(text: str) -> KeyRing:
    try:
        return KeyRing.parse(text)
    except KeyRingError as error:
        raise _BadValueError(str(error)) from None


def _rate_limits(text: str) -> Mapping[RateClass, RateLimit]:
    try:
        return parse_rate_limits(text)
    except RateLimitsError as error:
        raise _BadValueError(str(error)) from None


def _log_level(text: str) -> LogLevel:
    return _one_of(LogLevel, text.lower())


def _isolation(text: str) -> Isolation:
    return _one_of(Isolation, text.lower())


def _one_of(choices: type[E], text: str) -> E:
    try:
        return choices(text)
    except ValueError:
        raise _BadValueError(f"must be one of: {', '.join(choices)}") from None

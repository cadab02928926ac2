"""How often requests of each class may come, and how an operator writes other limits (spec 6.3, 7)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class RateClass(StrEnum):
    """What is counted together."""

    PUBLIC_READ = "public_read"
    SIGN_IN_ADDRESS = "sign_in_address"
    SIGN_IN_ACCOUNT = "sign_in_account"
    SIGN_IN_ACCOUNT_HOUR = "sign_in_account_hour"
    REGISTER = "register"
    SIGNED_IN_READ = "signed_in_read"
    WRITE = "write"
    MINT = "mint"
    NEW_LISTING = "new_listing"
    NEW_RELEASE = "new_release"
    REPORT = "report"
    REDEEM = "redeem"
    INTERNAL_FAILURE = "internal_failure"


BY_ADDRESS: Final = frozenset({RateClass.PUBLIC_READ, RateClass.REGISTER})
BY_USER: Final = frozenset({RateClass.SIGNED_IN_READ, RateClass.WRITE, RateClass.MINT, RateClass.REPORT})
BY_PUBLISHER: Final = frozenset({RateClass.NEW_LISTING, RateClass.NEW_RELEASE})
BY_PARTNER: Final = frozenset({RateClass.REDEEM})
FAILED_SIGN_INS: Final = frozenset(
    {RateClass.SIGN_IN_ADDRESS, RateClass.SIGN_IN_ACCOUNT, RateClass.SIGN_IN_ACCOUNT_HOUR}
)
"""By address, by account and network, and by account. As with INTERNAL_FAILURE, by address, only what fails counts."""


@dataclass(frozen=True, slots=True)
class RateLimit:
    """At most `count` requests within `period_s` seconds, and at most `burst` of them at once."""

    count: int
    period_s: int
    burst: int | None = None


DEFAULT_LIMITS: Final[Mapping[RateClass, RateLimit]] = MappingProxyType(
    {
        RateClass.PUBLIC_READ: RateLimit(300, 60, burst=60),
        RateClass.SIGN_IN_ADDRESS: RateLimit(10, 60),
        RateClass.SIGN_IN_ACCOUNT: RateLimit(5, 60),
        RateClass.SIGN_IN_ACCOUNT_HOUR: RateLimit(100, 3_600),
        RateClass.REGISTER: RateLimit(5, 3_600),
        RateClass.SIGNED_IN_READ: RateLimit(600, 60),
        RateClass.WRITE: RateLimit(120, 60),
        RateClass.MINT: RateLimit(30, 60),
        RateClass.NEW_LISTING: RateLimit(20, 86_400),
        RateClass.NEW_RELEASE: RateLimit(100, 86_400),
        RateClass.REPORT: RateLimit(10, 3_600),
        RateClass.REDEEM: RateLimit(600, 60),
        RateClass.INTERNAL_FAILURE: RateLimit(60, 60),
    }
)

NO_LIMITS: Final[Mapping[RateClass, RateLimit]] = MappingProxyType({})

_PERIODS_S: Final = {"s": 1, "min": 60, "h": 3_600, "day": 86_400}
_ENTRY: Final = re.compile(r"([a-z_]+)=([1-9][0-9]{0,6})/(s|min|h|day)(?::([1-9][0-9]{0,6}))?", re.ASCII)


class RateLimitsError(Exception):
    """Limits that cannot be used. The message tells what is wrong with each entry, by its place."""


def parse_rate_limits(text: str) -> Mapping[RateClass, RateLimit]:
    """The limits written as `default`, as `off`, or as overrides: `redeem=600/min,public_read=300/min:60`.

    An override is `class=count/period[:burst]` with the periods s, min, h and day; it replaces the class's whole
    default, burst included. A class that the result lacks is not limited. Raises RateLimitsError.
    """
    if text == "default":
        return DEFAULT_LIMITS
    if text == "off":
        return NO_LIMITS
    overrides: dict[RateClass, RateLimit] = {}
    problems: list[str] = []
    for place, entry in enumerate(text.split(","), start=1):
        try:
            rate_class, limit = _parse_override(entry.strip())
            if rate_class in overrides:
                raise RateLimitsError(f"gives {rate_class} a second time")
            overrides[rate_class] = limit
        except RateLimitsError as problem:
            problems.append(f"entry {place} {problem}")
    if problems:
        raise RateLimitsError("; ".join(problems))
    return MappingProxyType({**DEFAULT_LIMITS, **overrides})


def _parse_override(entry: str) -> tuple[RateClass, RateLimit]:
    form = _ENTRY.fullmatch(entry)
    if form is None:
        raise RateLimitsError("must be like redeem=600/min or public_read=300/min:60, with the periods s, min, h, day")
    name, count, period, burst = form.groups()
    if name not in DEFAULT_LIMITS:
        close = get_close_matches(name, list(RateClass), n=1)
        meant = f"did you mean {close[0]}?" if close else f"the classes are {', '.join(RateClass)}"
        raise RateLimitsError(f"names no class of requests; {meant}")
    if burst is not None and int(burst) > int(count):
        raise RateLimitsError("has a burst above its count")
    return RateClass(name), RateLimit(int(count), _PERIODS_S[period], None if burst is None else int(burst))

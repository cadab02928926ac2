"""The rate limits of this instance in words (spec 6.3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from fleetprompt.rate_limits import RateClass, RateLimit

WHAT: Final[Mapping[RateClass, tuple[str, str]]] = MappingProxyType(
    {
        RateClass.PUBLIC_READ: ("Public reads", "address"),
        RateClass.SIGN_IN_ADDRESS: ("Failures to sign in", "address"),
        RateClass.SIGN_IN_ACCOUNT: ("Failures to sign in", "account and network"),
        RateClass.SIGN_IN_ACCOUNT_HOUR: ("Failures to sign in", "account"),
        RateClass.REGISTER: ("Registering", "address"),
        RateClass.SIGNED_IN_READ: ("Reads of a caller who is signed in", "user"),
        RateClass.WRITE: ("Writes", "user"),
        RateClass.MINT: ("Minting install tokens", "user"),
        RateClass.NEW_LISTING: ("New listings", "publisher"),
        RateClass.NEW_RELEASE: ("New releases", "publisher"),
        RateClass.REPORT: ("Reports", "user"),
        RateClass.REDEEM: ("Redeeming", "partner system"),
        RateClass.INTERNAL_FAILURE: ("Signatures that do not verify", "address"),
    }
)
"""What each class counts, and for whom."""

_PERIODS: Final = {1: "a second", 60: "a minute", 3_600: "an hour", 86_400: "a day"}


@dataclass(frozen=True)
class ToldLimit:
    """One limit. most: `300 a minute, at most 60 at once`."""

    name: str
    what: str
    counted_by: str
    most: str


def told_limits(limits: Mapping[RateClass, RateLimit]) -> list[ToldLimit]:
    """The limits that are in force here."""
    return [ToldLimit(each.value, *WHAT[each], _most(limits[each])) for each in RateClass if each in limits]


def _most(limit: RateLimit) -> str:
    burst = "" if limit.burst is None else f", at most {limit.burst:,} at once"
    return f"{limit.count:,} {_PERIODS[limit.period_s]}{burst}"

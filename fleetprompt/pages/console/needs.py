"""What a listing needs from its publisher, before anything else that she could do with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from fleetprompt.enums import ListingStatus
from fleetprompt.listings.model import PublisherListingItem
from fleetprompt.versions import is_prerelease

PRERELEASE_ALONE_MS_MAX: Final = 30 * 24 * 60 * 60 * 1000


class Need(StrEnum):
    """The most pressing first."""

    SUSPENDED = "suspended"
    WITHOUT_RELEASE = "without_release"
    READY = "ready"
    UNRELEASED = "unreleased"
    PRERELEASE_ONLY = "prerelease_only"


_ORDER: Final = tuple(Need)


@dataclass(frozen=True)
class Needy:
    """A listing with what it needs."""

    listing: PublisherListingItem
    need: Need


def need_of(listing: PublisherListingItem, now_ms: int) -> Need | None:
    """What `listing` waits for; none where it stands as its publisher wants it."""
    if listing.status is ListingStatus.SUSPENDED:
        return Need.SUSPENDED
    if listing.status is ListingStatus.UNLISTED and listing.published_releases == 0:
        return Need.WITHOUT_RELEASE
    if listing.status is ListingStatus.DRAFT:
        return Need.READY if listing.published_releases else Need.UNRELEASED
    if listing.status is ListingStatus.PUBLISHED and listing.latest_release:
        age_ms = now_ms - listing.latest_release.published_at_ms
        if is_prerelease(listing.latest_release.version) and age_ms > PRERELEASE_ALONE_MS_MAX:
            return Need.PRERELEASE_ONLY
    return None


def needy(listings: Iterable[PublisherListingItem], now_ms: int) -> list[Needy]:
    """Those of `listings` that need something, each once, the most pressing first."""
    by_id = {each.listing_id: each for each in listings}
    found = [Needy(each, need) for each in by_id.values() if (need := need_of(each, now_ms))]
    return sorted(found, key=lambda each: _ORDER.index(each.need))

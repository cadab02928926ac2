"""What goes over the wire of the lists over the whole market, and of a listing's installs by day (spec 6.4 Public)."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import UNSET, UnsetType

from fleetprompt.catalog.model import ListingPublisher
from fleetprompt.enums import AssetKind
from fleetprompt.fields import SLICE_DIGITS_MAX, Command, ListingId, SliceDigits
from fleetprompt.runtime.pagination import ListCommand

BITS_OF_A_DIGIT: Final = 4


class ListNewReleases(ListCommand):
    """The published releases of all published listings."""


class ListPopular(ListCommand):
    """The published listings that were installed of late."""


class ListAddresses(ListCommand):
    """The published listings of one slice; without one, all of them.

    digits: those that the last four hexadecimal digits of the UUID in a listing's id begin with.
    """

    digits: SliceDigits | UnsetType = msgspec.field(default=UNSET, name="slice")

    @property
    def bounds(self) -> tuple[int, int]:
        """The slice's first and last number, of 0 to 65 535."""
        digits = "" if self.digits is UNSET else self.digits
        free_bits = BITS_OF_A_DIGIT * (SLICE_DIGITS_MAX - len(digits))
        first = int(digits or "0", base=16) << free_bits
        return first, first + (1 << free_bits) - 1


class ShowInstalls(Command):
    """The last 30 days of one listing."""

    listing_id: ListingId


class ReleasedListing(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What a new release is a release of."""

    listing_id: str
    asset_kind: AssetKind
    name: str
    summary: str


class NewRelease(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A release as it is announced: with its listing, and who published it."""

    release_id: str
    version: str
    published_at_ms: int
    listing: ReleasedListing
    publisher: ListingPublisher


class ListingAddress(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """That a listing is published, by whom, and when it was last updated."""

    listing_id: str
    publisher_id: str
    updated_at_ms: int


class InstallsDay(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What happened to a listing on one day (UTC, `YYYY-MM-DD`)."""

    day: str
    install_intents: int
    redemptions: int


class InstallsTotal(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The sums over all days."""

    install_intents: int
    redemptions: int


class Installs(msgspec.Struct, frozen=True, kw_only=True):
    """The last 30 days of a listing, today included, the oldest first, none left out."""

    days: list[InstallsDay]
    total: InstallsTotal


class InstallsReply(msgspec.Struct, frozen=True):
    """Installs by day."""

    installs: Installs

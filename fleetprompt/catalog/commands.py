"""What comes over the wire of the public catalog (spec 6.4 Public)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec
from msgspec import UNSET, UnsetType

from fleetprompt.enums import AssetKind, ListingSort
from fleetprompt.fields import (
    SLICE_DIGITS_MAX,
    Command,
    ListingId,
    PublisherId,
    ReleaseId,
    SearchText,
    SliceDigits,
    Slug,
)
from fleetprompt.runtime.pagination import ListCommand
from fleetprompt.search_text import TextQuery, text_query

BITS_OF_A_DIGIT: Final = 4


class SearchListings(ListCommand):
    """Published listings that match everything that is given. A blank `q` counts as none."""

    q: SearchText | UnsetType = UNSET
    tags: tuple[Slug, ...] = ()
    categories: tuple[Slug, ...] = ()
    asset_kind: AssetKind | UnsetType = UNSET
    publisher_id: PublisherId | UnsetType = UNSET
    sort: ListingSort | UnsetType = UNSET

    @property
    def text(self) -> TextQuery | None:
        """What `q` asks for, None where it is absent or blank."""
        return None if self.q is UNSET else text_query(self.q)

    @property
    def order(self) -> ListingSort:
        """The sort that is asked for, or by default relevance with a text and the newest without."""
        if self.sort is UNSET:
            return ListingSort.NEWEST if self.text is None else ListingSort.RELEVANCE
        return self.sort

    def canonical(self) -> SearchListings:
        """The same search with its sort written out and its words in one order: a cursor of one continues the other."""
        return msgspec.structs.replace(
            self,
            q=UNSET if self.text is None else self.q,
            tags=tuple(sorted(self.tags)),
            categories=tuple(sorted(self.categories)),
            sort=self.order,
        )

    def contradictions(self) -> Iterator[tuple[str, str]]:
        """Relevance is relevance to a text."""
        if self.sort is ListingSort.RELEVANCE and self.text is None:
            yield "sort", "can be relevance only together with q; give q a word, or sort by another"


class ShowListing(Command):
    """One listing."""

    listing_id: ListingId


class ListReleases(ListCommand):
    """The releases of one listing, with or without the revoked ones."""

    listing_id: ListingId
    include_revoked: bool = False


class ShowRelease(Command):
    """One release."""

    release_id: ReleaseId


class ShowPublisher(Command):
    """One publisher."""

    publisher_id: PublisherId


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

"""Pure decisions of listings (spec 2.8, 4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias, TypeVar
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from fleetprompt.enums import AssetKind, ListingStatus
from fleetprompt.errors import Reason, Refusal, conflict
from fleetprompt.fields import Precondition
from fleetprompt.listings.model import (
    Content,
    CreateListing,
    DescriptionSource,
    Facet,
    Links,
    LinksPatch,
    ReviseListing,
)

Value = TypeVar("Value")

PublicFacets: TypeAlias = frozenset[tuple[Facet, str]]
"""What one listing counts towards in the facets."""

_MOVES: Final[Mapping[ListingStatus, frozenset[ListingStatus]]] = {
    ListingStatus.DRAFT: frozenset({ListingStatus.PUBLISHED}),
    ListingStatus.PUBLISHED: frozenset({ListingStatus.UNLISTED, ListingStatus.DRAFT}),
    ListingStatus.UNLISTED: frozenset({ListingStatus.PUBLISHED, ListingStatus.DRAFT}),
    ListingStatus.SUSPENDED: frozenset(),
}
"""Where a publisher may move a listing from each status; suspending and reinstating are the admins' doing."""


class FacetChange(msgspec.Struct, frozen=True):
    """How many more published listings (fewer where negative) have this value."""

    facet: Facet
    value: str
    listings: int


class Latest(msgspec.Struct, frozen=True):
    """The published release of highest precedence, as the listing's row keeps it."""

    release_id: UUID
    version: str
    published_at_ms: int


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Where a listing stands: its status, how many published releases it has, and the latest of them."""

    status: ListingStatus
    published_releases: int
    latest: Latest | None


class DayCounts(msgspec.Struct, frozen=True):
    """What happened to a listing on one day."""

    day: int
    install_intents: int
    redemptions: int


def etag(revision: int) -> str:
    """The strong validator of what a publisher can edit, quotes included (spec 6.3)."""
    return f'"{revision}"'


def stale_edit(if_match: Precondition | UnsetType, revision: int) -> Refusal | None:
    """CONFLICT (`stale_edit`) where `If-Match` names another version than the current one."""
    if if_match is UNSET or if_match.admits(etag(revision)):
        return None
    return conflict(
        Reason.STALE_EDIT,
        "This listing was edited since you read it; read it again, and send its new etag in If-Match.",
    )


def refusal_to_move(current: ListingStatus, wanted: ListingStatus, published_releases: int) -> Refusal | None:
    """Why a publisher may not move a listing from `current` to `wanted` (spec 4).

    CONFLICT with `suspended`, `transition` or `no_published_release`.
    """
    if current == ListingStatus.SUSPENDED:
        return suspended()
    if wanted not in _MOVES[current]:
        return conflict(Reason.TRANSITION, f"A listing does not go from {current} to {wanted}.")
    if wanted == ListingStatus.PUBLISHED and published_releases == 0:
        return conflict(Reason.NO_PUBLISHED_RELEASE, "A listing needs a published release before it is published.")
    return None


def suspended() -> Refusal:
    """CONFLICT: an admin suspended the listing, and only an admin moves it on."""
    return conflict(Reason.SUSPENDED, "This listing is suspended; it can be edited, and its releases revoked.")


def content_of(command: CreateListing, description_source: str | None) -> Content:
    """What a new listing says. description_source: its description in normal form, if it has one."""
    return Content(
        name=command.name,
        summary=command.summary,
        description=_source(description_source),
        tags=command.tags,
        categories=command.categories,
        images=command.images,
        links=command.links,
    )


def revised(current: Content, command: ReviseListing, description_source: str | None) -> Content:
    """`current` with the command's changes. description_source: the new description in normal form, if there is one."""
    kept_description = current.description if command.description is UNSET else UNSET
    return Content(
        name=current.name if command.name is UNSET else command.name,
        summary=_cleared(command.summary, current.summary, ""),
        description=kept_description if description_source is None else _source(description_source),
        tags=_cleared(command.tags, current.tags, ()),
        categories=_cleared(command.categories, current.categories, ()),
        images=_cleared(command.images, current.images, ()),
        links=_revised_links(current.links, command.links),
    )


def _source(markdown: str | None) -> DescriptionSource | UnsetType:
    """What is kept of a description; an empty one is none, as the two are shown alike."""
    return UNSET if not markdown else DescriptionSource(format="markdown", markdown=markdown)


def _cleared(new: Value | UnsetType | None, current: Value, empty: Value) -> Value:
    if new is UNSET:
        return current
    return empty if new is None else new


def _revised_links(current: Links, patch: LinksPatch | UnsetType | None) -> Links:
    if patch is UNSET:
        return current
    if patch is None:
        return Links()
    return Links(
        docs_url=_cleared(patch.docs_url, current.docs_url, UNSET),
        repo_url=_cleared(patch.repo_url, current.repo_url, UNSET),
    )


def changed_fields(before: Content, after: Content) -> tuple[str, ...]:
    """The names, as on the wire, of the fields in which two contents differ."""
    return tuple(
        field.encode_name
        for field in msgspec.structs.fields(Content)
        if getattr(before, field.name) != getattr(after, field.name)
    )


def public_facets(
    status: ListingStatus, asset_kind: AssetKind, categories: Iterable[str], tags: Iterable[str]
) -> PublicFacets:
    """What a listing counts towards: nothing unless it is published."""
    if status != ListingStatus.PUBLISHED:
        return frozenset()
    return frozenset(
        {
            (Facet.ASSET_KIND, str(asset_kind)),
            *((Facet.CATEGORY, category) for category in categories),
            *((Facet.TAG, tag) for tag in tags),
        }
    )


def facet_changes(before: PublicFacets, after: PublicFacets) -> tuple[FacetChange, ...]:
    """What the counts of the facets gain and lose when a listing's own change from `before` to `after`."""
    lost = (FacetChange(facet, value, -1) for facet, value in sorted(before - after))
    gained = (FacetChange(facet, value, 1) for facet, value in sorted(after - before))
    return (*lost, *gained)


def every_day(counts: Iterable[DayCounts], days: Iterable[int]) -> list[DayCounts]:
    """The counts of every one of `days`, also of those on which nothing happened."""
    by_day = {each.day: each for each in counts}
    return [by_day.get(day, DayCounts(day, 0, 0)) for day in days]

"""What anyone may read (spec 6.4 Public): each query is one statement."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from fleetprompt import search_text
from fleetprompt.authz import PUBLIC, Access, Actor
from fleetprompt.catalog import shapes
from fleetprompt.catalog.commands import (
    ListAddresses,
    ListNewReleases,
    ListPopular,
    ListReleases,
    SearchListings,
    ShowInstalls,
    ShowListing,
    ShowPublisher,
    ShowRelease,
)
from fleetprompt.catalog.model import (
    FacetCount,
    Facets,
    FoundListing,
    InstallsReply,
    ListingAddress,
    ListingDetail,
    ListingDetailReply,
    NewRelease,
    PublicPublisherReply,
    PublicReleaseItem,
    PublicReleaseReply,
)
from fleetprompt.catalog.statements import facets as facet_statements
from fleetprompt.catalog.statements import installs, listings, market, publishers, releases
from fleetprompt.catalog.statements.search import Search, search_page
from fleetprompt.clock import day_of
from fleetprompt.errors import not_found
from fleetprompt.fields import NoArguments, or_none
from fleetprompt.listings.model import Facet
from fleetprompt.listings.rules import every_day
from fleetprompt.rate_limits import RateClass
from fleetprompt.runtime.operations import Owner, query
from fleetprompt.runtime.pagination import Page, Pager
from fleetprompt.runtime.run import Look
from fleetprompt.secrets import KeyRing

EMBEDDED_RELEASES: Final = 20
INSTALLS_DAYS: Final = 30


@query(
    "catalog.search",
    who=Access.ANYONE,
    rate=(RateClass.PUBLIC_READ,),
    owns={"publisher_id": Owner.PUBLIC},
)
async def search(look: Look, _: Actor, command: SearchListings) -> Page[FoundListing]:
    """Published listings by text, tags, categories, kind and publisher (spec 6.3).

    Without `sort` a text is searched by relevance, anything else by the newest. Raises VALIDATION_FAILED on `cursor`
    and on `sort`; UNAVAILABLE where the search takes longer than 300 ms.
    """
    pager = Pager(look.ring, "catalog.search", "public", command.canonical())
    text = command.text
    wanted = Search(
        sort=command.order,
        text=text,
        matching=search_text.matching(text, command.tags, command.categories),
        narrowing=search_text.matching(None, command.tags, command.categories),
        asset_kind=or_none(command.asset_kind),
        publisher_id=or_none(command.publisher_id),
        after=pager.after_place,
        fetch=pager.fetch,
    )
    rows = await look.many(search_page(PUBLIC, wanted), search=True)
    return pager.page(rows, shapes.found_listing, place=lambda row: row.place)


@query(
    "catalog.listing",
    who=Access.ANYONE,
    rate=(RateClass.PUBLIC_READ,),
    owns={"listing_id": Owner.PUBLIC},
)
async def show_listing(look: Look, _: Actor, command: ShowListing) -> ListingDetailReply:
    """A published listing with its description and its newest releases (spec 6.5). Raises NOT_FOUND."""
    of_listing = ListReleases(listing_id=command.listing_id, limit=EMBEDDED_RELEASES)
    pager = _release_pager(look.ring, of_listing)
    row = await look.one(listings.detail(PUBLIC, command.listing_id, fetch=pager.fetch))
    if row is None:
        raise not_found()
    detail = ListingDetail(
        listing=shapes.listing(row),
        description=shapes.description(row),
        latest_release=shapes.latest_release(row),
        releases=pager.page(row.newest_releases, shapes.listed_release),
    )
    return ListingDetailReply(detail)


@query(
    "catalog.releases",
    who=Access.ANYONE,
    rate=(RateClass.PUBLIC_READ,),
    owns={"listing_id": Owner.PUBLIC},
)
async def list_releases(look: Look, _: Actor, command: ListReleases) -> Page[PublicReleaseItem]:
    """The releases of a published listing, the newest first, revoked ones where they are asked for (spec 3).

    Raises NOT_FOUND; VALIDATION_FAILED on `cursor`.
    """
    pager = _release_pager(look.ring, command)
    rows = await look.many(
        releases.page(
            PUBLIC,
            command.listing_id,
            include_revoked=command.include_revoked,
            after_id=pager.after_id,
            fetch=pager.fetch,
        )
    )
    return pager.page_within(rows, shapes.release_item)


def _release_pager(ring: KeyRing, command: ListReleases) -> Pager:
    """The pager of a listing's releases: its cursors continue the page that is embedded in the listing, too."""
    return Pager(ring, "catalog.releases", "public", command)


@query(
    "catalog.release",
    who=Access.ANYONE,
    rate=(RateClass.PUBLIC_READ,),
    owns={"release_id": Owner.PUBLIC},
)
async def show_release(look: Look, _: Actor, command: ShowRelease) -> PublicReleaseReply:
    """A release of a published listing, also a revoked one (spec 3). Raises NOT_FOUND."""
    row = await look.one(releases.release(PUBLIC, command.release_id))
    if row is None:
        raise not_found()
    return PublicReleaseReply(shapes.release(row))


@query(
    "catalog.publisher",
    who=Access.ANYONE,
    rate=(RateClass.PUBLIC_READ,),
    owns={"publisher_id": Owner.PUBLIC},
)
async def show_publisher(look: Look, _: Actor, command: ShowPublisher) -> PublicPublisherReply:
    """A publisher's profile, which is public from the first time it is stored until its user is suspended.

    It needs no published listing: who bought from her can still see who she is once she has taken all of them down.
    Raises NOT_FOUND.
    """
    row = await look.one(publishers.publisher(PUBLIC, command.publisher_id))
    if row is None:
        raise not_found()
    return PublicPublisherReply(shapes.publisher(row))


@query("catalog.new_releases", who=Access.ANYONE, rate=(RateClass.PUBLIC_READ,))
async def list_new_releases(look: Look, _: Actor, command: ListNewReleases) -> Page[NewRelease]:
    """The published releases of all published listings, the newest first, each once.

    The list ends where 5 000 releases in a row are of listings that are not public. Raises VALIDATION_FAILED on
    `cursor`.
    """
    pager = Pager(look.ring, "catalog.new_releases", "public", command)
    rows = await look.many(market.new_releases(PUBLIC, after=pager.after_place, fetch=pager.fetch))
    return pager.page(rows, shapes.new_release, place=lambda row: [row.published_at_ms, row.id])


@query("catalog.popular", who=Access.ANYONE, rate=(RateClass.PUBLIC_READ,))
async def list_popular(look: Look, _: Actor, command: ListPopular) -> Page[FoundListing]:
    """Published listings by how often a token of theirs was redeemed in the last 30 days, the most often first.

    One that was never redeemed is not among them. Raises VALIDATION_FAILED on `cursor`.
    """
    pager = Pager(look.ring, "catalog.popular", "public", command)
    rows = await look.many(market.popular(PUBLIC, after=pager.after_place, fetch=pager.fetch))
    return pager.page(rows, shapes.found_listing, place=lambda row: [row.sort_key, row.id])


@query("catalog.addresses", who=Access.ANYONE, rate=(RateClass.PUBLIC_READ,))
async def list_addresses(look: Look, _: Actor, command: ListAddresses) -> Page[ListingAddress]:
    """Every published listing, in an order that chance has made: for maps and mirrors, which read slices side by side.

    A slice holds the listings in whose UUIDs the last four digits begin with these. Raises VALIDATION_FAILED on `slice`
    and on `cursor`.
    """
    pager = Pager(look.ring, "catalog.addresses", "public", command)
    rows = await look.many(market.addresses(PUBLIC, bounds=command.bounds, after=pager.after_place, fetch=pager.fetch))
    return pager.page(rows, shapes.address, place=lambda row: [row.slice_number, row.id])


@query(
    "catalog.installs",
    who=Access.ANYONE,
    rate=(RateClass.PUBLIC_READ,),
    owns={"listing_id": Owner.PUBLIC},
)
async def show_installs(look: Look, _: Actor, command: ShowInstalls) -> InstallsReply:
    """How often a published listing's installs were begun and its tokens redeemed, by day (UTC), for 30 days.

    What happened in the last minute may be missing. Raises NOT_FOUND.
    """
    today = day_of(look.now_ms)
    days = range(today - INSTALLS_DAYS + 1, today + 1)
    rows = await look.many(installs.installs(PUBLIC, command.listing_id, days=days))
    if not rows:
        raise not_found()
    counts = [row.counts for row in rows if row.counts]
    return InstallsReply(shapes.installs(every_day(counts, days)))


@query("catalog.facets", who=Access.ANYONE, rate=(RateClass.PUBLIC_READ,))
async def show_facets(look: Look, _: Actor, __: NoArguments) -> Facets:
    """How many published listings there are of each kind, and of the most frequent categories and tags (spec 6.4)."""
    counts: defaultdict[str, list[FacetCount]] = defaultdict(list)
    for row in await look.many(facet_statements.facets(PUBLIC)):
        counts[row.facet].append(FacetCount(row.value, row.listings))
    return Facets(kinds=counts[Facet.ASSET_KIND], categories=counts[Facet.CATEGORY], tags=counts[Facet.TAG])

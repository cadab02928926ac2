"""What anyone may read of the whole market, and a listing's installs: each query is one statement (spec 6.4)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fleetprompt import ids
from fleetprompt.authz import PUBLIC, Access, Actor
from fleetprompt.catalog import shapes
from fleetprompt.catalog.market_model import (
    Installs,
    InstallsDay,
    InstallsReply,
    InstallsTotal,
    ListAddresses,
    ListingAddress,
    ListNewReleases,
    ListPopular,
    NewRelease,
    ShowInstalls,
)
from fleetprompt.catalog.model import FoundListing
from fleetprompt.catalog.statements import installs, market
from fleetprompt.catalog.statements.installs import InstallsRow
from fleetprompt.catalog.statements.market import AddressRow
from fleetprompt.clock import day_of, name_of_day
from fleetprompt.errors import not_found
from fleetprompt.rate_limits import RateClass
from fleetprompt.runtime.operations import Owner, query
from fleetprompt.runtime.pagination import Page, Pager
from fleetprompt.runtime.run import Look

DAYS: Final = 30


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
    return pager.page(rows, _address, place=lambda row: [row.slice_number, row.id])


def _address(row: AddressRow) -> ListingAddress:
    return ListingAddress(
        listing_id=ids.encode("lst", row.id),
        publisher_id=ids.encode("pub", row.publisher_id),
        updated_at_ms=row.updated_at_ms,
    )


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
    counted = range(today - DAYS + 1, today + 1)
    rows = await look.many(installs.installs(PUBLIC, command.listing_id, days=counted))
    if not rows:
        raise not_found()
    return InstallsReply(_by_day(rows, counted))


def _by_day(rows: Sequence[InstallsRow], counted: range) -> Installs:
    by_day = {row.day: row for row in rows}
    found = [(day, by_day.get(day)) for day in counted]
    days = [
        InstallsDay(
            day=name_of_day(day),
            install_intents=0 if row is None else row.install_intents or 0,
            redemptions=0 if row is None else row.redemptions or 0,
        )
        for day, row in found
    ]
    total = InstallsTotal(
        install_intents=sum(each.install_intents for each in days), redemptions=sum(each.redemptions for each in days)
    )
    return Installs(days=days, total=total)

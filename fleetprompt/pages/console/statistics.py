"""A listing's statistics by day: two charts on one scale, and the numbers in a table."""

from __future__ import annotations

from typing import Final

from fleetprompt.authz import Access
from fleetprompt.listings.model import STATS_DAYS_DEFAULT, Stats
from fleetprompt.listings.reads import get_own, stats
from fleetprompt.pages import charts
from fleetprompt.pages.answers import Answer
from fleetprompt.pages.declaring import Page
from fleetprompt.pages.visit import Visit

SPANS: Final = (7, STATS_DAYS_DEFAULT, 90)


async def _show(visit: Visit) -> Answer:
    listing = (await visit.ask(get_own)).listing
    found: Stats = (await visit.ask(stats, **visit.asked("days"))).stats
    top = charts.scale_top(number for day in found.days for number in (day.install_intents, day.redemptions))
    begun = charts.bars_by_day([(day.day, day.install_intents) for day in found.days], top)
    handed_over = charts.bars_by_day([(day.day, day.redemptions) for day in found.days], top)
    return visit.html(
        "console/statistics.html",
        listing=listing,
        days=len(found.days),
        spans=SPANS,
        begun=begun,
        handed_over=handed_over,
        rows=charts.rows(begun, handed_over),
    )


STATISTICS: Final = Page(
    name="console_statistics",
    path="/console/listings/{listingId}/statistics",
    show=_show,
    reads=(get_own, stats),
    who=Access.PUBLISHER,
)

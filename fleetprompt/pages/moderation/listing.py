"""The queue beside one listing of it, and any listing: what it says, what changed, what was said of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from fleetprompt.authz import Access
from fleetprompt.moderation.model import AdminListingDetail, AdminReport, WaitingListing
from fleetprompt.moderation.reads import list_queue, list_reports, show_listing, show_revision
from fleetprompt.pages.answers import Answer
from fleetprompt.pages.declaring import Page
from fleetprompt.pages.moderation.changes import changes
from fleetprompt.pages.rendering import with_query
from fleetprompt.pages.visit import Visit
from fleetprompt.runtime.pagination import Page as Found

WAITING_SHOWN: Final = 20
REPORTS_SHOWN: Final = 50
QUEUE_PATH: Final = "/moderation"


@dataclass(frozen=True)
class Point:
    """A version that what a listing says now can be compared with. why: what happened when it said that."""

    revision: int
    why: str
    at_ms: int


@dataclass(frozen=True)
class Desk:
    """The queue, and where in it a moderator is."""

    waiting: Found[WaitingListing]
    chosen: str
    cursor: str

    @property
    def ids(self) -> list[str]:
        """The listings on this page of the queue."""
        return [each.listing.listing_id for each in self.waiting.items]

    def path_of(self, listing_id: str) -> str:
        """A listing, with this page of the queue beside it."""
        return with_query(f"{QUEUE_PATH}/listings/{listing_id}", cursor=self.cursor)

    @property
    def previous_url(self) -> str:
        """The listing before the chosen one; empty where there is none."""
        place = self.ids.index(self.chosen) if self.chosen in self.ids else 0
        return self.path_of(self.ids[place - 1]) if place else ""

    @property
    def next_url(self) -> str:
        """The listing behind the chosen one, or the first where that does not wait; empty at the end."""
        place = self.ids.index(self.chosen) + 1 if self.chosen in self.ids else 0
        if place < len(self.ids):
            return self.path_of(self.ids[place])
        return self.next_page_url

    @property
    def next_page_url(self) -> str:
        """The next page of the queue; empty at the end."""
        cursor = self.waiting.next_cursor
        return with_query(QUEUE_PATH, cursor=cursor) if cursor else ""

    @property
    def first_page_url(self) -> str:
        """The first page of the queue, where this is another."""
        return QUEUE_PATH if self.cursor else ""


async def _show_queue(visit: Visit) -> Answer:
    waiting = await _waiting(visit)
    if not waiting.items:
        return visit.html("moderation/nothing_waits.html", first_url=QUEUE_PATH if "cursor" in visit.query else "")
    chosen = waiting.items[0].listing.listing_id
    shown = (await visit.ask(show_listing, listingId=chosen)).listing
    return visit.html("moderation/listing.html", **await _context(visit, waiting, shown))


async def _show_listing(visit: Visit) -> Answer:
    shown = (await visit.ask(show_listing)).listing
    return visit.html("moderation/listing.html", **await _context(visit, await _waiting(visit), shown))


async def _waiting(visit: Visit) -> Found[WaitingListing]:
    waiting: Found[WaitingListing] = await visit.ask(list_queue, **visit.asked("cursor"), limit=WAITING_SHOWN)
    return waiting


async def _context(visit: Visit, waiting: Found[WaitingListing], listing: AdminListingDetail) -> dict[str, Any]:
    found: Found[AdminReport] = await visit.ask(list_reports, listingId=listing.listing_id, limit=REPORTS_SHOWN)
    reports = sorted(found.items, key=lambda report: report.status != "open")
    points = points_of(listing, reports)
    since = _since(visit, listing, points)
    compared = []
    if since is not None and since.revision < listing.revision:
        asked = await visit.ask(show_revision, listingId=listing.listing_id, revision=since.revision)
        compared = changes(asked.revision, listing)
    return {
        "desk": Desk(waiting, listing.listing_id, visit.query.get("cursor", [""])[0]),
        "listing": listing,
        "reports": reports,
        "first_open": next((report for report in reports if report.status == "open"), None),
        "has_more_reports": found.next_cursor is not None,
        "points": points,
        "since": since,
        "changes": compared,
    }


def points_of(listing: AdminListingDetail, reports: list[AdminReport]) -> list[Point]:
    """What a listing can be compared with, the most telling first: open reports, the last judgement, its edits."""
    points = [
        Point(report.listing_revision, "reported", report.created_at_ms)
        for report in sorted(reports, key=lambda report: report.created_at_ms)
        if report.status == "open"
    ]
    if listing.reviewed:
        word = "suspended" if listing.suspension else "flagged" if listing.flagged else "reviewed"
        points.append(Point(listing.reviewed.revision, word, listing.reviewed.at_ms))
    points += [Point(each.revision, "edited", each.replaced_at_ms) for each in listing.revisions.items]
    firsts: dict[int, Point] = {}
    for point in points:
        firsts.setdefault(point.revision, point)
    return list(firsts.values())


def _since(visit: Visit, listing: AdminListingDetail, points: list[Point]) -> Point | None:
    """What it is compared with: the version that is asked for, else that of the first report or the last judgement."""
    asked = visit.query.get("since", [""])[0]
    if asked.isascii() and asked.isdigit() and 0 < int(asked[:9]) < listing.revision:
        known = {point.revision: point for point in points}
        return known.get(int(asked[:9]), Point(int(asked[:9]), "", 0))
    return next((point for point in points if point.why != "edited"), None)


QUEUE: Final = Page(
    name="moderation_queue",
    path=QUEUE_PATH,
    show=_show_queue,
    reads=(list_queue, show_listing, list_reports, show_revision),
    who=Access.ADMIN,
)
LISTING: Final = Page(
    name="moderation_listing",
    path="/moderation/listings/{listingId}",
    show=_show_listing,
    reads=(list_queue, show_listing, list_reports, show_revision),
    who=Access.ADMIN,
)

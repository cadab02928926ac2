"""Where listings are mounted."""

from __future__ import annotations

from typing import Final

from fleetprompt.listings.create import create
from fleetprompt.listings.model import ListingReply
from fleetprompt.listings.reads import get_own, list_own, preview_markdown, stats
from fleetprompt.listings.revise import revise
from fleetprompt.listings.set_status import set_status
from fleetprompt.web.routing import Route, get, patch, post


def _etag(reply: ListingReply) -> str:
    return reply.listing.etag


ROUTES: Final[tuple[Route, ...]] = (
    get("/v1/publisher/listings", list_own),
    post("/v1/publisher/listings", create, status=201),
    get("/v1/publisher/listings/{listingId}", get_own, etag=_etag),
    patch("/v1/publisher/listings/{listingId}", revise),
    post("/v1/publisher/listings/{listingId}/status", set_status),
    get("/v1/publisher/listings/{listingId}/stats", stats),
    post("/v1/publisher/markdown/preview", preview_markdown),
)

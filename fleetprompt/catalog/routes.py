"""Where the public catalog is mounted."""

from __future__ import annotations

from typing import Final

from fleetprompt.catalog.reads import (
    list_addresses,
    list_new_releases,
    list_popular,
    list_releases,
    search,
    show_facets,
    show_installs,
    show_listing,
    show_publisher,
    show_release,
)
from fleetprompt.web.routing import Caching, Route, get

ROUTES: Final[tuple[Route, ...]] = (
    get("/v1/public/listings/search", search, caching=Caching.PUBLIC),
    get("/v1/public/listings/popular", list_popular, caching=Caching.PUBLIC),
    get("/v1/public/listings/addresses", list_addresses, caching=Caching.PUBLIC),
    get("/v1/public/listings/{listingId}", show_listing, caching=Caching.PUBLIC),
    get("/v1/public/listings/{listingId}/releases", list_releases, caching=Caching.PUBLIC),
    get("/v1/public/listings/{listingId}/installs", show_installs, caching=Caching.PUBLIC),
    get("/v1/public/releases", list_new_releases, caching=Caching.PUBLIC),
    get("/v1/public/releases/{releaseId}", show_release, caching=Caching.PUBLIC),
    get("/v1/public/publishers/{publisherId}", show_publisher, caching=Caching.PUBLIC),
    get("/v1/public/facets", show_facets, caching=Caching.PUBLIC),
)

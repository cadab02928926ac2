"""Where releases are mounted."""

from __future__ import annotations

from typing import Final

from fleetprompt.releases.publish import publish
from fleetprompt.releases.reads import get_own, list_own
from fleetprompt.releases.revoke import revoke
from fleetprompt.web.routing import Route, get, post

ROUTES: Final[tuple[Route, ...]] = (
    get("/v1/publisher/listings/{listingId}/releases", list_own),
    post("/v1/publisher/listings/{listingId}/releases", publish, status=201),
    get("/v1/publisher/releases/{releaseId}", get_own),
    post("/v1/publisher/releases/{releaseId}/revoke", revoke),
)

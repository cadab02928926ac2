"""Where moderation is mounted."""

from __future__ import annotations

from typing import Final

from fleetprompt.moderation.read_audit import read_audit
from fleetprompt.moderation.reinstate_listing import reinstate_listing
from fleetprompt.moderation.revoke_intent import revoke_intent
from fleetprompt.moderation.suspend_listing import suspend_listing
from fleetprompt.web.routing import Route, get, post

ROUTES: Final[tuple[Route, ...]] = (
    post("/v1/admin/listings/{listingId}/suspend", suspend_listing),
    post("/v1/admin/listings/{listingId}/reinstate", reinstate_listing),
    post("/v1/admin/intents/{installIntentId}/revoke", revoke_intent),
    get("/v1/admin/audit", read_audit),
)

"""Where installs are mounted."""

from __future__ import annotations

from typing import Final

from fleetprompt.installs.cancel_intent import cancel_intent
from fleetprompt.installs.mint_token import mint_token
from fleetprompt.installs.open_intent import open_intent
from fleetprompt.installs.ping import ping
from fleetprompt.installs.reads import foresee_revocation, list_intents, show_intent
from fleetprompt.installs.redeem_token import redeem_token
from fleetprompt.web.routing import Caching, Route, get, internal_post, post

ROUTES: Final[tuple[Route, ...]] = (
    get("/v1/install/intents", list_intents),
    post("/v1/install/intents", open_intent, status=201),
    get("/v1/install/intents/{installIntentId}", show_intent),
    post("/v1/install/intents/{installIntentId}/token", mint_token, caching=Caching.SECRET),
    post("/v1/install/intents/{installIntentId}/cancel", cancel_intent),
    get("/v1/publisher/releases/{releaseId}/revocation", foresee_revocation),
    internal_post("/v1/internal/install/redeem", redeem_token),
    internal_post("/v1/internal/ping", ping),
)

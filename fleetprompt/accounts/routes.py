"""Where accounts are mounted."""

from __future__ import annotations

from typing import Final

from fleetprompt.accounts.reads import me
from fleetprompt.accounts.register import register
from fleetprompt.web.routing import Caching, Route, get, post

ROUTES: Final[tuple[Route, ...]] = (
    post("/v1/auth/register", register, status=201, caching=Caching.SECRET),
    get("/v1/me", me, caching=Caching.SECRET),
)

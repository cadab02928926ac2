"""Where accounts are mounted."""

from __future__ import annotations

from typing import Final

from fleetprompt.accounts.change_password import change_password
from fleetprompt.accounts.create_api_key import create_api_key
from fleetprompt.accounts.create_partner_key import create_partner_key
from fleetprompt.accounts.login import login
from fleetprompt.accounts.logout import logout
from fleetprompt.accounts.reads import list_api_keys, list_partner_keys, list_sessions, list_users, me, profile
from fleetprompt.accounts.register import register
from fleetprompt.accounts.revoke_api_key import revoke_api_key
from fleetprompt.accounts.revoke_partner_key import revoke_partner_key
from fleetprompt.accounts.revoke_session import revoke_session
from fleetprompt.accounts.set_capabilities import set_capabilities
from fleetprompt.accounts.write_profile import write_profile
from fleetprompt.web.routing import Caching, Route, get, post, put

ROUTES: Final[tuple[Route, ...]] = (
    post("/v1/auth/register", register, status=201, caching=Caching.SECRET),
    post("/v1/auth/login", login, caching=Caching.SECRET),
    post("/v1/auth/logout", logout, caching=Caching.SECRET),
    get("/v1/me", me, caching=Caching.SECRET),
    post("/v1/me/password", change_password),
    get("/v1/api-keys", list_api_keys),
    post("/v1/api-keys", create_api_key, status=201, caching=Caching.SECRET),
    post("/v1/api-keys/{apiKeyId}/revoke", revoke_api_key),
    get("/v1/sessions", list_sessions),
    post("/v1/sessions/{sessionId}/revoke", revoke_session),
    get("/v1/publisher/profile", profile),
    put("/v1/publisher/profile", write_profile),
    get("/v1/admin/users", list_users),
    post("/v1/admin/users/{userId}/capabilities", set_capabilities),
    get("/v1/admin/partner-keys", list_partner_keys),
    post("/v1/admin/partner-keys", create_partner_key, status=201, caching=Caching.SECRET),
    post("/v1/admin/partner-keys/{partnerKeyId}/revoke", revoke_partner_key),
)

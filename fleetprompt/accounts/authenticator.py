"""From a credential to an actor, in one statement each (spec 3 Accounts)."""

from __future__ import annotations

from fleetprompt.accounts import rules, statements
from fleetprompt.authz import Actor, Credential
from fleetprompt.runtime.services import Services


class AccountsAuthenticator:
    """The one resolver that turns credentials into actors."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def by_session(self, cookie_hash: bytes) -> Actor | None:
        """The user of a live session."""
        row = await self._services.db.one(statements.session(cookie_hash))
        if row is None or not rules.session_is_live(
            capabilities=row.capabilities,
            created_at_ms=row.created_at_ms,
            last_seen_at_ms=row.last_seen_at_ms,
            expires_at_ms=row.expires_at_ms,
            now_ms=self._services.clock.now_ms(),
        ):
            return None
        return Actor(
            credential=Credential.SESSION,
            user_id=row.user_id,
            publisher_id=row.publisher_id,
            capabilities=frozenset(row.capabilities),
            session_id=row.session_id,
            cookie_hash=cookie_hash,
        )

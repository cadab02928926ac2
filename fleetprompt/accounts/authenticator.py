"""From a credential to an actor, in one statement each (spec 3 Accounts)."""

from __future__ import annotations

import asyncio
import hmac
from typing import Final
from uuid import UUID

from fleetprompt import ids, secrets
from fleetprompt.accounts import rules
from fleetprompt.accounts.model import TouchSession
from fleetprompt.accounts.statements import api_keys, partner_keys, sessions
from fleetprompt.accounts.touch_session import touch_session
from fleetprompt.authz import SYSTEM, Actor, Credential
from fleetprompt.errors import Refusal
from fleetprompt.runtime.deadline import in_time
from fleetprompt.runtime.run import Call, run
from fleetprompt.runtime.services import Services
from fleetprompt.telemetry import get_logger
from fleetprompt.web.authentication import PartnerKey

logger = get_logger(__name__)

TOUCH_S_MAX: Final = 0.5


class AccountsAuthenticator:
    """The one resolver that turns credentials into actors."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._touching: set[UUID] = set()

    async def by_session(self, cookie_hash: bytes) -> Actor | None:
        """The user of a live session."""
        row = await self._services.db.one(sessions.signed_in(cookie_hash))
        now_ms = self._services.clock.now_ms()
        if row is None or not rules.session_is_live(
            capabilities=row.capabilities,
            created_at_ms=row.created_at_ms,
            last_seen_at_ms=row.last_seen_at_ms,
            expires_at_ms=row.expires_at_ms,
            now_ms=now_ms,
        ):
            return None
        if rules.is_due_for_touch(row.last_seen_at_ms, now_ms):
            await self._touch(row.session_id)
        return Actor(
            credential=Credential.SESSION,
            user_id=row.user_id,
            publisher_id=row.publisher_id,
            capabilities=frozenset(row.capabilities),
            session_id=row.session_id,
            cookie_hash=cookie_hash,
        )

    async def _touch(self, session_id: UUID) -> None:
        """Keep the session from counting as idle; the request that waits for this goes on whatever becomes of it."""
        if session_id in self._touching:
            return
        self._touching.add(session_id)
        try:
            async with asyncio.timeout(TOUCH_S_MAX):
                command, call = TouchSession(session_id=session_id), Call(request_id=ids.new_uuid())
                await in_time(run(touch_session, self._services, SYSTEM, command, call))
        except (Refusal, TimeoutError) as error:
            logger.info("the last-seen time of a session was not moved", error=type(error).__name__)
        finally:
            self._touching.discard(session_id)

    async def by_api_key(self, key: secrets.ApiKey) -> Actor | None:
        """The user of a live API key."""
        row = await self._services.db.one(api_keys.key_holder(key.key_id))
        if row is None or not hmac.compare_digest(row.secret_hash, key.hash):
            return None
        if self._services.clock.now_ms() >= row.expires_at_ms:
            return None
        return Actor(
            credential=Credential.API_KEY,
            user_id=row.user_id,
            publisher_id=row.publisher_id,
            capabilities=frozenset(row.capabilities),
            scopes=frozenset(row.scopes),
            api_key_id=key.key_id,
        )

    async def partner_key(self, key_id: UUID) -> PartnerKey | None:
        """An active partner key; signatures made before the instance was restored do not count."""
        row = await self._services.db.one(partner_keys.verifying_key(key_id))
        if row is None:
            return None
        return PartnerKey(
            key_id=key_id,
            target_system=row.target_system,
            secret=secrets.partner_secret(self._services.ring, key_id, row.salt, row.key_version),
            not_before_ms=row.restored_at_ms,
        )

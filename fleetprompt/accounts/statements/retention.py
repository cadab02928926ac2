"""Which rows of accounts may leave."""

from __future__ import annotations

from typing import Final

from fleetprompt.runtime.retention import Retention
from fleetprompt.store.tables import sessions

SESSIONS: Final = Retention(sessions, sessions.c.expires_at_ms)

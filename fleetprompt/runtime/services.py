"""What every operation runs on: settings, time, keys, the database and the shared workers of one process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from fleetprompt.clock import Clock
from fleetprompt.markdown import MarkdownWorkers
from fleetprompt.passwords import PasswordHasher
from fleetprompt.runtime.live_ring import LiveRing
from fleetprompt.runtime.shared_answers import SharedAnswers
from fleetprompt.runtime.turnstile import Turnstile
from fleetprompt.secrets import KeyRing
from fleetprompt.settings import Settings
from fleetprompt.store.db import Database
from fleetprompt.telemetry import LoopWatch, Metrics, Traces


@dataclass(frozen=True, slots=True)
class Services:
    """Made once by the composition root, and by tests with their own clock.

    keys: the key ring, which may change while the process lives. loop: watches the event loop. turnstile: lets the
    requests of one scope through one after another. answers: what many may ask for at once. contract: makes the OpenAPI
    document when it is first asked for, and has it at hand from then on.
    """

    settings: Settings
    clock: Clock
    keys: LiveRing
    db: Database
    markdown: MarkdownWorkers
    passwords: PasswordHasher
    metrics: Metrics
    loop: LoopWatch
    traces: Traces
    turnstile: Turnstile
    answers: SharedAnswers
    contract: Callable[[], bytes]

    @property
    def ring(self) -> KeyRing:
        """The key ring as it is now; whoever needs it twice for one thing keeps what this gave it."""
        return self.keys.ring

    async def open(self) -> None:
        """Start what needs starting; connections are made as the database allows."""
        await self.db.open()
        await self.markdown.start()

    async def close(self) -> None:
        """Stop everything that was started."""
        await self.db.close()
        await self.markdown.close()
        self.passwords.close()
        await asyncio.to_thread(self.traces.close)

"""Of requests that would do the same, or burden the same, one passes at a time (spec 6.2)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager


class Turnstile:
    """Lets one request of each scope through at a time: the ledger's before it takes a connection, or a caller's."""

    def __init__(self) -> None:
        self._waiting: dict[Hashable, tuple[asyncio.Lock, int]] = {}

    @asynccontextmanager
    async def pass_through(self, scope: Hashable) -> AsyncIterator[None]:
        """Wait until no other request of this process works under the same scope."""
        lock, waiters = self._waiting.get(scope, (asyncio.Lock(), 0))
        self._waiting[scope] = (lock, waiters + 1)
        try:
            async with lock:
                yield
        finally:
            lock, waiters = self._waiting[scope]
            if waiters == 1:
                del self._waiting[scope]
            else:
                self._waiting[scope] = (lock, waiters - 1)

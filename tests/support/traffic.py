"""People who go on using the market while something else is done to it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

WALKERS: Final = 2
PAUSE_S: Final = 0.05
"""Between two rounds of a walker; without it most of the machine would work for the traffic, and not for the rest."""


@asynccontextmanager
async def going_on(walk: Callable[[], Awaitable[None]]) -> AsyncIterator[list[float]]:
    """Walk again and again, two at a time, for as long as the block runs; the seconds that each round took.

    The first round that fails fails the block at its end.
    """
    over, took = asyncio.Event(), list[float]()

    async def rounds() -> None:
        while not over.is_set():
            started = time.monotonic()
            await walk()
            took.append(time.monotonic() - started)
            await asyncio.sleep(PAUSE_S)

    walkers = [asyncio.create_task(rounds()) for _ in range(WALKERS)]
    try:
        yield took
    finally:
        over.set()
        await asyncio.gather(*walkers)

"""No caller waits for ever: an answer comes in time, also while the database neither works nor refuses (spec 9)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, Final, TypeVar

from fleetprompt.errors import Outage, unavailable

ANSWER_S_MAX: Final = 4.5

Answer = TypeVar("Answer")


async def in_time(work: Awaitable[Answer]) -> Answer:
    """The result of `work`, or UNAVAILABLE when it takes longer than `ANSWER_S_MAX`.

    Whoever waits for an answer asks here, once, for all that is done about it: who calls, limits and the operation.
    The work itself is not cancelled: a driver that is told to stop waits for a server that may never answer. What it
    does happens whole or not at all, and a retry under the same idempotency key learns which.
    """
    task = asyncio.ensure_future(work)
    task.add_done_callback(_take_note)
    done, _ = await asyncio.wait((task,), timeout=ANSWER_S_MAX)
    if not done:
        raise unavailable("This took too long; try again shortly.", Outage.NO_ANSWER)
    return task.result()


def _take_note(task: asyncio.Future[Any]) -> None:
    """Look at how abandoned work ended, so that asyncio does not report it as forgotten."""
    if not task.cancelled():
        task.exception()

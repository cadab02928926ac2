"""Answers that everybody shares who asks at about the same time, so that many callers cost no more than one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

FRESH_S: Final = 1.0

Answer = TypeVar("Answer")


class SharedAnswers:
    """The last answer to each question, refusals included. fresh_s: how long after it was asked it still counts."""

    def __init__(self, fresh_s: float = FRESH_S) -> None:
        self._fresh_s = fresh_s
        self._asked: dict[str, tuple[float, asyncio.Future[Any]]] = {}

    async def get(self, question: str, ask: Callable[[], Awaitable[Answer]]) -> Answer:
        """The answer that is under way or fresh, else what `ask` gives. Raises what asking raised.

        A question is asked once at a time, however long that takes, and goes on for the others when one gives up.
        """
        asked_at, future = self._asked.get(question, (0.0, None))
        if future is None or (future.done() and time.monotonic() - asked_at >= self._fresh_s):
            future = asyncio.ensure_future(ask())
            future.add_done_callback(_look)
            self._asked[question] = (time.monotonic(), future)
        answer: Answer = await asyncio.shield(future)
        return answer


def _look(future: asyncio.Future[Any]) -> None:
    """Take note of a failure for which everybody had ceased to wait."""
    if not future.cancelled():
        future.exception()

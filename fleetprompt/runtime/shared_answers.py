"""Answers that everybody shares who asks while they are under way, so that many callers cost no more than one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

Answer = TypeVar("Answer")


class SharedAnswers:
    """The questions that are being asked. Nothing is kept: who asks afterwards gets an answer of her own."""

    def __init__(self) -> None:
        self._asked: dict[str, asyncio.Future[Any]] = {}

    async def get(self, question: str, ask: Callable[[], Awaitable[Answer]]) -> Answer:
        """The answer that is under way, else what `ask` gives. Raises what asking raised.

        A question is asked once at a time, however long that takes, and goes on for the others when one gives up.
        """
        future = self._asked.get(question)
        if future is None or future.done():
            future = self._asked[question] = asyncio.ensure_future(ask())
            future.add_done_callback(_look)
        answer: Answer = await asyncio.shield(future)
        return answer


def _look(future: asyncio.Future[Any]) -> None:
    """Take note of a failure for which everybody had ceased to wait."""
    if not future.cancelled():
        future.exception()

"""An exception as data: what it was, what it says and where it came from, never the values of variables."""

from __future__ import annotations

import traceback
from collections.abc import Iterable
from types import FrameType
from typing import Final

from fleetprompt.telemetry.redaction import Json, printable, scrub

CHAIN_MAX: Final = 5
FRAMES_MAX: Final = 12
MESSAGE_CHARS_MAX: Final = 600


def _message(error: BaseException) -> str:
    """What the exception says. Of a database error only the headline: its details quote the rows."""
    primary = getattr(getattr(error, "diag", None), "message_primary", None)
    if isinstance(primary, str):
        return f"{getattr(error, 'sqlstate', None)}: {primary}"
    return printable(error)


def _frames(error: BaseException) -> list[Json]:
    """The innermost calls, the failing one last, as `file:line function`."""
    return _shown(traceback.walk_tb(error.__traceback__), -FRAMES_MAX)


def _shown(calls: Iterable[tuple[FrameType, int]], limit: int) -> list[Json]:
    summary = traceback.StackSummary.extract(calls, limit=limit, lookup_lines=False)
    return ["{}:{} {}".format("/".join(f.filename.split("/")[-3:]), f.lineno, f.name) for f in summary]


def describe_stack(frame: FrameType) -> list[Json]:
    """Where a thread stands, the call that it is in last."""
    return _shown(traceback.walk_stack(frame), FRAMES_MAX)[::-1]


def describe(error: BaseException) -> list[Json]:
    """The exception and what caused it, outermost first; of a group, its members after it."""
    described: list[Json] = []
    waiting: list[BaseException] = [error]
    seen: set[int] = set()
    while waiting and len(described) < CHAIN_MAX:
        current = waiting.pop(0)
        if id(current) in seen:
            continue
        seen.add(id(current))
        described.append(
            {
                "type": type(current).__qualname__,
                "message": scrub(_message(current))[:MESSAGE_CHARS_MAX],
                "frames": _frames(current),
            }
        )
        if isinstance(current, BaseExceptionGroup):
            waiting.extend(current.exceptions)
        cause = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
        if cause is not None:
            waiting.append(cause)
    return described

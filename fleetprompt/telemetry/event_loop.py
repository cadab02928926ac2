"""Whether the event loop turns: how late it is, and where it stands while it does not turn at all (spec 9).

Everything that a process answers waits for its one loop. A loop that hangs can tell nobody, so a thread watches it.
"""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections import deque
from typing import Final

from fleetprompt.telemetry.logs import get_logger
from fleetprompt.telemetry.metrics import Metrics
from fleetprompt.telemetry.tracebacks import describe_stack

BEAT_EVERY_S: Final = 0.5
HANGS_AFTER_S: Final = 2.0
REMEMBERED_S: Final = 60.0

logger = get_logger(__name__)


class LoopWatch:
    """Measures the lag of the running event loop from `start` on, and logs where it stands when it hangs.

    Lag is how much later than due a timer of the loop fires, in seconds. hangs_after_s: how late it is when it hangs.
    """

    def __init__(self, metrics: Metrics, *, hangs_after_s: float = HANGS_AFTER_S) -> None:
        self._metrics = metrics
        self._hangs_after_s = hangs_after_s
        self._lags: deque[tuple[float, float]] = deque()
        self._due = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._told = threading.Lock()
        self._told_of = 0.0
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def longest_lag_s(self) -> float:
        """The longest that the loop has kept anybody waiting within the last minute; 0 where nobody watches it."""
        since = time.monotonic() - REMEMBERED_S
        return max((lag for at, lag in self._lags if at >= since), default=0.0)

    def start(self) -> None:
        """Watch the loop that this is called on."""
        self._plan()
        arguments = (threading.get_ident(),)
        self._thread = threading.Thread(target=self._watch, args=arguments, name="event-loop-watch", daemon=True)
        self._thread.start()

    async def stop(self) -> None:
        """Watch it no longer."""
        if self._timer is not None:
            self._timer.cancel()
        self._over.set()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join)

    def _plan(self) -> None:
        self._due = time.monotonic() + BEAT_EVERY_S
        self._timer = asyncio.get_running_loop().call_later(BEAT_EVERY_S, self._beat)

    def _beat(self) -> None:
        now, due = time.monotonic(), self._due
        lag = max(0.0, now - due)
        self._metrics.loop_lagged(lag)
        self._lags.append((now, lag))
        while self._lags[0][0] < now - REMEMBERED_S:
            self._lags.popleft()
        if lag >= self._hangs_after_s:
            self._tell(due, None)  # a call that held on to the interpreter kept the watching thread from it
            logger.warning("the event loop turns again", hung_s=round(lag, 1))
        self._plan()

    def _watch(self, loop_thread: int) -> None:
        while not self._over.wait(self._hangs_after_s / 4):
            due = self._due
            if time.monotonic() - due >= self._hangs_after_s:
                self._tell(due, loop_thread)

    def _tell(self, due: float, loop_thread: int | None) -> None:
        """Tell of the hang that made the beat due then come late, once."""
        with self._told:
            if self._told_of == due:
                return
            self._told_of = due
        self._metrics.loop_hung()
        frame = None if loop_thread is None else sys._current_frames().get(loop_thread)
        stack = ["not known: the call did not let any other thread run"] if frame is None else describe_stack(frame)
        logger.error("the event loop hangs: nothing is answered meanwhile", stack=stack)

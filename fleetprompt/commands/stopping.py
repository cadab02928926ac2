"""SIGTERM and SIGINT while a command works on an instance: whatever it started, a database above all, is stopped too.

A command that serves keeps a signal until its next pause, or until its server takes the signals over: an exception out
of a handler can be lost where Python happens to call a finalizer. Any other command is left at once, by SystemExit; if
that is lost, the next signal does it. While the embedded database is being started or stopped every signal is kept, as
half of that could not be taken back.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

STOPS: Final = (signal.SIGTERM, signal.SIGINT)


class Stopping:
    """What becomes of the signals. serves: whether they are kept, and end the process with exit code 0.

    Otherwise it is the usual one of a program that a signal has ended.
    """

    def __init__(self, *, serves: bool) -> None:
        self._serves = serves
        self._is_kept = serves
        self._told: int | None = None

    @property
    def is_told(self) -> bool:
        """Whether a signal has come."""
        return self._told is not None

    def check(self) -> None:
        """Raise SystemExit where a signal has come."""
        if self._told is not None:
            raise SystemExit(0 if self._serves else 128 + self._told)

    def pause(self, seconds: float) -> None:
        """Sleep, at a place where the command can be left. Raises SystemExit where a signal has come."""
        time.sleep(seconds)
        self.check()

    @contextmanager
    def keeping(self) -> Iterator[None]:
        """Keep what comes within the block until it pauses or has ended."""
        self._is_kept = True
        try:
            yield
        finally:
            self._is_kept = self._serves
        if not self._is_kept:
            self.check()

    def ignore(self) -> None:
        """Let no signal disturb what follows."""
        self._is_kept = True
        self.take_over()

    def take_over(self) -> None:
        """Be told of the signals, whoever was before."""
        if threading.current_thread() is threading.main_thread():  # Python tells no other
            for number in STOPS:
                signal.signal(number, self._tell)

    def hand_over(self, stop: Callable[[int, FrameType | None], None]) -> None:
        """Have `stop` told of the signals from now on, and of one that has come already."""
        for number in STOPS:
            signal.signal(number, stop)
        if self._told is not None:
            stop(self._told, None)

    def _tell(self, number: int, _: FrameType | None) -> None:
        self._told = number
        if not self._is_kept:
            self.check()


@contextmanager
def told_by_signals(*, serves: bool = False) -> Iterator[Stopping]:
    """Take the signals over for as long as the block runs."""
    before = {number: signal.getsignal(number) for number in STOPS}
    stopping = Stopping(serves=serves)
    stopping.take_over()
    try:
        yield stopping
    finally:
        if threading.current_thread() is threading.main_thread():
            for number, handler in before.items():
                signal.signal(number, handler)

"""Where log lines go: a bounded queue and one thread that writes them, so that nobody waits for a slow reader."""

from __future__ import annotations

import os
import select
import threading
import time
from collections.abc import Callable, Iterator
from queue import Empty, SimpleQueue
from typing import Final

from fleetprompt.telemetry.lines import LINE_BYTES_MAX

QUEUE_LINES_MAX: Final = 8_192
STOP_TIMEOUT_S: Final = 2.0
GATHER_S: Final = 0.005
"""How long the thread lets lines gather behind the first: waking up for each would cost a busy server more than writing
them."""


class LineSink:
    """Writes lines to a file descriptor from a thread of its own. `write` never blocks and never raises.

    When the queue is full, lines are dropped and counted; once the reader has caught up, `on_dropped(count)` gives
    the line that tells how many were lost since the last such line.
    """

    def __init__(self, fd: int, on_dropped: Callable[[int], bytes], *, queue_lines_max: int = QUEUE_LINES_MAX) -> None:
        self._fd = fd
        self._on_dropped = on_dropped
        self._lines_max = queue_lines_max
        # SimpleQueue.put may be interrupted by another put of the same thread (a finalizer that logs); Queue's may not.
        self._lines: SimpleQueue[bytes | None] = SimpleQueue()
        self._dropping = threading.RLock()
        self._dropped = 0
        self._told = 0
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="log-writer", daemon=True)
        self._thread.start()

    @property
    def dropped(self) -> int:
        """How many lines were lost since the start."""
        return self._dropped

    def write(self, line: bytes) -> None:
        """Queue one line, its newline included, or drop it where the queue is full."""
        if self._stopping or self._lines.qsize() >= self._lines_max:
            self._drop()
        else:
            self._lines.put(line)

    def stop(self, timeout_s: float = STOP_TIMEOUT_S) -> None:
        """Write what is queued, for at most `timeout_s`, and end the thread."""
        if self._stopping:
            return
        self._stopping = True
        self._lines.put(None)
        self._thread.join(timeout_s)

    def _drop(self, count: int = 1) -> None:
        with self._dropping:
            self._dropped += count

    def _run(self) -> None:
        for batch in self._batches():
            if not self._send(batch):
                self._drop(batch.count(b"\n"))
            elif self._lines.qsize() < self._lines_max // 2:
                self._tell()
        self._tell()

    def _batches(self) -> Iterator[bytes]:
        """The queued lines, as many together as fit into one write, until the end is queued."""
        batch = b""
        while True:
            try:
                line = self._lines.get(block=not batch)
            except Empty:
                yield batch
                batch = b""
                continue
            if line is None:
                break
            if not batch and not self._stopping:
                time.sleep(GATHER_S)
            if batch and len(batch) + len(line) > LINE_BYTES_MAX:
                yield batch
                batch = b""
            batch += line
        if batch:
            yield batch

    def _tell(self) -> None:
        lost = self._dropped - self._told
        if lost and self._send(self._on_dropped(lost)):
            self._told += lost

    def _send(self, data: bytes) -> bool:
        """Whether all of `data` was written. Waits as long as the reader takes."""
        view = memoryview(data)
        while view:
            try:
                view = view[os.write(self._fd, view) :]
            except BlockingIOError:
                writable = select.poll()
                writable.register(self._fd, select.POLLOUT)
                writable.poll()
            except OSError:
                return False
        return True

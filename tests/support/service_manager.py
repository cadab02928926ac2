"""A service manager of the tests' own: a real datagram socket that processes tell how they do."""

from __future__ import annotations

import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TOLD_BYTES_MAX = 4_096


class Told:
    """What has been told. address: where, as NOTIFY_SOCKET has it."""

    def __init__(self, line: socket.socket, address: str) -> None:
        self._line = line
        self.address = address

    def all(self) -> list[str]:
        """Everything that was told since one last asked."""
        told: list[str] = []
        self._line.setblocking(False)
        try:
            while True:
                told.append(self._line.recv(TOLD_BYTES_MAX).decode())
        except BlockingIOError:
            return told

    def until(self, state: str, within_s: float) -> list[str]:
        """Everything that was told since one last asked, up to the moment at which this was."""
        told, give_up_at = self.all(), time.monotonic() + within_s
        while state not in told:
            assert time.monotonic() < give_up_at, told
            time.sleep(0.02)
            told += self.all()
        return told


@contextmanager
def listening() -> Iterator[Told]:
    """One that listens."""
    with (
        tempfile.TemporaryDirectory(prefix="fp-notify-") as folder,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line,
    ):
        address = str(Path(folder) / "s")
        line.bind(address)
        yield Told(line, address)

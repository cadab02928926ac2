"""What a service manager such as systemd is told: that this process serves, that its loop turns, that it stops.

The protocol is sd_notify(3): datagrams to the socket that NOTIFY_SOCKET names. Where nobody listens, nothing is told.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager
from typing import Final, Self

from fleetprompt.telemetry import get_logger

READY: Final = "READY=1"
ALIVE: Final = "WATCHDOG=1"
STOPPING: Final = "STOPPING=1"
SIGNS_WITHIN_PATIENCE: Final = 3
US_PER_S: Final = 1_000_000

logger = get_logger(__name__)


class ServiceManager:
    """Who watches over this process. address: of its socket, None where nobody does.

    patience_s: how long it waits for a sign of life before it ends the process; None where it waits for none.
    """

    def __init__(self, address: str | None = None, patience_s: float | None = None) -> None:
        self._address = address
        self._patience_s = patience_s

    @classmethod
    def of(cls, variables: MutableMapping[str, str]) -> Self:
        """Who started the process with these variables. They are taken out, so that no child of ours speaks for us."""
        address = variables.pop("NOTIFY_SOCKET", "")
        patience_us, watched = variables.pop("WATCHDOG_USEC", ""), variables.pop("WATCHDOG_PID", str(os.getpid()))
        if not address.startswith(("/", "@")):
            return cls()
        is_watched = patience_us.isdecimal() and int(patience_us) > 0 and watched == str(os.getpid())
        return cls(address.replace("@", "\0", 1), int(patience_us) / US_PER_S if is_watched else None)

    def ready(self) -> None:
        """Tell that requests are answered, or jobs run."""
        self._tell(READY)

    def stopping(self) -> None:
        """Tell that this process finishes what is in flight, and ends."""
        self._tell(STOPPING)

    @asynccontextmanager
    async def told_alive(self) -> AsyncIterator[None]:
        """While the block runs, tell from the event loop itself that this turns, often enough for whoever waits."""
        if self._patience_s is None:
            yield
            return
        telling = asyncio.create_task(self._tell_alive(self._patience_s / SIGNS_WITHIN_PATIENCE))
        try:
            yield
        finally:
            telling.cancel()

    async def _tell_alive(self, every_s: float) -> None:
        while True:
            self._tell(ALIVE)
            await asyncio.sleep(every_s)

    def _tell(self, state: str) -> None:
        if self._address is None:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
                line.setblocking(False)  # one who does not read must not hold up the loop
                line.sendto(state.encode(), self._address)
        except OSError as error:
            logger.warning("the service manager could not be told", state=state, problem=error.strerror)

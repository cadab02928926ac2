"""The HTTP server of one process: on a listening socket, drained by the first signal and ended by the second."""

from __future__ import annotations

import contextlib
import gc
import signal
import socket
from collections.abc import Iterator
from types import FrameType
from typing import Final

import uvicorn

from fleetprompt.app import Process
from fleetprompt.commands.instance import Failure
from fleetprompt.commands.service_manager import ServiceManager
from fleetprompt.web.connections import Connection

DRAIN_S_MAX: Final = 10
BACKLOG: Final = 1024


class DrainingServer(uvicorn.Server):
    """A server that lets its process exit 0 however it is stopped.

    The first SIGTERM or SIGINT stops accepting and finishes what is in flight, for at most DRAIN_S_MAX seconds; the
    second gives up what is in flight, so that the stop comes at once. manager: who is told of all that, where the
    process is not supervised.
    """

    def __init__(self, process: Process, manager: ServiceManager | None = None) -> None:
        self._manager = manager or ServiceManager()
        config = uvicorn.Config(
            process.application,
            http=Connection,
            loop="uvloop",
            ws="none",
            lifespan="on",
            access_log=False,
            log_config=None,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=DRAIN_S_MAX,
        )
        super().__init__(config)

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until a signal says stop, and tell meanwhile that the event loop turns."""
        async with self._manager.told_alive():
            await super().serve(sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and keep the garbage collector from walking what was made for good again and again."""
        await super().startup(sockets)
        gc.freeze()
        if self.started:
            self._manager.ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Drain."""
        self._manager.stopping()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Install our handlers; uvicorn's own would raise the signal again behind the shutdown."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.handle_exit)
        yield

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Drain, or where that is under way already, stop at once."""
        self.force_exit = self.should_exit
        self.should_exit = True


def listen(host: str, port: int) -> socket.socket:
    """The listening socket. Raises Failure where the address cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise Failure(f"{host}:{port} cannot be listened on: {error.strerror}. Choose another --port.") from error
    listener.listen(BACKLOG)
    return listener

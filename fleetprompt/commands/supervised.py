"""One worker of `fleetprompt serve --workers`: the process that the supervisor starts, with what it inherits."""

from __future__ import annotations

import asyncio
import faulthandler
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

import click

from fleetprompt.app import Process, build_process
from fleetprompt.clock import SystemClock
from fleetprompt.commands.http_server import DrainingServer
from fleetprompt.commands.instance import open_instance, reached_at, read_settings, start_traces
from fleetprompt.commands.stopping import told_by_signals
from fleetprompt.commands.supervisor import BEAT, TELL_STACK
from fleetprompt.secrets import Purpose
from fleetprompt.telemetry import Metrics, MetricsFolder, start_logging
from fleetprompt.web.limits import Share

BEAT_EVERY_S: Final = 1.0


class BeatingServer(DrainingServer):
    """A server that shows its supervisor that its event loop turns, and that drains when the supervisor is gone."""

    def __init__(self, process: Process, line: socket.socket) -> None:
        super().__init__(process)
        self._metrics: Metrics = process.services.metrics
        self._line = line

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve, with a beat every second from the first moment on that requests are answered."""
        beating = asyncio.create_task(self._beat())
        try:
            await super().serve(sockets)
        finally:
            beating.cancel()

    async def _beat(self) -> None:
        while True:
            if self.started:
                try:
                    with suppress(BlockingIOError):  # it has not read the earlier ones yet
                        self._line.send(BEAT)
                except OSError:
                    self.should_exit = True
                self._metrics.catch_up()
            await asyncio.sleep(BEAT_EVERY_S if self.started else BEAT_EVERY_S / 10)


@click.command()
@click.option("--listener", type=int, required=True, help="Descriptor of the listening socket.")
@click.option("--line", type=int, required=True, help="Descriptor of this end of the supervisor's socket.")
@click.option("--place", type=int, required=True, help="Which of the workers this is, from 0.")
@click.option("--workers", type=int, required=True, help="How many there are.")
@click.option("--metrics", type=click.Path(path_type=Path), required=True, help="Folder of the server's metrics.")
@click.option("--jobs/--no-jobs", required=True, help="Whether this one also runs the jobs.")
def main(listener: int, line: int, place: int, workers: int, metrics: Path, jobs: bool) -> None:
    """Serve on the inherited socket until a signal, or the supervisor's end, says stop."""
    own_line = socket.socket(fileno=line)
    own_line.setblocking(False)
    faulthandler.register(TELL_STACK, own_line.fileno(), all_threads=False)
    folder = MetricsFolder(metrics)
    folder.keep_metrics_of(str(place))
    settings = read_settings()
    with (
        told_by_signals(serves=True) as stopping,
        open_instance(settings, stopping) as instance,
        socket.socket(fileno=listener) as shared,
    ):
        log = start_logging(settings.log_level, address_key=instance.ring.derive(Purpose.LOG_ADDRESS_KEY))
        process = build_process(
            reached_at(settings, shared),
            SystemClock(),
            instance.ring,
            instance.serving_url,
            log,
            jobs=jobs,
            share=Share(place, workers),
            metrics_folder=folder,
            traces=start_traces(),
        )
        server = BeatingServer(process, own_line)
        stopping.hand_over(server.handle_exit)
        server.run(sockets=[shared])
        log.stop()
    sys.exit(0 if server.started else 1)


if __name__ == "__main__":
    main()

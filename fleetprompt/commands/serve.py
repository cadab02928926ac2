"""`fleetprompt serve`: the HTTP server with its jobs, in one process or in several workers."""

from __future__ import annotations

import asyncio
import faulthandler
import ipaddress
import os
import socket
import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

import click

from fleetprompt.app import build_process
from fleetprompt.clock import SystemClock
from fleetprompt.commands.capacity import require_room
from fleetprompt.commands.doctor import exposure
from fleetprompt.commands.http_server import DrainingServer, listen
from fleetprompt.commands.instance import Instance, open_instance, reached_at, read_settings, start_traces
from fleetprompt.commands.service_manager import ServiceManager
from fleetprompt.commands.start_up import bring_up_to_date
from fleetprompt.commands.stopping import Stopping, told_by_signals
from fleetprompt.commands.supervisor import Launch, Supervisor
from fleetprompt.commands.watch import kept_running
from fleetprompt.secrets import Purpose
from fleetprompt.settings import Settings
from fleetprompt.store import inspection
from fleetprompt.telemetry import Logging, Metrics, MetricsFolder, get_logger, start_logging

logger = get_logger(__name__)

WORKERS_MAX: Final = 64
WORKER_MODULE: Final = "fleetprompt.commands.supervised"
SUPERVISOR: Final = "supervisor"
STANDARD_ERROR: Final = 2


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="Port; 0 takes a free one."
)
@click.option(
    "--workers",
    default=1,
    show_default=True,
    type=click.IntRange(1, WORKERS_MAX),
    help="How many processes answer; more than one have a supervisor that replaces those that die or hang.",
)
@click.option("--jobs/--no-jobs", default=True, show_default=True, help="Whether this server also runs the jobs.")
def serve(host: str, port: int, workers: int, jobs: bool) -> None:
    """Serve the API until SIGTERM or Ctrl-C, then finish what is in flight; a second one stops at once.

    Without FLEETPROMPT_DATABASE_URL the embedded PostgreSQL is started and migrated first.
    """
    settings, manager = read_settings(), ServiceManager.of(os.environ)
    faulthandler.enable(STANDARD_ERROR)  # where it stands when a watchdog ends it
    with told_by_signals(serves=True) as stopping, open_instance(settings, stopping) as instance:
        bring_up_to_date(instance)
        stopping.check()
        require_room(settings, instance, workers)
        log = start_logging(settings.log_level, address_key=instance.ring.derive(Purpose.LOG_ADDRESS_KEY))
        listener = listen(host, port)
        settings = reached_at(settings, listener)
        announce(instance, listener)
        warn(settings, instance, listener)
        with kept_running(instance.embedded), listener:
            if workers == 1:
                served = serve_here(settings, instance, listener, log, stopping, manager, jobs=jobs)
            else:
                served = serve_in_workers(listener, workers, stopping, manager, jobs=jobs)
        log.stop()
    sys.exit(0 if served else 1)


def serve_here(
    settings: Settings,
    instance: Instance,
    listener: socket.socket,
    log: Logging,
    stopping: Stopping,
    manager: ServiceManager,
    *,
    jobs: bool,
) -> bool:
    """Serve in this process until a signal says stop; whether it ever started."""
    process = build_process(
        settings, SystemClock(), instance.ring, instance.serving_url, log, jobs=jobs, traces=start_traces()
    )
    server = DrainingServer(process, manager)
    stopping.hand_over(server.handle_exit)
    server.run(sockets=[listener])
    return server.started


def serve_in_workers(
    listener: socket.socket, workers: int, stopping: Stopping, manager: ServiceManager, *, jobs: bool
) -> bool:
    """Serve in workers that share the socket until a signal says stop; whether any ever started."""
    with tempfile.TemporaryDirectory(prefix="fleetprompt-metrics-", ignore_cleanup_errors=True) as path:
        folder = MetricsFolder(Path(path))
        folder.keep_metrics_of(SUPERVISOR)
        folder.enlist(SUPERVISOR, os.getpid())
        command = partial(worker_command, listener.fileno(), workers, folder, jobs=jobs)
        launch = Launch(command, (listener.fileno(),))

        async def supervise() -> bool:
            metrics = Metrics(folder=folder)
            return await Supervisor(launch, workers, folder, metrics, manager=manager).run(stopping)

        return asyncio.run(supervise())


def worker_command(
    listener: int, workers: int, folder: MetricsFolder, place: int, line: int, *, jobs: bool
) -> Sequence[str]:
    """The command line of one worker. The first runs the jobs, where the server does."""
    return (
        *(sys.executable, "-m", WORKER_MODULE),
        *("--listener", str(listener), "--line", str(line)),
        *("--place", str(place), "--workers", str(workers)),
        *("--metrics", str(folder.path)),
        "--jobs" if jobs and place == 0 else "--no-jobs",
    )


def announce(instance: Instance, listener: socket.socket) -> None:
    """Say on standard output where the server can be reached and on what it works."""
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    database = "the embedded PostgreSQL" if instance.embedded is not None else "FLEETPROMPT_DATABASE_URL"
    click.echo(f"FleetPrompt serves http://{shown}:{port} on {database}. Stop it with Ctrl-C.")


def warn(settings: Settings, instance: Instance, listener: socket.socket) -> None:
    """Warn loudly of what must not be reached by others: on standard output, and in the log."""
    if settings.is_loopback and ipaddress.ip_address(listener.getsockname()[0]).is_loopback:
        return
    with inspection.looking(instance.serving_url) as connection:
        role = inspection.role(connection)
    for risk in exposure.risks(settings, role):
        logger.warning("others may reach what they should not", problem=risk.problem, fix=risk.fix)
        click.secho(f"WARNING: {risk.problem}\n         {risk.fix}", fg="red", bold=True)

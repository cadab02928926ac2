"""`fleetprompt serve`: the HTTP server with its jobs."""

from __future__ import annotations

import contextlib
import dataclasses
import ipaddress
import logging
import os
import signal
import socket
import sys
from collections.abc import Iterator
from typing import Final

import click
import uvicorn

from fleetprompt.app import Process, build_process
from fleetprompt.clock import SystemClock
from fleetprompt.commands.doctor import exposure
from fleetprompt.commands.instance import Failure, Instance, open_instance, read_settings
from fleetprompt.commands.start_up import bring_up_to_date
from fleetprompt.commands.watch import kept_running
from fleetprompt.settings import PREFIX, Origin, Settings
from fleetprompt.store import inspection
from fleetprompt.telemetry import start_logging

logger = logging.getLogger(__name__)

DRAIN_S_MAX: Final = 10
BACKLOG: Final = 1024
HTTP_PORT: Final = 80


class DrainingServer(uvicorn.Server):
    """A server that stops accepting on SIGTERM or SIGINT, finishes what is in flight, and lets the process exit 0."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Install our handlers; uvicorn's own would raise the signal again behind the shutdown."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.handle_exit)
        yield


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


def serve_on(process: Process, listener: socket.socket) -> bool:
    """Serve until a signal says stop; whether it ever started."""
    config = uvicorn.Config(
        process.application,
        http="httptools",
        loop="uvloop",
        ws="none",
        lifespan="on",
        access_log=False,
        log_config=None,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=DRAIN_S_MAX,
    )
    server = DrainingServer(config)
    server.run(sockets=[listener])
    return server.started


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="Port; 0 takes a free one."
)
@click.option("--jobs/--no-jobs", default=True, show_default=True, help="Whether this process also runs the jobs.")
def serve(host: str, port: int, jobs: bool) -> None:
    """Serve the API until SIGTERM or Ctrl-C, then finish what is in flight.

    Without FLEETPROMPT_DATABASE_URL the embedded PostgreSQL is started and migrated first.
    """
    settings = read_settings()
    with open_instance(settings) as instance:
        bring_up_to_date(instance)
        log = start_logging(settings.log_level)
        listener = listen(host, port)
        settings = reached_at(settings, listener)
        process = build_process(settings, SystemClock(), instance.ring, instance.serving_url, log, jobs=jobs)
        announce(instance, listener)
        warn(settings, instance, listener)
        with kept_running(instance.embedded):
            started = serve_on(process, listener)
        log.stop()
    sys.exit(0 if started else 1)


def reached_at(settings: Settings, listener: socket.socket) -> Settings:
    """The settings with PUBLIC_URL as the address that is listened on, unless the operator said where we are."""
    if f"{PREFIX}PUBLIC_URL" in os.environ:
        return settings
    host, port = listener.getsockname()[:2]
    shown = host if ipaddress.ip_address(host).is_loopback else settings.public_url.host
    return dataclasses.replace(settings, public_url=Origin("http", shown, None if port == HTTP_PORT else port))


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
        logger.warning("%s %s", risk.problem, risk.fix)
        click.secho(f"WARNING: {risk.problem}\n         {risk.fix}", fg="red", bold=True)

"""`fleetprompt worker`: the jobs without the HTTP server, for a process or a machine of their own."""

from __future__ import annotations

import asyncio
import os

import click
import uvloop

from fleetprompt.assembly import build_services
from fleetprompt.clock import SystemClock
from fleetprompt.commands.instance import open_instance, read_settings, start_traces
from fleetprompt.commands.service_manager import ServiceManager
from fleetprompt.commands.start_up import bring_up_to_date
from fleetprompt.commands.stopping import STOPS, Stopping, told_by_signals
from fleetprompt.commands.watch import kept_running
from fleetprompt.jobs import JobRunner
from fleetprompt.presence import Presence
from fleetprompt.runtime.services import Services
from fleetprompt.telemetry import get_logger, start_logging

logger = get_logger(__name__)


@click.command()
def worker() -> None:
    """Run the jobs until SIGTERM or Ctrl-C, without serving HTTP. Any number may run, beside servers or without."""
    settings, manager = read_settings(), ServiceManager.of(os.environ)
    with told_by_signals(serves=True) as stopping, open_instance(settings, stopping) as instance:
        bring_up_to_date(instance)
        stopping.check()
        log = start_logging(settings.log_level)
        services = build_services(
            settings, SystemClock(), instance.ring, instance.serving_url, log, traces=start_traces()
        )
        with kept_running(instance.embedded), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_until_told(services, stopping, manager))
        log.stop()


async def _until_told(services: Services, stopping: Stopping, manager: ServiceManager) -> None:
    told = asyncio.Event()
    for number in STOPS:
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    if stopping.is_told:
        told.set()
    runner, presence = JobRunner(services), Presence(services, "worker")
    await services.open()
    services.loop.start()
    runner.start()
    presence.start()
    logger.info("jobs run")
    click.echo("FleetPrompt runs its jobs. Stop it with Ctrl-C.")
    manager.ready()
    async with manager.told_alive():
        await told.wait()
    manager.stopping()
    await runner.stop()
    await presence.stop()
    await services.loop.stop()
    await services.close()

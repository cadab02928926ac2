"""Running operations from the command line: as the system, under the same rules as any other (spec 6.7)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec

from fleetprompt import ids
from fleetprompt.assembly import build_services
from fleetprompt.authz import SYSTEM, Actor
from fleetprompt.clock import SystemClock
from fleetprompt.commands.instance import Instance
from fleetprompt.runtime.operations import Operation
from fleetprompt.runtime.run import Call, run
from fleetprompt.runtime.services import Services
from fleetprompt.settings import LogLevel
from fleetprompt.telemetry import start_logging

Result = TypeVar("Result")


def work_on(instance: Instance, work: Callable[[Services], Awaitable[Result]]) -> Result:
    """What `work` returns when it runs on an open instance. Raises what `work` raises."""
    log = start_logging(LogLevel.WARNING)
    try:
        services = build_services(instance.settings, SystemClock(), instance.ring, instance.serving_url, log)

        async def once() -> Result:
            await services.open()
            try:
                return await work(services)
            finally:
                await services.close()

        return asyncio.run(once())
    finally:
        log.stop()


async def mutate(
    services: Services, operation: Operation, command: msgspec.Struct, result: type[Result], actor: Actor = SYSTEM
) -> Result:
    """Run one mutation and return what it answers. Raises the operation's refusals."""
    reply = await run(operation, services, actor, command, Call(request_id=ids.new_uuid()))
    return msgspec.json.decode(reply.body, type=result)


def run_as_system(instance: Instance, operation: Operation, command: msgspec.Struct, result: type[Result]) -> Result:
    """Run one mutation on an open instance and return what it answers. Raises the operation's refusals."""
    return work_on(instance, lambda services: mutate(services, operation, command, result))

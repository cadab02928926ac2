"""Running an operation from the command line: as the system, under the same rules as any other (spec 6.7)."""

from __future__ import annotations

import asyncio
from typing import TypeVar

import msgspec

from fleetprompt import ids
from fleetprompt.app import build_services
from fleetprompt.authz import SYSTEM
from fleetprompt.clock import SystemClock
from fleetprompt.commands.instance import Instance
from fleetprompt.runtime.deadline import in_time
from fleetprompt.runtime.operations import Operation
from fleetprompt.runtime.run import Call, run
from fleetprompt.settings import LogLevel
from fleetprompt.telemetry import start_logging

Result = TypeVar("Result")


def run_as_system(instance: Instance, operation: Operation, command: msgspec.Struct, result: type[Result]) -> Result:
    """Run one mutation on an open instance and return what it answers. Raises the operation's refusals."""
    log = start_logging(LogLevel.WARNING)
    try:
        services = build_services(instance.settings, SystemClock(), instance.ring, instance.serving_url, log)

        async def once() -> bytes:
            await services.open()
            try:
                call = Call(request_id=ids.new_uuid())
                return (await in_time(run(operation, services, SYSTEM, command, call))).body
            finally:
                await services.close()

        return msgspec.json.decode(asyncio.run(once()), type=result)
    finally:
        log.stop()

"""Operations without a route, run as the jobs run them."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from fleetprompt import ids
from fleetprompt.authz import SYSTEM
from fleetprompt.runtime.job_runs import Batch, RunBatch
from fleetprompt.runtime.operations import Operation
from fleetprompt.runtime.run import Call, run
from fleetprompt.runtime.services import Services

Result = TypeVar("Result")


async def mutated(services: Services, operation: Operation, command: msgspec.Struct, result: type[Result]) -> Result:
    """What the system gets when it runs one mutation."""
    reply = await run(operation, services, SYSTEM, command, Call(request_id=ids.new_uuid()))
    return msgspec.json.decode(reply.body, type=result)


async def batch(services: Services, operation: Operation, limit: int = 500) -> int:
    """One batch of a job's operation; how many rows it touched."""
    return (await mutated(services, operation, RunBatch(limit=limit), Batch)).done

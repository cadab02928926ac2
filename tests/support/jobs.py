"""Operations without a route, run as the jobs run them."""

from __future__ import annotations

import msgspec

from fleetprompt import ids
from fleetprompt.authz import SYSTEM
from fleetprompt.runtime.job_runs import Batch, RunBatch
from fleetprompt.runtime.operations import Operation
from fleetprompt.runtime.run import Call, run
from fleetprompt.runtime.services import Services


async def batch(services: Services, operation: Operation, limit: int = 500) -> int:
    """One batch of a job's operation; how many rows it touched."""
    reply = await run(operation, services, SYSTEM, RunBatch(limit=limit), Call(request_id=ids.new_uuid()))
    return msgspec.json.decode(reply.body, type=Batch).done

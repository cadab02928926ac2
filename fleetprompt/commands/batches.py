"""Running an operation batch after batch."""

from __future__ import annotations

import msgspec

from fleetprompt.commands.operations import mutate
from fleetprompt.runtime.job_runs import Batch
from fleetprompt.runtime.operations import Operation
from fleetprompt.runtime.services import Services


async def until_none_is_left(services: Services, operation: Operation, command: msgspec.Struct) -> int:
    """Run a batch until one finds nothing; how many rows all of them touched. Raises the operation's refusals."""
    touched = 0
    while done := (await mutate(services, operation, command, Batch)).done:
        touched += done
    return touched

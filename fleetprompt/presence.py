"""A process makes itself known, and takes up a key ring whose file was changed (spec 3, 6.4 Service)."""

from __future__ import annotations

import asyncio
import os
from typing import Final

import msgspec

from fleetprompt import ids
from fleetprompt.authz import SYSTEM
from fleetprompt.errors import Refusal
from fleetprompt.runtime.deadline import in_time
from fleetprompt.runtime.idempotency import Reply
from fleetprompt.runtime.key_versions import in_use, problems_of
from fleetprompt.runtime.operations import Operation
from fleetprompt.runtime.processes import ANNOUNCED_EVERY_S, Announce, Leave, Role, announce, leave, this_host
from fleetprompt.runtime.run import Call, run
from fleetprompt.runtime.services import Services
from fleetprompt.secrets import KeyRingError
from fleetprompt.telemetry import get_logger

LOOKED_EVERY_S: Final = 1.0
SETTLES_S_MAX: Final = 1.0

logger = get_logger(__name__)


class Presence:
    """Announces this process while it lives. role: what it is there for."""

    def __init__(self, services: Services, role: Role) -> None:
        self._services = services
        self._role = role
        self._id = ids.new_uuid()
        self._task: asyncio.Task[None] | None = None
        self._under_way: asyncio.Future[Reply] | None = None

    def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._repeat(), name="presence")

    async def stop(self) -> None:
        """Say goodbye, unless the database is away."""
        if self._task is None:
            return
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._task = None
        if self._under_way is not None:  # it goes on although nobody waits, and must not be noted after the goodbye
            await asyncio.wait({self._under_way}, timeout=SETTLES_S_MAX)
        await self._tell(leave, Leave(process=self._id))

    async def _repeat(self) -> None:
        while True:
            await self.announce()
            for _ in range(int(ANNOUNCED_EVERY_S / LOOKED_EVERY_S)):
                await asyncio.sleep(LOOKED_EVERY_S)
                if await self.take_up_ring():
                    break

    async def announce(self) -> None:
        """Say once that this process is alive, and which keys it knows."""
        await self._tell(
            announce,
            Announce(
                process=self._id,
                role=self._role,
                host=this_host(),
                pid=os.getpid(),
                key_versions=self._services.ring.versions,
            ),
        )

    async def take_up_ring(self) -> bool:
        """Use the ring in the key file from now on where that was changed; whether it was.

        A ring that lacks what live rows name, or has another key under a known version, is told and not taken.
        """
        keys = self._services.keys
        try:
            changed = keys.changed()
            if changed is None:
                return False
            (found,) = await self._services.db.many(in_use(self._services.clock.now_ms()))
        except KeyRingError as error:
            logger.warning("the key ring was changed and cannot be used", problem=str(error))
            return False
        except Refusal as refusal:
            logger.warning("the changed key ring could not be compared with the database", refusal=str(refusal))
            keys.forget_look()
            return False
        except Exception:  # whatever it is, this process goes on making itself known
            logger.exception("comparing the changed key ring with the database failed")
            keys.forget_look()
            return False
        if problems := problems_of(changed, found):
            logger.warning("the changed key ring is not taken", problems=[str(problem) for problem in problems])
            return False
        keys.adopt(changed)
        logger.info("the key ring was changed", signs=changed.current, known=changed.versions)
        return True

    async def _tell(self, operation: Operation, command: msgspec.Struct) -> None:
        self._under_way = asyncio.ensure_future(
            run(operation, self._services, SYSTEM, command, Call(request_id=ids.new_uuid()))
        )
        try:
            await in_time(self._under_way)
        except Refusal as refusal:
            logger.warning("this process could not be noted", operation=operation.name, refusal=str(refusal))
        except Exception:
            logger.exception("noting this process failed", operation=operation.name)

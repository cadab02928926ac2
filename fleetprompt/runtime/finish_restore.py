"""The last step of a restore: from here on the instance may serve (spec 7)."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, null, select, update

from fleetprompt.authz import Access, Actor
from fleetprompt.enums import EventType
from fleetprompt.errors import Reason, conflict
from fleetprompt.fields import Command, EpochMs
from fleetprompt.runtime.audit import Event, details_of
from fleetprompt.runtime.operations import Ledger, Outcome, mutation
from fleetprompt.runtime.run import MutationTx
from fleetprompt.store.statements import Bound, changing, reading
from fleetprompt.store.tables import instance


@details_of(EventType.SYSTEM_RESTORED)
class Restoration(msgspec.Struct, frozen=True, rename="camel"):
    """From when the backup was, and what of it ended with the restore."""

    backup_created_at_ms: int
    install_tokens_revoked: int
    sessions_ended: int


class FinishRestore(Command):
    """Which restore it is, by its event, and what it did."""

    event: UUID
    backup_created_at_ms: EpochMs
    install_tokens_revoked: int
    sessions_ended: int


class Restored(msgspec.Struct, frozen=True, rename="camel"):
    """Since when the instance is what it is now; no signature that was made before counts."""

    restored_at_ms: int


class _UnderWay(msgspec.Struct, frozen=True):
    unfinished_restore: UUID | None


_UNDER_WAY: Final = reading("instance.restore_under_way", select(instance.c.unfinished_restore), _UnderWay)
_FINISH: Final = changing(
    "instance.finish_restore",
    update(instance)
    .where(instance.c.unfinished_restore == bindparam("event"))
    .values(unfinished_restore=null(), restored_at_ms=bindparam("now_ms")),
)


def _finish(event: UUID, now_ms: int) -> Bound[Any]:
    return _FINISH.bind(event=event, now_ms=now_ms)


@mutation("system.finish_restore", who=Access.SYSTEM, ledger=Ledger.NONE, emits=(EventType.SYSTEM_RESTORED,))
async def finish_restore(tx: MutationTx, _: Actor, command: FinishRestore) -> Outcome[Restored]:
    """Refuse every signature made until now, and let the instance serve (spec 3 Server to server, 7).

    Raises CONFLICT (`transition`) where this restore is not under way, or no longer.
    """
    if await tx.one(_UNDER_WAY.bind()) != _UnderWay(command.event):
        raise conflict(Reason.TRANSITION, "This restore is not under way: it was finished, or another one was begun.")
    restored = Event(
        event_id=command.event,
        type=EventType.SYSTEM_RESTORED,
        summary="The instance was restored from a backup.",
        details=Restoration(command.backup_created_at_ms, command.install_tokens_revoked, command.sessions_ended),
    )
    return Outcome(Restored(tx.now_ms), writes=[_finish(command.event, tx.now_ms)], events=[restored])

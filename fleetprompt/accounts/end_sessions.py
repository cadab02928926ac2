"""Ending sessions by the batch, because of their key or because the instance was restored."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from msgspec import UNSET, UnsetType

from fleetprompt.accounts import events
from fleetprompt.accounts.statements import sessions
from fleetprompt.authz import Access, Actor
from fleetprompt.enums import EventType
from fleetprompt.fields import Command, Range, or_none
from fleetprompt.runtime.job_runs import BATCH_MAX, Batch
from fleetprompt.runtime.operations import Ledger, Outcome, mutation
from fleetprompt.runtime.run import MutationTx


class EndSessions(Command):
    """All that nobody ended, or those that name a key version. cause: the event that began it."""

    cause: UUID
    key_version: str | UnsetType = UNSET
    limit: Annotated[int, Range(1, BATCH_MAX)] = 200


@mutation("sessions.end", who=Access.SYSTEM, ledger=Ledger.NONE, emits=(EventType.SESSION_ENDED,))
async def end_sessions(tx: MutationTx, _: Actor, command: EndSessions) -> Outcome[Batch]:
    """End a batch of sessions (spec 3, 7); whoever had one signs in again."""
    key_version = or_none(command.key_version)
    open_ones = await tx.many(sessions.not_ended(key_version, command.limit))
    if not open_ones:
        return Outcome(Batch(0))
    return Outcome(
        Batch(len(open_ones)),
        writes=[sessions.end_sessions([session.id for session in open_ones], tx.now_ms)],
        events=[events.session_ended(session.user_id, session.id, command.cause) for session in open_ones],
    )

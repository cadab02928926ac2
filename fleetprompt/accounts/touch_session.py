"""Noting that a session is in use, so that it does not count as idle."""

from __future__ import annotations

from fleetprompt.accounts import rules
from fleetprompt.accounts.model import LastSeen, TouchSession
from fleetprompt.accounts.statements import sessions
from fleetprompt.authz import Access, Actor, everything
from fleetprompt.errors import not_found
from fleetprompt.runtime.operations import Ledger, Outcome, Owner, mutation
from fleetprompt.runtime.run import MutationTx


@mutation(
    "sessions.touch",
    who=Access.SYSTEM,
    ledger=Ledger.NONE,
    emits=(),
    owns={"session_id": Owner.USER},
)
async def touch_session(tx: MutationTx, actor: Actor, command: TouchSession) -> Outcome[LastSeen]:
    """Move a session's last-seen time, at most every 5 minutes and without an event (spec 6.7).

    Raises NOT_FOUND where the session has ended.
    """
    session = await tx.one(sessions.session(everything(actor), command.session_id))
    if session is None or session.ended_at_ms is not None:
        raise not_found()
    if not rules.is_due_for_touch(session.last_seen_at_ms, tx.now_ms):
        return Outcome(LastSeen(session.last_seen_at_ms))
    return Outcome(LastSeen(tx.now_ms), writes=[sessions.touch_session(session.id, tx.now_ms)])

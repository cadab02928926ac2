"""Ending one of the caller's sessions."""

from __future__ import annotations

from fleetprompt.accounts import events, rules, shapes
from fleetprompt.accounts.model import RevokeSession, SessionReply
from fleetprompt.accounts.statements import sessions
from fleetprompt.authz import Access, Actor, own_as_user
from fleetprompt.enums import EventType
from fleetprompt.errors import Reason, conflict, not_found
from fleetprompt.rate_limits import RateClass
from fleetprompt.runtime.operations import Ledger, Outcome, Owner, mutation
from fleetprompt.runtime.run import MutationTx


@mutation(
    "sessions.revoke",
    who=Access.SIGNED_IN,
    rate=(RateClass.WRITE,),
    ledger=Ledger.REQUIRED,
    emits=(EventType.SESSION_ENDED,),
    owns={"session_id": Owner.USER},
)
async def revoke_session(tx: MutationTx, actor: Actor, command: RevokeSession) -> Outcome[SessionReply]:
    """End one of the caller's sessions, be it the one that asks (spec 6.4 Account).

    Raises NOT_FOUND for anybody else's; CONFLICT (`transition`) where it has ended, by itself or not.
    """
    session = await tx.one(sessions.own_session(own_as_user(actor), command.session_id))
    if session is None:
        raise not_found()
    if session.ended_at_ms is not None or not rules.session_is_live(
        capabilities=actor.capabilities,
        created_at_ms=session.created_at_ms,
        last_seen_at_ms=session.last_seen_at_ms,
        expires_at_ms=session.expires_at_ms,
        now_ms=tx.now_ms,
    ):
        raise conflict(Reason.TRANSITION, "This session has ended already.")
    return Outcome(
        SessionReply(shapes.session(session, actor, ended_at_ms=tx.now_ms)),
        writes=[sessions.end_sessions([session.id], tx.now_ms)],
        events=[events.session_ended(actor.user, session.id)],
    )

"""Signing out."""

from __future__ import annotations

from fleetprompt.accounts import events, shapes
from fleetprompt.accounts.model import SessionReply
from fleetprompt.accounts.statements import sessions
from fleetprompt.authz import Access, Actor, own_as_user
from fleetprompt.enums import EventType
from fleetprompt.errors import unauthenticated
from fleetprompt.fields import NoArguments
from fleetprompt.rate_limits import RateClass
from fleetprompt.runtime.idempotency import SessionChange
from fleetprompt.runtime.operations import Ledger, Outcome, mutation
from fleetprompt.runtime.run import MutationTx


@mutation(
    "accounts.logout",
    who=Access.SIGNED_IN,
    rate=(RateClass.WRITE,),
    ledger=Ledger.NONE,
    emits=(EventType.SESSION_ENDED,),
)
async def logout(tx: MutationTx, actor: Actor, _: NoArguments) -> Outcome[SessionReply]:
    """End the session that asks, and take its cookie back (spec 6.4 Account).

    Raises UNAUTHENTICATED where no session asks, or where it ended meanwhile.
    """
    if actor.session_id is None:
        raise unauthenticated("no_session")
    session = await tx.one(sessions.own_session(own_as_user(actor), actor.session_id))
    if session is None or session.ended_at_ms is not None:
        raise unauthenticated("session_ended")
    return Outcome(
        SessionReply(shapes.session(session, actor, ended_at_ms=tx.now_ms)),
        writes=[sessions.end_sessions([session.id], tx.now_ms)],
        events=[events.session_ended(actor.user, session.id)],
        session=SessionChange(None),
    )

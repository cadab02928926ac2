"""Ending the suspension of a user."""

from __future__ import annotations

import msgspec

from fleetprompt.accounts.model import AdminUserReply
from fleetprompt.accounts.shapes import admin_user
from fleetprompt.authz import Access, Actor, everything
from fleetprompt.enums import EventType, KeyScope
from fleetprompt.errors import not_found, unauthorized
from fleetprompt.moderation import events, rules
from fleetprompt.moderation.commands import ReinstateUser
from fleetprompt.moderation.statements import people
from fleetprompt.rate_limits import RateClass
from fleetprompt.runtime.operations import Ledger, Outcome, Owner, mutation
from fleetprompt.runtime.run import MutationTx


@mutation(
    "moderation.reinstate_user",
    who=Access.ADMIN,
    scope=KeyScope.ADMIN,
    rate=(RateClass.WRITE,),
    ledger=Ledger.REQUIRED,
    emits=(EventType.USER_REINSTATED,),
    owns={"user_id": Owner.ADMIN},
)
async def reinstate_user(tx: MutationTx, admin: Actor, command: ReinstateUser) -> Outcome[AdminUserReply]:
    """Let a suspended user back in, and show what she publishes again (spec 4 Transitions).

    Raises UNAUTHORIZED where the admin lost her capability meanwhile; NOT_FOUND; CONFLICT (`transition`) where she is
    not suspended.
    """
    row = await tx.one(people.user(everything(admin), command.user_id, admin.user))
    if row is None:
        raise not_found()
    if not row.actor_is_admin:
        raise unauthorized("This needs the admin capability.")
    if refusal := rules.refusal_to_reinstate_user(row.suspended_at_ms):
        raise refusal
    reinstated = msgspec.structs.replace(row, suspended_at_ms=None, suspend_reason=None)
    return Outcome(
        AdminUserReply(admin_user(reinstated)),
        writes=[
            people.reinstate_user(row.user_id, tx.now_ms),
            *people.mark_publisher(row.publisher_id, suspended_at_ms=None),
        ],
        events=[events.user_reinstated(row.user_id, row.publisher_id, command.reason)],
    )

"""Suspending a user."""

from __future__ import annotations

import msgspec

from fleetprompt.accounts.model import AdminUserReply
from fleetprompt.accounts.shapes import admin_user
from fleetprompt.accounts.statements import users
from fleetprompt.authz import Access, Actor, everything
from fleetprompt.enums import EventType, KeyScope
from fleetprompt.errors import not_found, unauthorized
from fleetprompt.moderation import events, rules
from fleetprompt.moderation.commands import SuspendUser
from fleetprompt.moderation.statements import people
from fleetprompt.rate_limits import RateClass
from fleetprompt.runtime.operations import Ledger, Outcome, Owner, mutation
from fleetprompt.runtime.run import MutationTx


@mutation(
    "moderation.suspend_user",
    who=Access.ADMIN,
    scope=KeyScope.ADMIN,
    rate=(RateClass.WRITE,),
    ledger=Ledger.REQUIRED,
    emits=(EventType.USER_SUSPENDED,),
    owns={"user_id": Owner.ADMIN},
)
async def suspend_user(tx: MutationTx, admin: Actor, command: SuspendUser) -> Outcome[AdminUserReply]:
    """Make a user's credentials worthless, and hide what she publishes, until she is reinstated (spec 4 Transitions).

    Her sessions and keys stay in their tables and are refused; her listings keep their status.
    Raises UNAUTHORIZED where the admin lost her capability meanwhile: of two who suspend one another, one stays.
    Raises NOT_FOUND; CONFLICT (`transition`) where she is suspended already or is the admin herself.
    """
    row = await tx.one(people.user(everything(admin), command.user_id, admin.user))
    if row is None:
        raise not_found()
    if not row.actor_is_admin:
        raise unauthorized("This needs the admin capability.")
    if refusal := rules.refusal_to_suspend_user(
        user_id=row.user_id, admin_user_id=admin.user, suspended_at_ms=row.suspended_at_ms
    ):
        raise refusal
    suspended = msgspec.structs.replace(row, suspended_at_ms=tx.now_ms, suspend_reason=command.reason)
    return Outcome(
        AdminUserReply(admin_user(suspended)),
        writes=[
            people.suspend_user(row.user_id, command.reason, tx.now_ms),
            *people.mark_publisher(row.publisher_id, suspended_at_ms=tx.now_ms),
            *users.mark_actor(admin.user, row.user_id, tx.now_ms),
        ],
        events=[events.user_suspended(row.user_id, row.publisher_id, command.reason)],
    )

"""Granting capabilities and taking them."""

from __future__ import annotations

import msgspec

from fleetprompt.accounts import events, rules, shapes
from fleetprompt.accounts.model import AdminUserReply, SetCapabilities
from fleetprompt.accounts.statements import admin_users, sessions, users
from fleetprompt.authz import Access, Actor, everything
from fleetprompt.enums import Capability, EventType, KeyScope
from fleetprompt.errors import not_found, unauthorized
from fleetprompt.rate_limits import RateClass
from fleetprompt.runtime.operations import Ledger, Outcome, Owner, mutation
from fleetprompt.runtime.run import MutationTx


@mutation(
    "users.set_capabilities",
    who=Access.ADMIN,
    scope=KeyScope.ADMIN,
    rate=(RateClass.WRITE,),
    ledger=Ledger.REQUIRED,
    emits=(EventType.CAPABILITY_GRANTED, EventType.CAPABILITY_REVOKED, EventType.SESSION_ENDED),
    owns={"user_id": Owner.ADMIN},
)
async def set_capabilities(tx: MutationTx, actor: Actor, command: SetCapabilities) -> Outcome[AdminUserReply]:
    """Grant a user capabilities and take others from her (spec 6.4 Admin, Browser).

    Something granted ends her sessions, but for the one that asks. Once taken, `publisher` does not come back by
    itself with a profile. What she has already, or lacks already, changes nothing.
    Raises UNAUTHORIZED where another admin took `admin` from her meanwhile: of two who take it from one another, one
    keeps it. Raises NOT_FOUND; CONFLICT (`transition`) where an admin would take `admin` from herself.
    """
    row = await tx.one(
        admin_users.capable_user(
            everything(actor),
            command.user_id,
            actor_user_id=actor.user,
            kept_session_id=actor.session_id,
            now_ms=tx.now_ms,
        )
    )
    if row is None:
        raise not_found()
    if not row.actor_is_admin:
        raise unauthorized("This needs the admin capability.")
    if refusal := rules.refusal_to_change_capabilities(
        target_user_id=row.user_id, actor_user_id=actor.user, revoked=command.revoke
    ):
        raise refusal
    granted = [capability for capability in command.grant if capability not in row.capabilities]
    revoked = [capability for capability in command.revoke if capability in row.capabilities]
    if not granted and not revoked:
        return Outcome(AdminUserReply(shapes.admin_user(row)))
    changed = msgspec.structs.replace(
        row,
        capabilities=sorted({*row.capabilities, *granted} - {*revoked}),
        publisher_barred=row.publisher_barred or Capability.PUBLISHER in revoked,
    )
    happened = [
        *(events.capability_granted(row.user_id, each, publisher_id=row.publisher_id) for each in granted),
        *(events.capability_revoked(row.user_id, each, publisher_id=row.publisher_id) for each in revoked),
    ]
    ended = row.other_session_ids if granted else row.lapsed_session_ids if Capability.ADMIN in revoked else []
    return Outcome(
        AdminUserReply(shapes.admin_user(changed)),
        writes=[
            users.set_capabilities(
                row.user_id, changed.capabilities, publisher_barred=changed.publisher_barred, now_ms=tx.now_ms
            ),
            sessions.end_sessions(ended, tx.now_ms),
            *users.mark_actor(actor.user, row.user_id, tx.now_ms),
        ],
        events=[*happened, *events.sessions_ended(row.user_id, ended, happened[0].event_id)],
    )

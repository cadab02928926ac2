"""Making an existing account an admin's, for the operator's command."""

from __future__ import annotations

from fleetprompt.accounts import events, shapes
from fleetprompt.accounts.model import MakeAdmin, UserReply
from fleetprompt.accounts.statements import api_keys, sessions, users
from fleetprompt.authz import Access, Actor
from fleetprompt.enums import Capability, EventType
from fleetprompt.errors import Reason, conflict, not_found
from fleetprompt.fields import comparable_email
from fleetprompt.runtime.operations import Ledger, Outcome, mutation
from fleetprompt.runtime.run import MutationTx
from fleetprompt.runtime.services import Services


async def _hash_password(services: Services, _: Actor, command: MakeAdmin) -> str:
    return await services.passwords.hash(command.password)


@mutation(
    "accounts.promote_admin",
    who=Access.SYSTEM,
    ledger=Ledger.NONE,
    emits=(
        EventType.USER_PASSWORD_CHANGED,
        EventType.CAPABILITY_GRANTED,
        EventType.SESSION_ENDED,
        EventType.API_KEY_REVOKED,
    ),
    prepare=_hash_password,
)
async def promote_admin(tx: MutationTx, _: Actor, command: MakeAdmin, password_hash: str) -> Outcome[UserReply]:
    """Set an account's password, end its sessions, revoke its keys and grant it `admin` (spec 7).

    Whoever may have known the account before has nothing of it left. Its display name stays. Raises NOT_FOUND where
    no account has the e-mail; CONFLICT (`suspended`) where its user is suspended.
    """
    account = await tx.one(users.whole_account(comparable_email(command.email), tx.now_ms))
    if account is None:
        raise not_found()
    if account.suspended_at_ms is not None:
        raise conflict(Reason.SUSPENDED, "This user is suspended; reinstate her first.")
    user_id = account.user_id
    changed = events.password_changed(user_id)
    happened = [
        changed,
        *events.sessions_ended(user_id, account.session_ids, changed.event_id),
        *(events.api_key_revoked(user_id, key_id, changed.event_id) for key_id in account.api_key_ids),
    ]
    capabilities = sorted({*account.capabilities, Capability.ADMIN})
    if Capability.ADMIN not in account.capabilities:
        happened.append(events.capability_granted(user_id, Capability.ADMIN))
    return Outcome(
        UserReply(shapes.user(account.user_id, account.email, account.display_name, capabilities)),
        writes=[
            users.take_over(user_id, password_hash=password_hash, capabilities=capabilities, now_ms=tx.now_ms),
            sessions.end_sessions(account.session_ids, tx.now_ms),
            api_keys.revoke_api_keys(account.api_key_ids, tx.now_ms),
        ],
        events=happened,
    )

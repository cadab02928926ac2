"""Setting the password of somebody who lost hers, for the operator's command."""

from __future__ import annotations

from fleetprompt.accounts import events, shapes
from fleetprompt.accounts.model import PasswordReset, ResetPassword
from fleetprompt.accounts.statements import api_keys, sessions, users
from fleetprompt.authz import Access, Actor
from fleetprompt.enums import EventType
from fleetprompt.errors import Reason, conflict, not_found
from fleetprompt.fields import comparable_email
from fleetprompt.runtime.operations import Ledger, Outcome, mutation
from fleetprompt.runtime.run import MutationTx
from fleetprompt.runtime.services import Services


async def _hash_password(services: Services, _: Actor, command: ResetPassword) -> str:
    return await services.passwords.hash(command.password)


@mutation(
    "accounts.reset_password",
    who=Access.SYSTEM,
    ledger=Ledger.NONE,
    emits=(EventType.USER_PASSWORD_CHANGED, EventType.SESSION_ENDED, EventType.API_KEY_REVOKED),
    prepare=_hash_password,
)
async def reset_password(
    tx: MutationTx, _: Actor, command: ResetPassword, password_hash: str
) -> Outcome[PasswordReset]:
    """Set an account's password and end its sessions, and where asked for revoke its API keys (spec 7).

    Raises NOT_FOUND where no account has the e-mail; CONFLICT (`suspended`) where its user is suspended.
    """
    account = await tx.one(users.whole_account(comparable_email(command.email), tx.now_ms))
    if account is None:
        raise not_found()
    if account.suspended_at_ms is not None:
        raise conflict(Reason.SUSPENDED, "This user is suspended; reinstate her first.")
    user_id, key_ids = account.user_id, account.api_key_ids if command.revoke_keys else []
    changed = events.password_changed(user_id)
    return Outcome(
        PasswordReset(
            shapes.user(user_id, account.email, account.display_name, account.capabilities),
            len(account.session_ids),
            len(key_ids),
        ),
        writes=[
            users.take_over(user_id, password_hash=password_hash, capabilities=account.capabilities, now_ms=tx.now_ms),
            sessions.end_sessions(account.session_ids, tx.now_ms),
            api_keys.revoke_api_keys(key_ids, tx.now_ms),
        ],
        events=[
            changed,
            *events.sessions_ended(user_id, account.session_ids, changed.event_id),
            *(events.api_key_revoked(user_id, key_id, changed.event_id) for key_id in key_ids),
        ],
    )

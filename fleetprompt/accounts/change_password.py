"""Changing a password."""

from __future__ import annotations

import msgspec

from fleetprompt.accounts import events, shapes
from fleetprompt.accounts.model import ChangePassword, UserReply
from fleetprompt.accounts.statements import sessions, users
from fleetprompt.authz import Access, Actor, own_as_user
from fleetprompt.enums import EventType
from fleetprompt.errors import invalid, not_found
from fleetprompt.rate_limits import RateClass
from fleetprompt.runtime.operations import Ledger, Outcome, mutation
from fleetprompt.runtime.run import MutationTx, StalePreparation
from fleetprompt.runtime.services import Services


class _Checked(msgspec.Struct, frozen=True):
    """The hash that `current` was compared with, and the new password's, or None where `current` is wrong."""

    stored_hash: str
    new_hash: str | None


async def _check(services: Services, actor: Actor, command: ChangePassword) -> _Checked:
    row = await services.db.one(
        users.credentials(own_as_user(actor), kept_session_id=actor.session_id, now_ms=services.clock.now_ms())
    )
    if row is None:
        raise not_found()
    fits = await services.passwords.verify(row.password_hash, command.current)
    return _Checked(row.password_hash, await services.passwords.hash(command.new) if fits else None)


@mutation(
    "accounts.change_password",
    who=Access.SIGNED_IN,
    rate=(
        RateClass.WRITE,
        RateClass.SIGN_IN_ADDRESS,
        RateClass.SIGN_IN_ACCOUNT,
        RateClass.SIGN_IN_ACCOUNT_HOUR,
    ),
    ledger=Ledger.REQUIRED,
    emits=(EventType.USER_PASSWORD_CHANGED, EventType.SESSION_ENDED),
    prepare=_check,
)
async def change_password(
    tx: MutationTx, actor: Actor, command: ChangePassword, checked: _Checked
) -> Outcome[UserReply]:
    """Set a new password and end the caller's other sessions (spec 6.4 Account).

    Raises VALIDATION_FAILED on `current` where that is not her password, which counts as a failed sign-in; UNAVAILABLE
    where too many passwords wait to be checked.
    """
    row = await tx.one(users.credentials(own_as_user(actor), kept_session_id=actor.session_id, now_ms=tx.now_ms))
    if row is None or row.password_hash != checked.stored_hash:
        raise StalePreparation
    if checked.new_hash is None:
        raise invalid(("current", "is not your password"))
    changed = events.password_changed(actor.user)
    return Outcome(
        UserReply(shapes.user(row.user_id, row.email, row.display_name, row.capabilities)),
        writes=[
            users.change_password(
                actor.user, verified_hash=checked.stored_hash, password_hash=checked.new_hash, now_ms=tx.now_ms
            ),
            sessions.end_sessions(row.other_session_ids, tx.now_ms),
        ],
        events=[changed, *events.sessions_ended(actor.user, row.other_session_ids, changed.event_id)],
    )

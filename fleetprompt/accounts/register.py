"""Registering an account."""

from __future__ import annotations

from fleetprompt import secrets
from fleetprompt.accounts import events, rules, shapes
from fleetprompt.accounts.model import Register, UserReply
from fleetprompt.accounts.statements import sessions, users
from fleetprompt.authz import Access, Actor, Credential
from fleetprompt.enums import EventType
from fleetprompt.errors import Reason, conflict
from fleetprompt.fields import comparable_email
from fleetprompt.rate_limits import RateClass
from fleetprompt.runtime.idempotency import SessionChange
from fleetprompt.runtime.operations import Ledger, Outcome, mutation
from fleetprompt.runtime.run import MutationTx
from fleetprompt.runtime.services import Services


async def _hash_password(services: Services, _: Actor, command: Register) -> str:
    return await services.passwords.hash(command.password)


@mutation(
    "accounts.register",
    who=Access.ANYONE,
    rate=(RateClass.REGISTER,),
    ledger=Ledger.NONE,
    emits=(EventType.USER_REGISTERED, EventType.SESSION_CREATED),
    prepare=_hash_password,
)
async def register(tx: MutationTx, _: Actor, command: Register, password_hash: str) -> Outcome[UserReply]:
    """Create an account and sign it in (spec 6.4 Account).

    Raises CONFLICT (`email_taken`) where the e-mail has one already: the one accepted oracle. Raises UNAVAILABLE where
    too many passwords wait to be hashed.
    """
    email_key = comparable_email(command.email)
    if await tx.one(users.email_taken(email_key)):
        raise conflict(Reason.EMAIL_TAKEN, "An account with this e-mail exists; sign in instead.")
    user_id, session_id = tx.new_id(), tx.new_id()
    cookie = secrets.new_cookie(tx.ring, secrets.CookieKind.SESSION)
    registered = events.registered(user_id)
    return Outcome(
        UserReply(shapes.user(user_id, command.email, command.display_name, ())),
        writes=[
            users.insert_user(
                user_id=user_id,
                email=command.email,
                email_key=email_key,
                display_name=command.display_name,
                password_hash=password_hash,
                buyer_ref_version=tx.ring.current,
                now_ms=tx.now_ms,
            ),
            sessions.insert_session(
                session_id=session_id,
                user_id=user_id,
                secret_hash=cookie.hash,
                key_version=tx.ring.current,
                now_ms=tx.now_ms,
                expires_at_ms=tx.now_ms + rules.LIFETIME_MS,
            ),
        ],
        events=[registered, events.session_created(user_id, session_id, cause=registered.event_id)],
        session=SessionChange(cookie.value),
        actor=Actor(credential=Credential.SESSION, user_id=user_id, session_id=session_id),
    )

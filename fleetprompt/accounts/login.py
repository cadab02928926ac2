"""Signing in."""

from __future__ import annotations

import msgspec

from fleetprompt import secrets
from fleetprompt.accounts import events, rules, shapes
from fleetprompt.accounts.model import Login, UserReply
from fleetprompt.accounts.statements import sessions, users
from fleetprompt.accounts.statements.users import AccountRow
from fleetprompt.authz import Access, Actor, Credential
from fleetprompt.enums import EventType
from fleetprompt.errors import unauthenticated
from fleetprompt.fields import comparable_email
from fleetprompt.rate_limits import RateClass
from fleetprompt.runtime.idempotency import SessionChange
from fleetprompt.runtime.operations import Ledger, Outcome, mutation
from fleetprompt.runtime.run import MutationTx, StalePreparation
from fleetprompt.runtime.services import Services


class _Verified(msgspec.Struct, frozen=True):
    """That a password fits an account's hash. password_hash: the hash to keep, new where its parameters were old."""

    account: AccountRow
    password_hash: str


async def _verify(services: Services, _: Actor, command: Login) -> _Verified:
    account = await services.db.one(users.account_by_email(comparable_email(command.email)))
    stored = None if account is None else account.password_hash
    fits = await services.passwords.verify(stored, command.password)
    if account is None or not fits or account.suspended_at_ms is not None:
        raise unauthenticated("sign_in")
    is_outdated = services.passwords.needs_rehash(account.password_hash)
    return _Verified(account, await services.passwords.hash(command.password) if is_outdated else account.password_hash)


@mutation(
    "accounts.login",
    who=Access.ANYONE,
    rate=(RateClass.SIGN_IN_ADDRESS, RateClass.SIGN_IN_ACCOUNT, RateClass.SIGN_IN_ACCOUNT_HOUR),
    ledger=Ledger.NONE,
    emits=(EventType.SESSION_CREATED,),
    prepare=_verify,
)
async def login(tx: MutationTx, _: Actor, command: Login, verified: _Verified) -> Outcome[UserReply]:
    """Begin a session under a new id (spec 6.4 Account, Browser).

    Raises UNAUTHENTICATED, the same for a wrong password, an unknown e-mail and a suspended user; UNAVAILABLE where too
    many passwords wait to be checked.
    """
    account = await tx.one(users.account_by_email(comparable_email(command.email)))
    if account is None or account.password_hash != verified.account.password_hash:
        raise StalePreparation
    if account.suspended_at_ms is not None:
        raise unauthenticated("sign_in")
    session_id = tx.new_id()
    cookie = secrets.new_cookie(tx.ring, secrets.CookieKind.SESSION)
    return Outcome(
        UserReply(shapes.user(account.user_id, account.email, account.display_name, account.capabilities)),
        writes=[
            users.confirm_password(
                account.user_id, verified_hash=account.password_hash, password_hash=verified.password_hash
            ),
            sessions.insert_session(
                session_id=session_id,
                user_id=account.user_id,
                secret_hash=cookie.hash,
                key_version=tx.ring.current,
                now_ms=tx.now_ms,
                expires_at_ms=tx.now_ms + rules.LIFETIME_MS,
            ),
        ],
        events=[events.session_created(account.user_id, session_id)],
        session=SessionChange(cookie.value),
        actor=Actor(credential=Credential.SESSION, user_id=account.user_id, session_id=session_id),
    )

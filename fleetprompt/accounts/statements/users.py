"""SQL statements about users."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import ARRAY, Uuid, any_, bindparam, exists, func, insert, literal, select, update

from fleetprompt import ids
from fleetprompt.accounts.statements.api_keys import live_api_keys
from fleetprompt.accounts.statements.publishers import PROFILE_COLUMNS, OwnedProfileRow
from fleetprompt.accounts.statements.sessions import other_sessions, other_sessions_values
from fleetprompt.authz import AdminScope, OwnerScope
from fleetprompt.enums import Capability
from fleetprompt.store.statements import Bound, changing, inserting, parameters, reading
from fleetprompt.store.tables import publishers, sessions, users


class Taken(msgspec.Struct, frozen=True):
    """That something is there already."""

    one: int


_EMAIL_TAKEN: Final = reading(
    "accounts.email_taken",
    select(literal(1).label("one")).where(users.c.email_key == bindparam("email_key")),
    Taken,
)


def email_taken(email_key: str) -> Bound[Taken]:
    """Whether an account has this e-mail, compared lower-cased in NFC."""
    return _EMAIL_TAKEN.bind(email_key=email_key)


_INSERT_USER: Final = inserting(
    "accounts.insert_user",
    insert(users).values(
        parameters(
            "id",
            "external_id",
            "email",
            "email_key",
            "display_name",
            "password_hash",
            "capabilities",
            "buyer_ref_version",
            "created_at_ms",
            "updated_at_ms",
        )
    ),
)


def insert_user(
    *,
    user_id: UUID,
    email: str,
    email_key: str,
    display_name: str,
    password_hash: str,
    capabilities: Sequence[Capability] = (),
    buyer_ref_version: str,
    now_ms: int,
) -> Bound[Any]:
    """Add a user whose account is FleetPrompt's own (spec 3 Accounts)."""
    return _INSERT_USER.bind(
        id=user_id,
        external_id=f"local|{ids.encode('usr', user_id)}",
        email=email,
        email_key=email_key,
        display_name=display_name,
        password_hash=password_hash,
        capabilities=list(capabilities),
        buyer_ref_version=buyer_ref_version,
        created_at_ms=now_ms,
        updated_at_ms=now_ms,
    )


class MeRow(OwnedProfileRow, frozen=True):
    """A user with her publisher, if she has one."""

    user_id: UUID
    email: str
    user_name: str
    capabilities: list[Capability]


_ME: Final = reading(
    "accounts.me",
    select(
        *PROFILE_COLUMNS,
        users.c.id.label("user_id"),
        users.c.email,
        users.c.display_name.label("user_name"),
        users.c.capabilities,
    )
    .select_from(users.outerjoin(publishers, publishers.c.owner_user_id == users.c.id))
    .where(users.c.id == bindparam("user_id")),
    MeRow,
)


def me(scope: OwnerScope) -> Bound[MeRow]:
    """A user with her publisher."""
    return _ME.bind(user_id=scope.user_id)


class AccountRow(msgspec.Struct, frozen=True):
    """A user as signing in needs her."""

    user_id: UUID
    email: str
    display_name: str
    capabilities: list[Capability]
    password_hash: str
    suspended_at_ms: int | None


_ACCOUNT_COLUMNS: Final = (
    users.c.id.label("user_id"),
    users.c.email,
    users.c.display_name,
    users.c.capabilities,
    users.c.password_hash,
    users.c.suspended_at_ms,
)
_ACCOUNT_BY_EMAIL: Final = reading(
    "accounts.account_by_email",
    select(*_ACCOUNT_COLUMNS).where(users.c.email_key == bindparam("email_key")),
    AccountRow,
)


def account_by_email(email_key: str) -> Bound[AccountRow]:
    """The account with this e-mail, compared lower-cased in NFC."""
    return _ACCOUNT_BY_EMAIL.bind(email_key=email_key)


class WholeAccountRow(msgspec.Struct, frozen=True):
    """A user with everything that opens her account beside the password."""

    user_id: UUID
    email: str
    display_name: str
    capabilities: list[Capability]
    suspended_at_ms: int | None
    session_ids: list[UUID]
    api_key_ids: list[UUID]


_WHOLE_ACCOUNT: Final = reading(
    "accounts.whole_account",
    select(
        users.c.id.label("user_id"),
        users.c.email,
        users.c.display_name,
        users.c.capabilities,
        users.c.suspended_at_ms,
        other_sessions().label("session_ids"),
        live_api_keys().label("api_key_ids"),
    ).where(users.c.email_key == bindparam("email_key")),
    WholeAccountRow,
)


def whole_account(email_key: str, now_ms: int) -> Bound[WholeAccountRow]:
    """The account with this e-mail, with all its sessions and keys that may be alive."""
    return _WHOLE_ACCOUNT.bind(email_key=email_key, **other_sessions_values(None, now_ms))


_TAKE_OVER: Final = changing(
    "accounts.take_over",
    update(users)
    .where(users.c.id == bindparam("user_id"))
    .values(
        password_hash=bindparam("password_hash"),
        capabilities=bindparam("capabilities"),
        updated_at_ms=bindparam("now_ms"),
    ),
)


def take_over(user_id: UUID, *, password_hash: str, capabilities: Sequence[Capability], now_ms: int) -> Bound[Any]:
    """Replace a user's password and what she may do."""
    return _TAKE_OVER.bind(user_id=user_id, password_hash=password_hash, capabilities=list(capabilities), now_ms=now_ms)


_CONFIRM_PASSWORD: Final = changing(
    "accounts.confirm_password",
    update(users)
    .where(users.c.id == bindparam("user_id"), users.c.password_hash == bindparam("verified_hash"))
    .values(password_hash=bindparam("password_hash")),
)


def confirm_password(user_id: UUID, *, verified_hash: str, password_hash: str) -> Bound[Any]:
    """Write the hash of the password that was verified, so that whoever changes the account meets this row.

    password_hash: the same hash, or one of the same password with today's parameters.
    """
    return _CONFIRM_PASSWORD.bind(user_id=user_id, verified_hash=verified_hash, password_hash=password_hash)


_SET_CAPABILITIES: Final = changing(
    "accounts.set_capabilities",
    update(users)
    .where(users.c.id == bindparam("user_id"))
    .values(
        capabilities=bindparam("capabilities"),
        publisher_barred=bindparam("publisher_barred"),
        updated_at_ms=bindparam("now_ms"),
    ),
)


def set_capabilities(
    user_id: UUID, capabilities: Sequence[Capability], *, publisher_barred: bool, now_ms: int
) -> Bound[Any]:
    """Replace what a user may do. publisher_barred: whether an admin ever took `publisher` from her."""
    return _SET_CAPABILITIES.bind(
        user_id=user_id, capabilities=list(capabilities), publisher_barred=publisher_barred, now_ms=now_ms
    )


class CredentialsRow(AccountRow, frozen=True):
    """What changing a password decides on.

    other_session_ids: her sessions that may be alive, but for the one that asks.
    """

    other_session_ids: list[UUID]


_CREDENTIALS: Final = reading(
    "accounts.credentials",
    select(*_ACCOUNT_COLUMNS, other_sessions().label("other_session_ids")).where(users.c.id == bindparam("user_id")),
    CredentialsRow,
)


def credentials(scope: OwnerScope, *, kept_session_id: UUID | None, now_ms: int) -> Bound[CredentialsRow]:
    """A user with her password's hash and her other sessions."""
    return _CREDENTIALS.bind(user_id=scope.user_id, **other_sessions_values(kept_session_id, now_ms))


_CHANGE_PASSWORD: Final = changing(
    "accounts.change_password",
    update(users)
    .where(users.c.id == bindparam("user_id"), users.c.password_hash == bindparam("verified_hash"))
    .values(password_hash=bindparam("password_hash"), updated_at_ms=bindparam("now_ms")),
)


def change_password(user_id: UUID, *, verified_hash: str, password_hash: str, now_ms: int) -> Bound[Any]:
    """Replace the hash that the current password was verified against."""
    return _CHANGE_PASSWORD.bind(
        user_id=user_id, verified_hash=verified_hash, password_hash=password_hash, now_ms=now_ms
    )


class StandingRow(msgspec.Struct, frozen=True):
    """Whether a user may still do what she asks for, and with which capabilities."""

    capabilities: list[Capability]
    suspended_at_ms: int | None
    session_lives: bool


_STANDING: Final = reading(
    "accounts.standing",
    select(
        users.c.capabilities,
        users.c.suspended_at_ms,
        exists()
        .where(sessions.c.id == bindparam("session_id"), sessions.c.ended_at_ms.is_(None))
        .label("session_lives"),
    ).where(users.c.id == bindparam("user_id")),
    StandingRow,
)


def standing(scope: OwnerScope, session_id: UUID | None) -> Bound[StandingRow]:
    """How a user and her session stand in this snapshot, which may be later than the one that let her in."""
    return _STANDING.bind(user_id=scope.user_id, session_id=session_id)


_MARK_CHANGED: Final = changing(
    "accounts.mark_changed",
    update(users).where(users.c.id == bindparam("user_id")).values(updated_at_ms=bindparam("now_ms")),
)


def mark_changed(user_id: UUID, now_ms: int) -> Bound[Any]:
    """Write a user's row because something of hers was added that others must see who take things from her."""
    return _MARK_CHANGED.bind(user_id=user_id, now_ms=now_ms)


def mark_actor(actor_user_id: UUID, target_user_id: UUID, now_ms: int) -> tuple[Bound[Any], ...]:
    """Write the row of a user who takes power from another, so that whoever takes hers meanwhile meets it.

    None where she is the target, whose row is written anyway.
    """
    return () if actor_user_id == target_user_id else (mark_changed(actor_user_id, now_ms),)


class UserId(msgspec.Struct, frozen=True):
    """Which user."""

    id: UUID


_OF_BUYER_REF_VERSION: Final = reading(
    "accounts.users_of_buyer_ref_version",
    select(users.c.id).where(users.c.buyer_ref_version == bindparam("key_version")).limit(bindparam("limit")),
    UserId,
)


def of_buyer_ref_version(_: AdminScope, key_version: str, limit: int) -> Bound[UserId]:
    """Users whose buyer references derive from a key version."""
    return _OF_BUYER_REF_VERSION.bind(key_version=key_version, limit=limit)


_USER_IDS: Final = bindparam("user_ids", type_=ARRAY(Uuid))
_SET_BUYER_REF_VERSION: Final = changing(
    "accounts.set_buyer_ref_version",
    update(users)
    .where(users.c.id == any_(_USER_IDS), users.c.buyer_ref_version == bindparam("old_version"))
    .values(buyer_ref_version=bindparam("new_version")),
    rows=func.cardinality(_USER_IDS),
)


def set_buyer_ref_version(user_ids: Sequence[UUID], old_version: str, new_version: str) -> Bound[Any]:
    """Derive these users' buyer references from another key version."""
    return _SET_BUYER_REF_VERSION.bind(user_ids=list(user_ids), old_version=old_version, new_version=new_version)

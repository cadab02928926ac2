"""Every SQL statement of accounts."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, insert, literal, select

from fleetprompt.enums import Capability
from fleetprompt.store.statements import Bound, inserting, reading
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
        {
            name: bindparam(name)
            for name in (
                "id",
                "external_id",
                "email",
                "email_key",
                "display_name",
                "password_hash",
                "buyer_ref_version",
                "created_at_ms",
                "updated_at_ms",
            )
        }
    ),
)


def insert_user(
    *,
    user_id: UUID,
    external_id: str,
    email: str,
    email_key: str,
    display_name: str,
    password_hash: str,
    buyer_ref_version: str,
    now_ms: int,
) -> Bound[Any]:
    """Add a user."""
    return _INSERT_USER.bind(
        id=user_id,
        external_id=external_id,
        email=email,
        email_key=email_key,
        display_name=display_name,
        password_hash=password_hash,
        buyer_ref_version=buyer_ref_version,
        created_at_ms=now_ms,
        updated_at_ms=now_ms,
    )


_INSERT_SESSION: Final = inserting(
    "accounts.insert_session",
    insert(sessions).values(
        {
            name: bindparam(name)
            for name in ("id", "user_id", "secret_hash", "created_at_ms", "last_seen_at_ms", "expires_at_ms")
        }
    ),
)


def insert_session(
    *, session_id: UUID, user_id: UUID, secret_hash: bytes, now_ms: int, expires_at_ms: int
) -> Bound[Any]:
    """Add a session."""
    return _INSERT_SESSION.bind(
        id=session_id,
        user_id=user_id,
        secret_hash=secret_hash,
        created_at_ms=now_ms,
        last_seen_at_ms=now_ms,
        expires_at_ms=expires_at_ms,
    )


class MeRow(msgspec.Struct, frozen=True):
    """A user with her publisher, if she has one."""

    user_id: UUID
    email: str
    display_name: str
    capabilities: list[Capability]
    publisher_id: UUID | None
    handle: str | None
    publisher_name: str | None
    bio_markdown: str | None
    bio_html: str | None
    verification_status: str | None
    verification_checked_at_ms: int | None


_ME: Final = reading(
    "accounts.me",
    select(
        users.c.id.label("user_id"),
        users.c.email,
        users.c.display_name,
        users.c.capabilities,
        publishers.c.id.label("publisher_id"),
        publishers.c.handle,
        publishers.c.display_name.label("publisher_name"),
        publishers.c.bio_markdown,
        publishers.c.bio_html,
        publishers.c.verification_status,
        publishers.c.verification_checked_at_ms,
    )
    .select_from(users.outerjoin(publishers, publishers.c.owner_user_id == users.c.id))
    .where(users.c.id == bindparam("user_id")),
    MeRow,
)


def me(user_id: UUID) -> Bound[MeRow]:
    """A user with her publisher."""
    return _ME.bind(user_id=user_id)


class SessionRow(msgspec.Struct, frozen=True):
    """A live session with what its user may do."""

    session_id: UUID
    last_seen_at_ms: int
    created_at_ms: int
    expires_at_ms: int
    user_id: UUID
    capabilities: list[Capability]
    publisher_id: UUID | None


_SESSION: Final = reading(
    "accounts.session",
    select(
        sessions.c.id.label("session_id"),
        sessions.c.last_seen_at_ms,
        sessions.c.created_at_ms,
        sessions.c.expires_at_ms,
        users.c.id.label("user_id"),
        users.c.capabilities,
        publishers.c.id.label("publisher_id"),
    )
    .select_from(
        sessions.join(users, users.c.id == sessions.c.user_id).outerjoin(
            publishers, publishers.c.owner_user_id == users.c.id
        )
    )
    .where(
        sessions.c.secret_hash == bindparam("secret_hash"),
        sessions.c.ended_at_ms.is_(None),
        users.c.suspended_at_ms.is_(None),
    ),
    SessionRow,
)


def session(secret_hash: bytes) -> Bound[SessionRow]:
    """The session behind a cookie, unless it was ended or its user is suspended."""
    return _SESSION.bind(secret_hash=secret_hash)

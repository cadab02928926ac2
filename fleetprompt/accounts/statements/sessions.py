"""SQL statements about sessions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Uuid, any_, bindparam, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.functions import Function

from fleetprompt.accounts.rules import IDLE_MS_MAX, SessionBounds, session_bounds
from fleetprompt.authz import AdminScope, OwnerScope
from fleetprompt.enums import Capability
from fleetprompt.store.statements import Bound, changing, columns_of, inserting, newest, parameters, reading
from fleetprompt.store.tables import publishers, sessions, users

_INSERT: Final = inserting(
    "accounts.insert_session",
    insert(sessions).values(
        parameters("id", "user_id", "secret_hash", "key_version", "created_at_ms", "last_seen_at_ms", "expires_at_ms")
    ),
)


def insert_session(
    *, session_id: UUID, user_id: UUID, secret_hash: bytes, key_version: str, now_ms: int, expires_at_ms: int
) -> Bound[Any]:
    """Add a session. key_version: of the key that signed its cookie."""
    return _INSERT.bind(
        id=session_id,
        user_id=user_id,
        secret_hash=secret_hash,
        key_version=key_version,
        created_at_ms=now_ms,
        last_seen_at_ms=now_ms,
        expires_at_ms=expires_at_ms,
    )


class SignedInRow(msgspec.Struct, frozen=True):
    """A session that was not ended, with what its user may do."""

    session_id: UUID
    last_seen_at_ms: int
    created_at_ms: int
    expires_at_ms: int
    user_id: UUID
    capabilities: list[Capability]
    publisher_id: UUID | None


_SIGNED_IN: Final = reading(
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
    SignedInRow,
)


def signed_in(secret_hash: bytes) -> Bound[SignedInRow]:
    """The session behind a cookie, unless it was ended or its user is suspended."""
    return _SIGNED_IN.bind(secret_hash=secret_hash)


def may_be_alive() -> tuple[ColumnElement[bool], ...]:
    """Inside a statement on users: which sessions are hers and not over, an admin's stricter limits left out.

    Its parameters are `now_ms` and `idle_since_ms`.
    """
    return (
        sessions.c.user_id == users.c.id,
        sessions.c.ended_at_ms.is_(None),
        sessions.c.expires_at_ms > bindparam("now_ms"),
        sessions.c.last_seen_at_ms > bindparam("idle_since_ms"),
    )


def other_sessions() -> Function[Any]:
    """Inside a statement on users: the ids of her sessions that may be alive, but for the one that is kept.

    Bind it with `other_sessions_values`. An admin's stricter limits are left out, so that no session that is idle
    now comes back to life should she cease to be one.
    """
    return func.array(
        select(sessions.c.id)
        .where(*may_be_alive(), sessions.c.id.is_distinct_from(bindparam("kept_session_id", type_=Uuid)))
        .order_by(sessions.c.id)
        .correlate(users)
        .scalar_subquery()
    )


def lapsed_sessions() -> Function[Any]:
    """Inside a statement on users: the ids of her sessions that only an admin's stricter limits have ended.

    Bind it with `lapsed_sessions_values`.
    """
    return func.array(
        select(sessions.c.id)
        .where(
            *may_be_alive(),
            or_(
                sessions.c.created_at_ms <= bindparam("lapsed_created_ms"),
                sessions.c.last_seen_at_ms <= bindparam("lapsed_seen_ms"),
            ),
        )
        .order_by(sessions.c.id)
        .correlate(users)
        .scalar_subquery()
    )


def lapsed_sessions_values(now_ms: int) -> dict[str, Any]:
    """The parameters of `lapsed_sessions`, beside those of `other_sessions`."""
    bounds = session_bounds(is_admin=True, now_ms=now_ms)
    return {"lapsed_created_ms": bounds.created_after_ms, "lapsed_seen_ms": bounds.seen_after_ms}


def other_sessions_values(kept_session_id: UUID | None, now_ms: int) -> dict[str, Any]:
    """The parameters of `other_sessions`. kept_session_id: None where all are meant."""
    return {"kept_session_id": kept_session_id, "now_ms": now_ms, "idle_since_ms": now_ms - IDLE_MS_MAX}


class SessionRow(msgspec.Struct, frozen=True):
    """One session."""

    id: UUID
    created_at_ms: int
    last_seen_at_ms: int
    expires_at_ms: int
    ended_at_ms: int | None


_COLUMNS: Final = columns_of(sessions, SessionRow)
_OWN: Final = reading(
    "accounts.own_session",
    select(*_COLUMNS).where(sessions.c.id == bindparam("session_id"), sessions.c.user_id == bindparam("user_id")),
    SessionRow,
)


def own_session(scope: OwnerScope, session_id: UUID) -> Bound[SessionRow]:
    """One session of a user, ended or not."""
    return _OWN.bind(session_id=session_id, user_id=scope.user_id)


_LIVE: Final = select(*_COLUMNS).where(
    sessions.c.user_id == bindparam("user_id"),
    sessions.c.ended_at_ms.is_(None),
    sessions.c.expires_at_ms > bindparam("now_ms"),
    sessions.c.created_at_ms > bindparam("created_after_ms"),
    sessions.c.last_seen_at_ms > bindparam("seen_after_ms"),
)
_PAGE: Final = reading("accounts.sessions", newest(_LIVE, sessions.c.id), SessionRow)


def page(scope: OwnerScope, bounds: SessionBounds, *, now_ms: int, after_id: UUID, fetch: int) -> Bound[SessionRow]:
    """Live sessions of a user, the newest first."""
    return _PAGE.bind(
        user_id=scope.user_id,
        now_ms=now_ms,
        created_after_ms=bounds.created_after_ms,
        seen_after_ms=bounds.seen_after_ms,
        after_id=after_id,
        fetch=fetch,
    )


_SEEN: Final = reading(
    "accounts.session_to_touch",
    select(*_COLUMNS).where(sessions.c.id == bindparam("session_id")),
    SessionRow,
)


def session(_: AdminScope, session_id: UUID) -> Bound[SessionRow]:
    """One session of whomever, ended or not."""
    return _SEEN.bind(session_id=session_id)


_TOUCH: Final = changing(
    "accounts.touch_session",
    update(sessions)
    .where(sessions.c.id == bindparam("session_id"), sessions.c.ended_at_ms.is_(None))
    .values(last_seen_at_ms=bindparam("now_ms")),
)


def touch_session(session_id: UUID, now_ms: int) -> Bound[Any]:
    """Note that a session was used."""
    return _TOUCH.bind(session_id=session_id, now_ms=now_ms)


_END: Final = changing(
    "accounts.end_sessions",
    update(sessions)
    .where(
        sessions.c.id == any_(bindparam("session_ids", type_=ARRAY(Uuid))),
        sessions.c.ended_at_ms.is_(None),
    )
    .values(ended_at_ms=bindparam("now_ms")),
    rows=func.cardinality(bindparam("session_ids", type_=ARRAY(Uuid))),
)


def end_sessions(session_ids: Sequence[UUID], now_ms: int) -> Bound[Any]:
    """End each of these sessions; none of them was ended before."""
    return _END.bind(session_ids=list(session_ids), now_ms=now_ms)


class OpenSession(msgspec.Struct, frozen=True):
    """A session that nobody ended, and whose it is."""

    id: UUID
    user_id: UUID


_NOT_ENDED: Final = (
    select(sessions.c.id, sessions.c.user_id).where(sessions.c.ended_at_ms.is_(None)).limit(bindparam("limit"))
)
_ALL_NOT_ENDED: Final = reading("accounts.sessions_not_ended", _NOT_ENDED, OpenSession)
_NOT_ENDED_UNDER: Final = reading(
    "accounts.sessions_not_ended.of_version",
    _NOT_ENDED.where(sessions.c.key_version == bindparam("key_version")),
    OpenSession,
)


def not_ended(key_version: str | None, limit: int) -> Bound[OpenSession]:
    """Sessions that nobody ended. key_version: those that name it, or all."""
    if key_version is None:
        return _ALL_NOT_ENDED.bind(limit=limit)
    return _NOT_ENDED_UNDER.bind(key_version=key_version, limit=limit)

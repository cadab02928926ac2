"""SQL statements about users as admins see and change them."""

from __future__ import annotations

from typing import Final
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Text, any_, bindparam, exists, literal, select

from fleetprompt.accounts.statements.sessions import (
    lapsed_sessions,
    lapsed_sessions_values,
    other_sessions,
    other_sessions_values,
)
from fleetprompt.authz import AdminScope
from fleetprompt.enums import Capability
from fleetprompt.store.statements import Bound, Statement, newest, per_shape, reading
from fleetprompt.store.tables import publishers, users


class AdminUserRow(msgspec.Struct, frozen=True):
    """A user with her publisher's id, if she has one."""

    user_id: UUID
    email: str
    display_name: str
    capabilities: list[Capability]
    publisher_barred: bool
    suspended_at_ms: int | None
    suspend_reason: str | None
    created_at_ms: int
    publisher_id: UUID | None


ADMIN_USER_COLUMNS: Final = (
    users.c.id.label("user_id"),
    users.c.email,
    users.c.display_name,
    users.c.capabilities,
    users.c.publisher_barred,
    users.c.suspended_at_ms,
    users.c.suspend_reason,
    users.c.created_at_ms,
    publishers.c.id.label("publisher_id"),
)
_WITH_PUBLISHER: Final = users.outerjoin(publishers, publishers.c.owner_user_id == users.c.id)


@per_shape(examples=[{"by_email": False}, {"by_email": True}])
def _page(*, by_email: bool) -> Statement[AdminUserRow]:
    query = select(*ADMIN_USER_COLUMNS).select_from(_WITH_PUBLISHER)
    name = "accounts.users"
    if by_email:
        name += ".by_email"
        query = query.where(users.c.email_key == bindparam("email_key"))
    return reading(name, newest(query, users.c.id), AdminUserRow)


def page(_: AdminScope, *, email_key: str | None, after_id: UUID, fetch: int) -> Bound[AdminUserRow]:
    """Users, the newest first. email_key: only the one with this e-mail."""
    return _page(by_email=email_key is not None).bind(email_key=email_key, after_id=after_id, fetch=fetch)


class AdminRow(msgspec.Struct, frozen=True):
    """Somebody who is an admin."""

    id: UUID
    email: str


_ADMINS: Final = reading(
    "accounts.admins",
    select(users.c.id, users.c.email)
    .where(users.c.suspended_at_ms.is_(None), literal(Capability.ADMIN.value, Text) == any_(users.c.capabilities))
    .order_by(users.c.id),
    AdminRow,
)


def admins(_: AdminScope) -> Bound[AdminRow]:
    """Everybody who is an admin and not suspended."""
    return _ADMINS.bind()


def actor_is_admin() -> ColumnElement[bool]:
    """Whether the user `actor_user_id` is an admin in this snapshot, which may be later than what let her in."""
    actor = users.alias("actor")
    is_admin = literal(Capability.ADMIN.value, Text) == any_(actor.c.capabilities)
    return exists().where(actor.c.id == bindparam("actor_user_id"), actor.c.suspended_at_ms.is_(None), is_admin)


class CapableUserRow(AdminUserRow, frozen=True):
    """A user as changing her capabilities needs her.

    actor_is_admin: whether the admin who asks still is one.
    other_session_ids: her sessions that may be alive, but for the one that asks. lapsed_session_ids: those that only
    an admin's stricter limits have ended.
    """

    actor_is_admin: bool
    other_session_ids: list[UUID]
    lapsed_session_ids: list[UUID]


_CAPABLE_USER: Final = reading(
    "accounts.capable_user",
    select(
        *ADMIN_USER_COLUMNS,
        actor_is_admin().label("actor_is_admin"),
        other_sessions().label("other_session_ids"),
        lapsed_sessions().label("lapsed_session_ids"),
    )
    .select_from(_WITH_PUBLISHER)
    .where(users.c.id == bindparam("user_id")),
    CapableUserRow,
)


def capable_user(
    _: AdminScope, user_id: UUID, *, actor_user_id: UUID, kept_session_id: UUID | None, now_ms: int
) -> Bound[CapableUserRow]:
    """A user with the sessions that a change of her capabilities may end."""
    return _CAPABLE_USER.bind(
        user_id=user_id,
        actor_user_id=actor_user_id,
        **other_sessions_values(kept_session_id, now_ms),
        **lapsed_sessions_values(now_ms),
    )

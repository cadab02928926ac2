"""Statements on users and their publishers as moderation sees and changes them."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, null, select, update

from fleetprompt.accounts.statements.admin_users import ADMIN_USER_COLUMNS, AdminUserRow, actor_is_admin
from fleetprompt.accounts.statements.publishers import PROFILE_COLUMNS, ProfileRow
from fleetprompt.authz import AdminScope
from fleetprompt.enums import Capability, VerificationStatus
from fleetprompt.store.statements import Bound, changing, reading
from fleetprompt.store.tables import publishers, users


class JudgedUserRow(AdminUserRow, frozen=True):
    """A user as suspending and reinstating her need her. actor_is_admin: whether the admin who asks still is one."""

    actor_is_admin: bool


_USER: Final = reading(
    "moderation.user",
    select(*ADMIN_USER_COLUMNS, actor_is_admin().label("actor_is_admin"))
    .select_from(users.outerjoin(publishers, publishers.c.owner_user_id == users.c.id))
    .where(users.c.id == bindparam("user_id")),
    JudgedUserRow,
)


def user(_: AdminScope, user_id: UUID, actor_user_id: UUID) -> Bound[JudgedUserRow]:
    """Any user, for an admin who may have lost her capability since she was let in."""
    return _USER.bind(user_id=user_id, actor_user_id=actor_user_id)


_SUSPEND_USER: Final = changing(
    "moderation.suspend_user",
    update(users)
    .where(users.c.id == bindparam("user_id"), users.c.suspended_at_ms.is_(None))
    .values(suspended_at_ms=bindparam("now_ms"), suspend_reason=bindparam("reason"), updated_at_ms=bindparam("now_ms")),
)


def suspend_user(user_id: UUID, reason: str, now_ms: int) -> Bound[Any]:
    """Suspend a user."""
    return _SUSPEND_USER.bind(user_id=user_id, reason=reason, now_ms=now_ms)


_REINSTATE_USER: Final = changing(
    "moderation.reinstate_user",
    update(users)
    .where(users.c.id == bindparam("user_id"), users.c.suspended_at_ms.is_not(None))
    .values(suspended_at_ms=null(), suspend_reason=null(), updated_at_ms=bindparam("now_ms")),
)


def reinstate_user(user_id: UUID, now_ms: int) -> Bound[Any]:
    """End a user's suspension."""
    return _REINSTATE_USER.bind(user_id=user_id, now_ms=now_ms)


_MARK_PUBLISHER: Final = changing(
    "moderation.mark_publisher",
    update(publishers)
    .where(publishers.c.id == bindparam("publisher_id"))
    .values(suspended_at_ms=bindparam("suspended_at_ms")),
)


def mark_publisher(publisher_id: UUID | None, suspended_at_ms: int | None) -> tuple[Bound[Any], ...]:
    """The one write that notes at a user's publisher since when she is suspended, if at all; none without one."""
    if publisher_id is None:
        return ()
    return (_MARK_PUBLISHER.bind(publisher_id=publisher_id, suspended_at_ms=suspended_at_ms),)


class AdminPublisherRow(ProfileRow, frozen=True):
    """A publisher with its user."""

    suspended_at_ms: int | None
    created_at_ms: int
    updated_at_ms: int
    user_id: UUID
    email: str
    user_name: str
    capabilities: list[Capability]
    publisher_barred: bool
    user_suspended_at_ms: int | None
    suspend_reason: str | None
    user_created_at_ms: int

    @property
    def user(self) -> AdminUserRow:
        """The user who owns it."""
        return AdminUserRow(
            user_id=self.user_id,
            email=self.email,
            display_name=self.user_name,
            capabilities=self.capabilities,
            publisher_barred=self.publisher_barred,
            suspended_at_ms=self.user_suspended_at_ms,
            suspend_reason=self.suspend_reason,
            created_at_ms=self.user_created_at_ms,
            publisher_id=self.publisher_id,
        )


_PUBLISHER: Final = reading(
    "moderation.publisher",
    select(
        *PROFILE_COLUMNS,
        publishers.c.suspended_at_ms,
        publishers.c.created_at_ms,
        publishers.c.updated_at_ms,
        users.c.id.label("user_id"),
        users.c.email,
        users.c.display_name.label("user_name"),
        users.c.capabilities,
        users.c.publisher_barred,
        users.c.suspended_at_ms.label("user_suspended_at_ms"),
        users.c.suspend_reason,
        users.c.created_at_ms.label("user_created_at_ms"),
    )
    .select_from(publishers.join(users, users.c.id == publishers.c.owner_user_id))
    .where(publishers.c.id == bindparam("publisher_id")),
    AdminPublisherRow,
)


def publisher(_: AdminScope, publisher_id: UUID) -> Bound[AdminPublisherRow]:
    """Any publisher."""
    return _PUBLISHER.bind(publisher_id=publisher_id)


_VERIFY: Final = changing(
    "moderation.set_verification",
    update(publishers)
    .where(publishers.c.id == bindparam("publisher_id"), publishers.c.verification_status == bindparam("old_status"))
    .values(
        verification_status=bindparam("new_status"),
        verification_checked_at_ms=bindparam("checked_at_ms"),
        updated_at_ms=bindparam("now_ms"),
    ),
)


def set_verification(
    publisher_id: UUID,
    *,
    old_status: VerificationStatus,
    new_status: VerificationStatus,
    checked_at_ms: int | None,
    now_ms: int,
) -> Bound[Any]:
    """Note what is known of who a publisher is."""
    return _VERIFY.bind(
        publisher_id=publisher_id,
        old_status=old_status.value,
        new_status=new_status.value,
        checked_at_ms=checked_at_ms,
        now_ms=now_ms,
    )

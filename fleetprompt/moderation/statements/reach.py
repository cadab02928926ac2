"""How far a user reaches: what suspending her would stop, in numbers."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, func, select

from fleetprompt.accounts.rules import IDLE_MS_MAX
from fleetprompt.accounts.statements.admin_users import ADMIN_USER_COLUMNS, AdminUserRow
from fleetprompt.accounts.statements.sessions import may_be_alive
from fleetprompt.authz import AdminScope
from fleetprompt.enums import ListingStatus
from fleetprompt.installs.statements.intents import open_intents
from fleetprompt.store.statements import Bound, reading
from fleetprompt.store.tables import api_keys, install_intents, listings, publishers, sessions, users


class UserReachRow(AdminUserRow, frozen=True):
    """A user with the names of her publisher and the numbers of what is hers and alive."""

    handle: str | None
    publisher_name: str | None
    sessions: int
    api_keys: int
    open_intents: int
    published_listings: int
    open_intents_on_listings: int


_SESSIONS: Final = select(func.count()).select_from(sessions).where(*may_be_alive()).correlate(users).scalar_subquery()
_API_KEYS: Final = (
    select(func.count())
    .where(
        api_keys.c.user_id == users.c.id,
        api_keys.c.revoked_at_ms.is_(None),
        api_keys.c.expires_at_ms > bindparam("now_ms"),
    )
    .scalar_subquery()
)
_PUBLISHED: Final = (
    select(func.count())
    .where(listings.c.publisher_id == publishers.c.id, listings.c.status == ListingStatus.PUBLISHED.value)
    .scalar_subquery()
)
_ON_LISTINGS: Final = open_intents(
    install_intents.c.listing_id == listings.c.id, listings.c.publisher_id == publishers.c.id
)
_USER: Final = reading(
    "moderation.user_reach",
    select(
        *ADMIN_USER_COLUMNS,
        publishers.c.handle,
        publishers.c.display_name.label("publisher_name"),
        _SESSIONS.label("sessions"),
        _API_KEYS.label("api_keys"),
        open_intents(install_intents.c.buyer_user_id == users.c.id).label("open_intents"),
        _PUBLISHED.label("published_listings"),
        _ON_LISTINGS.label("open_intents_on_listings"),
    )
    .select_from(users.outerjoin(publishers, publishers.c.owner_user_id == users.c.id))
    .where(users.c.id == bindparam("user_id")),
    UserReachRow,
)


def user_reach(_: AdminScope, user_id: UUID, now_ms: int) -> Bound[UserReachRow]:
    """Any user with what is hers and alive at `now_ms`."""
    return _USER.bind(user_id=user_id, now_ms=now_ms, idle_since_ms=now_ms - IDLE_MS_MAX)

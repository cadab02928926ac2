"""SQL statements about API keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import Uuid, any_, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.functions import Function

from fleetprompt.enums import Capability, KeyScope
from fleetprompt.store.statements import Bound, changing, reading
from fleetprompt.store.tables import api_keys, publishers, users


class KeyHolderRow(msgspec.Struct, frozen=True):
    """An API key that was not revoked, with what its user may do."""

    secret_hash: bytes
    scopes: list[KeyScope]
    expires_at_ms: int
    user_id: UUID
    capabilities: list[Capability]
    publisher_id: UUID | None


_KEY_HOLDER: Final = reading(
    "accounts.key_holder",
    select(
        api_keys.c.secret_hash,
        api_keys.c.scopes,
        api_keys.c.expires_at_ms,
        users.c.id.label("user_id"),
        users.c.capabilities,
        publishers.c.id.label("publisher_id"),
    )
    .select_from(
        api_keys.join(users, users.c.id == api_keys.c.user_id).outerjoin(
            publishers, publishers.c.owner_user_id == users.c.id
        )
    )
    .where(
        api_keys.c.id == bindparam("api_key_id"),
        api_keys.c.revoked_at_ms.is_(None),
        users.c.suspended_at_ms.is_(None),
    ),
    KeyHolderRow,
)


def key_holder(api_key_id: UUID) -> Bound[KeyHolderRow]:
    """An API key with its user, unless it was revoked or she is suspended."""
    return _KEY_HOLDER.bind(api_key_id=api_key_id)


def live_api_keys() -> Function[Any]:
    """Inside a statement on users: the ids of her keys that were not revoked."""
    return func.array(
        select(api_keys.c.id)
        .where(api_keys.c.user_id == users.c.id, api_keys.c.revoked_at_ms.is_(None))
        .order_by(api_keys.c.id)
        .correlate(users)
        .scalar_subquery()
    )


_REVOKE: Final = changing(
    "accounts.revoke_api_keys",
    update(api_keys)
    .where(
        api_keys.c.id == any_(bindparam("api_key_ids", type_=ARRAY(Uuid))),
        api_keys.c.revoked_at_ms.is_(None),
    )
    .values(revoked_at_ms=bindparam("now_ms")),
    rows=func.cardinality(bindparam("api_key_ids", type_=ARRAY(Uuid))),
)


def revoke_api_keys(api_key_ids: Sequence[UUID], now_ms: int) -> Bound[Any]:
    """Revoke each of these keys; none of them was revoked before."""
    return _REVOKE.bind(api_key_ids=list(api_key_ids), now_ms=now_ms)

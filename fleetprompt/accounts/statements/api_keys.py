"""SQL statements about API keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import Uuid, any_, bindparam, func, insert, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.functions import Function

from fleetprompt.authz import AdminScope, OwnerScope
from fleetprompt.enums import Capability, KeyScope
from fleetprompt.store.statements import Bound, changing, columns_of, inserting, newest, parameters, reading
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


class ApiKeyRow(msgspec.Struct, frozen=True):
    """An API key as its user sees it."""

    id: UUID
    name: str
    scopes: list[KeyScope]
    created_at_ms: int
    expires_at_ms: int
    revoked_at_ms: int | None


_COLUMNS: Final = columns_of(api_keys, ApiKeyRow)
_OWN: Final = reading(
    "accounts.own_api_key",
    select(*_COLUMNS).where(api_keys.c.id == bindparam("api_key_id"), api_keys.c.user_id == bindparam("user_id")),
    ApiKeyRow,
)


def own_api_key(scope: OwnerScope, api_key_id: UUID) -> Bound[ApiKeyRow]:
    """One key of a user, revoked or not."""
    return _OWN.bind(api_key_id=api_key_id, user_id=scope.user_id)


_PAGE: Final = reading(
    "accounts.api_keys",
    newest(select(*_COLUMNS).where(api_keys.c.user_id == bindparam("user_id")), api_keys.c.id),
    ApiKeyRow,
)


def page(scope: OwnerScope, *, after_id: UUID, fetch: int) -> Bound[ApiKeyRow]:
    """Keys of a user, the newest first."""
    return _PAGE.bind(user_id=scope.user_id, after_id=after_id, fetch=fetch)


_INSERT: Final = inserting(
    "accounts.insert_api_key",
    insert(api_keys).values(
        parameters("id", "user_id", "name", "scopes", "secret_hash", "key_version", "created_at_ms", "expires_at_ms")
    ),
)


def insert_api_key(user_id: UUID, row: ApiKeyRow, *, secret_hash: bytes, key_version: str) -> Bound[Any]:
    """Add an API key of a user. secret_hash: SHA-256 of the whole key."""
    return _INSERT.bind(
        id=row.id,
        user_id=user_id,
        name=row.name,
        scopes=row.scopes,
        secret_hash=secret_hash,
        key_version=key_version,
        created_at_ms=row.created_at_ms,
        expires_at_ms=row.expires_at_ms,
    )


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


class ApiKeyOfUser(msgspec.Struct, frozen=True):
    """An API key and whose it is."""

    id: UUID
    user_id: UUID
    name: str


_UNREVOKED: Final = (
    select(api_keys.c.id, api_keys.c.user_id, api_keys.c.name)
    .where(api_keys.c.revoked_at_ms.is_(None))
    .order_by(api_keys.c.id)
)
_EVERY_LIVE: Final = _UNREVOKED.where(api_keys.c.expires_at_ms > bindparam("now_ms"))
_LIVE: Final = reading("accounts.api_keys.live", _EVERY_LIVE, ApiKeyOfUser)
_FIRST_LIVE: Final = reading("accounts.api_keys.first_live", _EVERY_LIVE.limit(bindparam("fetch")), ApiKeyOfUser)
_OF_VERSION: Final = reading(
    "accounts.api_keys.of_version",
    _UNREVOKED.where(
        api_keys.c.key_version == bindparam("key_version"), api_keys.c.created_at_ms > bindparam("created_after_ms")
    ),
    ApiKeyOfUser,
)


def live(_: AdminScope, now_ms: int) -> Bound[ApiKeyOfUser]:
    """Every API key that is neither revoked nor expired."""
    return _LIVE.bind(now_ms=now_ms)


def first_live(_: AdminScope, now_ms: int, fetch: int) -> Bound[ApiKeyOfUser]:
    """The first so many of them."""
    return _FIRST_LIVE.bind(now_ms=now_ms, fetch=fetch)


def of_version(_: AdminScope, key_version: str, created_after_ms: int) -> Bound[ApiKeyOfUser]:
    """The API keys made with a key version after this time which nobody revoked."""
    return _OF_VERSION.bind(key_version=key_version, created_after_ms=created_after_ms)

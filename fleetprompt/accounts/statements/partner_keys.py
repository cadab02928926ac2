"""SQL statements about partner keys."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, func, insert, literal, select, true, update

from fleetprompt.authz import AdminScope
from fleetprompt.enums import InstallTargetSystem, PartnerKeyStatus
from fleetprompt.store.statements import Bound, changing, columns_of, inserting, newest, parameters, reading
from fleetprompt.store.tables import instance, partner_keys


class VerifyingRow(msgspec.Struct, frozen=True):
    """What checking a signature needs. restored_at_ms: when the instance was last restored from a backup, or 0."""

    target_system: InstallTargetSystem
    salt: bytes
    key_version: str
    restored_at_ms: int


_VERIFYING: Final = reading(
    "accounts.verifying_key",
    select(
        partner_keys.c.target_system,
        partner_keys.c.salt,
        partner_keys.c.key_version,
        func.coalesce(instance.c.restored_at_ms, literal(0)).label("restored_at_ms"),
    )
    .select_from(partner_keys.outerjoin(instance, true()))
    .where(partner_keys.c.id == bindparam("partner_key_id"), partner_keys.c.status == PartnerKeyStatus.ACTIVE.value),
    VerifyingRow,
)


def verifying_key(partner_key_id: UUID) -> Bound[VerifyingRow]:
    """An active partner key, with the time before which no signature counts."""
    return _VERIFYING.bind(partner_key_id=partner_key_id)


class PartnerKeyRow(msgspec.Struct, frozen=True):
    """A partner key without what its secret derives from."""

    id: UUID
    target_system: InstallTargetSystem
    label: str | None
    status: PartnerKeyStatus
    created_at_ms: int
    revoked_at_ms: int | None


_INSERT: Final = inserting(
    "accounts.insert_partner_key",
    insert(partner_keys).values(
        parameters("id", "target_system", "label", "salt", "key_version", "status", "created_at_ms")
    ),
)


def insert_partner_key(row: PartnerKeyRow, *, salt: bytes, key_version: str) -> Bound[Any]:
    """Add an active partner key. salt, key_version: what its secret derives from, beside the ring."""
    return _INSERT.bind(
        id=row.id,
        target_system=row.target_system,
        label=row.label,
        salt=salt,
        key_version=key_version,
        status=row.status,
        created_at_ms=row.created_at_ms,
    )


_COLUMNS: Final = columns_of(partner_keys, PartnerKeyRow)
_ONE: Final = reading(
    "accounts.partner_key", select(*_COLUMNS).where(partner_keys.c.id == bindparam("partner_key_id")), PartnerKeyRow
)


def partner_key(_: AdminScope, partner_key_id: UUID) -> Bound[PartnerKeyRow]:
    """One partner key, revoked or not."""
    return _ONE.bind(partner_key_id=partner_key_id)


_PAGE: Final = reading("accounts.partner_keys", newest(select(*_COLUMNS), partner_keys.c.id), PartnerKeyRow)


def page(_: AdminScope, *, after_id: UUID, fetch: int) -> Bound[PartnerKeyRow]:
    """Partner keys, the newest first."""
    return _PAGE.bind(after_id=after_id, fetch=fetch)


_REVOKE: Final = changing(
    "accounts.revoke_partner_key",
    update(partner_keys)
    .where(partner_keys.c.id == bindparam("partner_key_id"), partner_keys.c.status == PartnerKeyStatus.ACTIVE.value)
    .values(status=PartnerKeyStatus.REVOKED.value, revoked_at_ms=bindparam("now_ms")),
)


def revoke_partner_key(partner_key_id: UUID, now_ms: int) -> Bound[Any]:
    """Revoke an active partner key."""
    return _REVOKE.bind(partner_key_id=partner_key_id, now_ms=now_ms)


_EVERY_ACTIVE: Final = (
    select(*_COLUMNS).where(partner_keys.c.status == PartnerKeyStatus.ACTIVE.value).order_by(partner_keys.c.id)
)
_ACTIVE: Final = reading("accounts.partner_keys.active", _EVERY_ACTIVE, PartnerKeyRow)
_FIRST_ACTIVE: Final = reading(
    "accounts.partner_keys.first_active", _EVERY_ACTIVE.limit(bindparam("fetch")), PartnerKeyRow
)
_OF_VERSION: Final = reading(
    "accounts.partner_keys.of_version",
    _EVERY_ACTIVE.where(partner_keys.c.key_version == bindparam("key_version")),
    PartnerKeyRow,
)


def active(_: AdminScope) -> Bound[PartnerKeyRow]:
    """Every partner key whose signatures are taken."""
    return _ACTIVE.bind()


def first_active(_: AdminScope, fetch: int) -> Bound[PartnerKeyRow]:
    """The first so many of them."""
    return _FIRST_ACTIVE.bind(fetch=fetch)


def of_version(_: AdminScope, key_version: str) -> Bound[PartnerKeyRow]:
    """The active partner keys whose secrets derive from a key version."""
    return _OF_VERSION.bind(key_version=key_version)

"""What the statements of installs read, for rules and views to work with."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec


class Offer(msgspec.Struct, frozen=True):
    """A release with its listing and publisher, as they are now."""

    asset_kind: str
    listing_name: str
    listing_status: str
    version: str
    release_status: str
    publisher_id: UUID
    publisher_handle: str
    publisher_name: str
    publisher_suspended_at_ms: int | None


class Intent(Offer, frozen=True):
    """An install intent with what it is for."""

    buyer_user_id: UUID
    id: UUID
    listing_id: UUID
    release_id: UUID
    target_system: str
    target_context: dict[str, Any]
    state: str | None
    status: str
    current_token_id: UUID | None
    expires_at_ms: int
    created_at_ms: int
    updated_at_ms: int


class IntentWithToken(Intent, frozen=True):
    """An install intent with its current token, which is None throughout where none was minted or it is purged."""

    token_status: str | None
    token_expires_at_ms: int | None


class Redeemable(Intent, frozen=True):
    """Everything that redeeming a token decides on and hands over."""

    token_id: UUID
    token_hash: bytes
    token_status: str
    token_expires_at_ms: int
    buyer_ref_version: str
    buyer_suspended_at_ms: int | None
    verification_status: str
    verification_checked_at_ms: int | None
    refs: dict[str, Any]
    asset_digest: str | None
    compat: dict[str, Any]
    artifacts: list[dict[str, Any]]


class Overdue(msgspec.Struct, frozen=True):
    """An intent past its deadline that no job has marked."""

    buyer_user_id: UUID
    id: UUID
    listing_id: UUID
    release_id: UUID
    publisher_id: UUID


class OverdueToken(Overdue, frozen=True):
    """A token past its deadline that no job has marked; `id` is its intent's."""

    token_id: UUID
    token_expires_at_ms: int


class Delta(msgspec.Struct, frozen=True):
    """One appended change of a listing's statistics; `day` counts from 1970-01-01 in UTC."""

    id: UUID
    listing_id: UUID
    day: int
    install_intents: int
    redemptions: int


class Outdated(msgspec.Struct, frozen=True):
    """A listing whose 30 days were counted on an earlier day."""

    listing_id: UUID

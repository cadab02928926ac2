"""Install intents, and the tokens that hand them over (spec 3 Install token and Intents, 8)."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from fleetprompt import enums
from fleetprompt.store.tables.columns import id_column, lengths_within, metadata, ms_column, one_of, text_column

install_intents = Table(
    "install_intents",
    metadata,
    Column("buyer_user_id", Uuid, ForeignKey("users.id"), nullable=False),
    id_column(),
    Column("listing_id", Uuid, nullable=False),
    Column("release_id", Uuid, nullable=False),
    text_column("target_system"),
    Column("target_context", JSONB, nullable=False),
    text_column("state", nullable=True),
    text_column("status"),
    Column("current_token_id", Uuid, nullable=True),
    ms_column("expires_at_ms"),
    ms_column("created_at_ms"),
    ms_column("updated_at_ms"),
    PrimaryKeyConstraint("buyer_user_id", "id"),
    ForeignKeyConstraint(["listing_id", "release_id"], ["releases.listing_id", "releases.id"]),
    one_of("target_system", enums.InstallTargetSystem),
    one_of("status", enums.InstallIntentStatus),
    CheckConstraint("char_length(normalize(state, NFC)) between 1 and 200", name="state_length"),
    lengths_within("target_context", "$.*", 1, 200, name="target_context"),
    CheckConstraint(
        "(status = 'created' and current_token_id is null)"
        " or (status in ('token_issued', 'redeemed') and current_token_id is not null)"
        " or status in ('expired', 'canceled')",
        name="current_token",
    ),
    Index("install_intents_id_ix", "id", postgresql_using="hash"),
    Index("install_intents_status_ix", "buyer_user_id", "status", "id"),
    Index("install_intents_release_ix", "listing_id", "release_id"),
    Index(
        "install_intents_open_ix",
        "listing_id",
        "release_id",
        postgresql_where=text("status in ('created', 'token_issued')"),
    ),
    Index(
        "install_intents_deadline_ix",
        "expires_at_ms",
        postgresql_where=text("status in ('created', 'token_issued')"),
    ),
    Index(
        "install_intents_ended_ix",
        "updated_at_ms",
        postgresql_where=text("status in ('redeemed', 'expired', 'canceled')"),
    ),
)

install_tokens = Table(
    "install_tokens",
    metadata,
    Column("buyer_user_id", Uuid, nullable=False),
    id_column(),
    Column("intent_id", Uuid, nullable=False),
    Column("token_hash", LargeBinary, nullable=False),
    text_column("key_version"),
    text_column("status"),
    ms_column("issued_at_ms"),
    ms_column("expires_at_ms"),
    ms_column("ended_at_ms", nullable=True),
    PrimaryKeyConstraint("buyer_user_id", "id"),
    ForeignKeyConstraint(["buyer_user_id", "intent_id"], ["install_intents.buyer_user_id", "install_intents.id"]),
    UniqueConstraint("buyer_user_id", "token_hash"),
    one_of("status", enums.InstallTokenStatus),
    CheckConstraint("octet_length(token_hash) = 32", name="token_hash"),
    CheckConstraint("expires_at_ms - issued_at_ms between 1 and 3600000", name="ttl"),
    CheckConstraint("(status = 'issued') = (ended_at_ms is null)", name="ended"),
    Index("install_tokens_id_ix", "id", postgresql_using="hash"),
    Index("install_tokens_intent_ix", "buyer_user_id", "intent_id", "id"),
    Index("install_tokens_deadline_ix", "expires_at_ms", postgresql_where=text("status = 'issued'")),
    Index("install_tokens_ended_ix", "ended_at_ms", postgresql_where=text("status <> 'issued'")),
    Index("install_tokens_key_version_ix", "key_version", postgresql_where=text("status = 'issued'")),
)

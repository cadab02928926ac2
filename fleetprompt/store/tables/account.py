"""Users with their sessions and API keys, and the publishers that users own (spec 8)."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR

from fleetprompt import enums
from fleetprompt.store.tables.columns import all_of, id_column, length, metadata, ms_column, one_of, text_column

users = Table(
    "users",
    metadata,
    id_column(),
    text_column("external_id"),
    text_column("email"),
    text_column("email_key"),
    text_column("display_name"),
    text_column("password_hash"),
    Column("capabilities", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("publisher_barred", Boolean, nullable=False, server_default=text("false")),
    text_column("buyer_ref_version"),
    ms_column("suspended_at_ms", nullable=True),
    text_column("suspend_reason", nullable=True),
    ms_column("created_at_ms"),
    ms_column("updated_at_ms"),
    PrimaryKeyConstraint("id"),
    UniqueConstraint("external_id"),
    UniqueConstraint("email_key"),
    all_of("capabilities", enums.Capability),
    length("email", 3, 254),
    length("display_name", 1, 80),
    length("suspend_reason", 1, 1000),
    CheckConstraint("(suspended_at_ms is null) = (suspend_reason is null)", name="suspension"),
    Index("users_buyer_ref_version_ix", "buyer_ref_version"),
)

publishers = Table(
    "publishers",
    metadata,
    id_column(),
    Column("owner_user_id", Uuid, ForeignKey("users.id"), nullable=False),
    text_column("handle"),
    text_column("display_name"),
    text_column("bio_markdown", nullable=True),
    text_column("bio_html", nullable=True),
    Column("bio_policy", SmallInteger, nullable=True),
    text_column("verification_status"),
    ms_column("verification_checked_at_ms", nullable=True),
    ms_column("suspended_at_ms", nullable=True),
    Column("search_vector", TSVECTOR, nullable=False),
    ms_column("created_at_ms"),
    ms_column("updated_at_ms"),
    PrimaryKeyConstraint("id"),
    UniqueConstraint("owner_user_id"),
    UniqueConstraint("handle"),
    CheckConstraint("handle ~ '^[a-z0-9][a-z0-9-]{0,37}[a-z0-9]$'", name="handle"),
    length("display_name", 1, 80),
    length("bio_markdown", 0, 2000),
    one_of("verification_status", enums.VerificationStatus),
    CheckConstraint(
        "(bio_markdown is null) = (bio_html is null) and (bio_html is null) = (bio_policy is null)", name="bio"
    ),
    Index(None, "search_vector", postgresql_using="gin"),
    Index("publishers_suspended_ix", "id", postgresql_where=text("suspended_at_ms is not null")),
)

sessions = Table(
    "sessions",
    metadata,
    id_column(),
    Column("user_id", Uuid, ForeignKey("users.id"), nullable=False),
    Column("secret_hash", LargeBinary, nullable=False),
    text_column("key_version", collation="C"),
    ms_column("created_at_ms"),
    ms_column("last_seen_at_ms"),
    ms_column("expires_at_ms"),
    ms_column("ended_at_ms", nullable=True),
    PrimaryKeyConstraint("id"),
    UniqueConstraint("secret_hash"),
    CheckConstraint("octet_length(secret_hash) = 32", name="secret_hash"),
    Index("sessions_user_ix", "user_id", "id"),
    Index("sessions_expires_ix", "expires_at_ms"),
    Index("sessions_key_version_ix", "key_version", "expires_at_ms", postgresql_where=text("ended_at_ms is null")),
)

api_keys = Table(
    "api_keys",
    metadata,
    id_column(),
    Column("user_id", Uuid, ForeignKey("users.id"), nullable=False),
    text_column("name"),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("secret_hash", LargeBinary, nullable=False),
    text_column("key_version"),
    ms_column("created_at_ms"),
    ms_column("expires_at_ms"),
    ms_column("revoked_at_ms", nullable=True),
    PrimaryKeyConstraint("id"),
    all_of("scopes", enums.KeyScope),
    length("name", 1, 80),
    CheckConstraint("octet_length(secret_hash) = 32", name="secret_hash"),
    CheckConstraint("expires_at_ms > created_at_ms", name="expiry"),
    Index("api_keys_user_ix", "user_id", "id"),
)

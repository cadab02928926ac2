"""What every mutation leaves behind: its reply for whoever retries, and its events (spec 2.5, 2.6, 8)."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from fleetprompt import enums
from fleetprompt.store.tables.columns import id_column, length, metadata, ms_column, one_of, text_column

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    text_column("caller", collation="C"),
    text_column("operation", collation="C"),
    text_column("key", collation="C"),
    Column("fingerprint", LargeBinary, nullable=False),
    text_column("key_version"),
    Column("status", SmallInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    text_column("etag", nullable=True),
    Column("secret", JSONB, nullable=True),
    Column("request_id", Uuid, nullable=False),
    ms_column("created_at_ms"),
    ms_column("expires_at_ms"),
    PrimaryKeyConstraint("caller", "operation", "key"),
    length("key", 1, 128),
    CheckConstraint("octet_length(fingerprint) = 32", name="fingerprint"),
    Index("idempotency_keys_expires_ix", "expires_at_ms"),
    Index("idempotency_keys_key_version_ix", "key_version", "expires_at_ms"),
)

audit_events = Table(
    "audit_events",
    metadata,
    id_column(),
    text_column("type"),
    text_column("actor_type"),
    Column("actor_id", Uuid, nullable=True),
    Column("publisher_id", Uuid, nullable=True),
    Column("listing_id", Uuid, nullable=True),
    Column("release_id", Uuid, nullable=True),
    Column("install_intent_id", Uuid, nullable=True),
    ms_column("created_at_ms"),
    Column("request_id", Uuid, nullable=False),
    Column("cause_event_id", Uuid, nullable=True),
    text_column("summary"),
    Column("details", JSONB, nullable=True),
    PrimaryKeyConstraint("id"),
    one_of("type", enums.EventType),
    one_of("actor_type", enums.ActorType),
    length("summary", 1, 500),
    CheckConstraint("octet_length(details::text) <= 4096", name="details"),
    Index("audit_events_type_ix", "type", "id"),
    Index("audit_events_actor_ix", "actor_id", "id"),
    Index("audit_events_listing_ix", "listing_id", "id", postgresql_where=text("listing_id is not null")),
    Index("audit_events_release_ix", "release_id", "id", postgresql_where=text("release_id is not null")),
    Index("audit_events_intent_ix", "install_intent_id", "id", postgresql_where=text("install_intent_id is not null")),
    Index("audit_events_request_ix", "request_id", "id"),
    Index("audit_events_cause_ix", "cause_event_id", "id", postgresql_where=text("cause_event_id is not null")),
    Index("audit_events_created_ix", "created_at_ms", "id"),
)

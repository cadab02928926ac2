"""One deployment: how far its schema is, which processes serve it with which keys, when its jobs ran (spec 7, 8)."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, Index, Integer, PrimaryKeyConstraint, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY

from fleetprompt.store.tables.columns import id_column, length, lengths, metadata, ms_column, text_column

instance = Table(
    "instance",
    metadata,
    Column("only_row", Boolean, nullable=False, server_default=text("true")),
    ms_column("created_at_ms"),
    ms_column("restored_at_ms", nullable=True),
    Column("unfinished_restore", Uuid, nullable=True),
    text_column("oldest_code"),
    PrimaryKeyConstraint("only_row"),
    CheckConstraint("only_row", name="only_row"),
)

processes = Table(
    "processes",
    metadata,
    id_column(),
    text_column("role"),
    text_column("host"),
    Column("pid", Integer, nullable=False),
    Column("key_versions", ARRAY(Text), nullable=False),
    ms_column("started_at_ms"),
    ms_column("ring_since_ms"),
    ms_column("last_seen_at_ms"),
    PrimaryKeyConstraint("id"),
    length("role", 1, 16),
    length("host", 1, 255),
    CheckConstraint("cardinality(key_versions) > 0", name="key_versions"),
    lengths("key_versions", 2, 10),
    Index("processes_last_seen_ix", "last_seen_at_ms"),
)

key_versions = Table(
    "key_versions",
    metadata,
    text_column("version", collation="C"),
    text_column("fingerprint", collation="C"),
    ms_column("first_seen_at_ms"),
    PrimaryKeyConstraint("version"),
    CheckConstraint("version ~ '^v[1-9][0-9]{0,8}$'", name="version"),
    CheckConstraint("fingerprint ~ '^[0-9a-f]{16}$'", name="fingerprint"),
)

job_runs = Table(
    "job_runs",
    metadata,
    text_column("job", collation="C"),
    ms_column("last_started_at_ms", nullable=True),
    ms_column("last_succeeded_at_ms", nullable=True),
    Column("last_duration_ms", Integer, nullable=True),
    PrimaryKeyConstraint("job"),
)

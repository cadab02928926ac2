"""The keys that partner systems sign with, and the nonces that they used up (spec 3 Server to server, 8)."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, PrimaryKeyConstraint, Table, Uuid

from fleetprompt import enums
from fleetprompt.store.tables.columns import id_column, length, metadata, ms_column, one_of, text_column

partner_keys = Table(
    "partner_keys",
    metadata,
    id_column(),
    text_column("target_system"),
    text_column("label", nullable=True),
    Column("salt", LargeBinary, nullable=False),
    text_column("key_version"),
    text_column("status"),
    ms_column("created_at_ms"),
    ms_column("revoked_at_ms", nullable=True),
    PrimaryKeyConstraint("id"),
    one_of("target_system", enums.InstallTargetSystem),
    one_of("status", enums.PartnerKeyStatus),
    length("label", 1, 80),
    CheckConstraint("octet_length(salt) = 32", name="salt"),
    CheckConstraint("(status = 'revoked') = (revoked_at_ms is not null)", name="revocation"),
)

request_nonces = Table(
    "request_nonces",
    metadata,
    Column("key_id", Uuid, nullable=False),
    text_column("nonce", collation="C"),
    Column("request_id", Uuid, nullable=False),
    ms_column("keep_until_ms"),
    PrimaryKeyConstraint("key_id", "nonce"),
    length("nonce", 16, 64),
    Index("request_nonces_keep_until_ix", "keep_until_ms"),
)

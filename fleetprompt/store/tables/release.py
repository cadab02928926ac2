"""Releases, which are append-only (spec 2.4, 8)."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from fleetprompt import enums
from fleetprompt.store.tables.columns import (
    id_column,
    length,
    lengths_within,
    metadata,
    ms_column,
    one_of,
    one_of_within,
    text_column,
)

releases = Table(
    "releases",
    metadata,
    Column("listing_id", Uuid, ForeignKey("listings.id"), nullable=False),
    id_column(),
    Column("publisher_id", Uuid, ForeignKey("publishers.id"), nullable=False),
    text_column("version"),
    text_column("precedence", collation="C"),
    Column("is_prerelease", Boolean, nullable=False),
    text_column("status"),
    Column("refs", JSONB, nullable=False),
    text_column("asset_digest", nullable=True),
    Column("compat", JSONB, nullable=False),
    Column("artifacts", JSONB, nullable=False),
    text_column("notes_markdown", nullable=True),
    text_column("notes_html", nullable=True),
    Column("notes_policy", SmallInteger, nullable=True),
    ms_column("published_at_ms"),
    ms_column("revoked_at_ms", nullable=True),
    text_column("revoke_reason", nullable=True),
    PrimaryKeyConstraint("listing_id", "id"),
    UniqueConstraint("listing_id", "precedence"),
    one_of("status", enums.ReleaseStatus),
    length("version", 5, 64),
    length("notes_markdown", 0, 10_000),
    length("revoke_reason", 1, 1000),
    CheckConstraint("asset_digest ~ '^sha256:[0-9a-f]{64}$'", name="asset_digest"),
    CheckConstraint("jsonb_typeof(artifacts) = 'array' and jsonb_array_length(artifacts) <= 20", name="artifacts"),
    one_of_within("artifacts", "$[*].kind", enums.ArtifactKind, name="artifact_kind"),
    one_of_within("artifacts", "$[*].download.mode", enums.DownloadMode, name="artifact_download_mode"),
    lengths_within("artifacts", "$[*].download.hint", 1, 200, name="artifact_download_hint"),
    lengths_within("artifacts", "$[*].sha256", 64, 64, name="artifact_sha256"),
    lengths_within("refs", "$.*", 1, 200, name="refs"),
    lengths_within("compat", "$.*", 1, 64, name="compat"),
    CheckConstraint(
        "(status = 'revoked') = (revoked_at_ms is not null) and (status = 'revoked') = (revoke_reason is not null)",
        name="revocation",
    ),
    CheckConstraint(
        "(notes_markdown is null) = (notes_html is null) and (notes_html is null) = (notes_policy is null)",
        name="notes",
    ),
    Index("releases_id_ix", "id", postgresql_using="hash"),
    Index("releases_publisher_ix", "publisher_id", "id"),
    Index("releases_status_ix", "listing_id", "status", "id"),
    Index("releases_newest_ix", "published_at_ms", "id", postgresql_where=text("status = 'published'")),
    Index(
        "releases_precedence_ix",
        "listing_id",
        "is_prerelease",
        text("precedence desc"),
        postgresql_where=text("status = 'published'"),
    ),
)

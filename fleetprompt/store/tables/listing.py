"""Listings, and every text that an edit replaced (spec 8)."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR

from fleetprompt import enums
from fleetprompt.store.tables.columns import (
    id_column,
    length,
    lengths,
    lengths_within,
    metadata,
    ms_column,
    one_of,
    text_column,
)

LISTING_SLICE = "((get_byte(uuid_send(id), 14) << 8) | get_byte(uuid_send(id), 15))"
"""The number of a listing's slice: the last 16 bits of its id, which are chance (ADR 73)."""

listings = Table(
    "listings",
    metadata,
    id_column(),
    Column("publisher_id", Uuid, ForeignKey("publishers.id"), nullable=False),
    text_column("asset_kind"),
    text_column("status"),
    text_column("status_before_suspension", nullable=True),
    text_column("suspend_reason", nullable=True),
    ms_column("suspended_at_ms", nullable=True),
    Column("flagged", Boolean, nullable=False, server_default=text("false")),
    text_column("flag_reason", nullable=True),
    Column("reviewed_revision", Integer, nullable=True),
    ms_column("reviewed_at_ms", nullable=True),
    text_column("name"),
    text_column("summary"),
    text_column("description_markdown", nullable=True),
    text_column("description_html", nullable=True),
    Column("description_policy", SmallInteger, nullable=True),
    Column("tags", ARRAY(Text), nullable=False),
    Column("categories", ARRAY(Text), nullable=False),
    Column("images", JSONB, nullable=False),
    text_column("docs_url", nullable=True),
    text_column("repo_url", nullable=True),
    Column("published_releases", Integer, nullable=False, server_default=text("0")),
    Column("latest_release_id", Uuid, nullable=True),
    text_column("latest_version", nullable=True),
    ms_column("latest_published_at_ms", nullable=True),
    Column("revision", Integer, nullable=False, server_default=text("1")),
    text_column("name_key", collation="C"),
    Column("search_vector", TSVECTOR, nullable=False),
    ms_column("created_at_ms"),
    ms_column("updated_at_ms"),
    PrimaryKeyConstraint("id"),
    one_of("asset_kind", enums.AssetKind),
    one_of("status", enums.ListingStatus),
    CheckConstraint("status_before_suspension in ('draft', 'published', 'unlisted')", name="status_before_suspension"),
    CheckConstraint("published_releases >= 0", name="published_releases"),
    CheckConstraint("status <> 'published' or published_releases > 0", name="published_has_release"),
    CheckConstraint(
        "(published_releases = 0) = (latest_release_id is null)"
        " and (latest_release_id is null) = (latest_version is null)"
        " and (latest_release_id is null) = (latest_published_at_ms is null)",
        name="latest_release",
    ),
    CheckConstraint(
        "(status = 'suspended') = (status_before_suspension is not null)"
        " and (status = 'suspended') = (suspended_at_ms is not null)"
        " and (status = 'suspended') = (suspend_reason is not null)",
        name="suspension",
    ),
    CheckConstraint("flagged or flag_reason is null", name="flag"),
    CheckConstraint("(reviewed_revision is null) = (reviewed_at_ms is null)", name="review"),
    CheckConstraint(
        "(description_markdown is null) = (description_html is null)"
        " and (description_html is null) = (description_policy is null)",
        name="description",
    ),
    length("name", 1, 80),
    length("summary", 0, 240),
    length("description_markdown", 0, 20_000),
    length("docs_url", 1, 2048),
    length("repo_url", 1, 2048),
    length("suspend_reason", 1, 1000),
    length("flag_reason", 1, 1000),
    CheckConstraint("cardinality(tags) <= 20", name="tags"),
    CheckConstraint("cardinality(categories) <= 10", name="categories"),
    CheckConstraint("jsonb_typeof(images) = 'array' and jsonb_array_length(images) <= 10", name="images"),
    lengths("tags", 1, 32),
    lengths("categories", 1, 32),
    lengths_within("images", "$[*].url", 1, 2048, name="image_url"),
    lengths_within("images", "$[*].alt", 0, 200, name="image_alt"),
    Index("listings_publisher_newest_ix", "publisher_id", "id"),
    Index("listings_publisher_status_ix", "publisher_id", "status", "id"),
    Index("listings_newest_ix", "id", postgresql_where=text("status = 'published'")),
    Index("listings_updated_ix", "updated_at_ms", "id", postgresql_where=text("status = 'published'")),
    Index("listings_name_ix", "name_key", "id", postgresql_where=text("status = 'published'")),
    Index("listings_kind_newest_ix", "asset_kind", "id", postgresql_where=text("status = 'published'")),
    Index(
        "listings_kind_updated_ix",
        "asset_kind",
        "updated_at_ms",
        "id",
        postgresql_where=text("status = 'published'"),
    ),
    Index("listings_kind_name_ix", "asset_kind", "name_key", "id", postgresql_where=text("status = 'published'")),
    Index(
        "listings_publisher_published_ix",
        "publisher_id",
        "updated_at_ms",
        "id",
        postgresql_where=text("status = 'published'"),
    ),
    Index(
        "listings_publisher_name_ix",
        "publisher_id",
        "name_key",
        "id",
        postgresql_where=text("status = 'published'"),
    ),
    # Entries go straight into the index: searches read no list of pending ones, so their time stays even.
    Index("listings_search_ix", "search_vector", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
    Index("listings_slice_ix", text(LISTING_SLICE), "id", postgresql_where=text("status = 'published'")),
    Index("listings_flagged_ix", "id", postgresql_where=text("flagged")),
    Index("listings_status_ix", "status", "id"),
)

listing_revisions = Table(
    "listing_revisions",
    metadata,
    Column("listing_id", Uuid, ForeignKey("listings.id"), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("content", JSONB, nullable=False),
    ms_column("replaced_at_ms"),
    PrimaryKeyConstraint("listing_id", "revision"),
    CheckConstraint("octet_length(content::text) <= 262144", name="content"),
)

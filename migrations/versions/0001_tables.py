"""The schema as it began: tables, keys, checks and indexes (spec 8)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create everything, each table after those that it refers to."""
    _audit_events()
    _facet_counts()
    _facet_deltas()
    _idempotency_keys()
    _instance()
    _job_runs()
    _key_versions()
    _partner_keys()
    _processes()
    _request_nonces()
    _stat_deltas()
    _users()
    _api_keys()
    _publishers()
    _sessions()
    _listings()
    _listings_indexes()
    _publishers_listings_indexes()
    _listing_revisions()
    _releases()
    _reports()
    _stat_days()
    _stat_totals()
    _install_intents()
    _install_tokens()


def _audit_events() -> None:
    op.create_table(
        "audit_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("actor_type", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("publisher_id", sa.Uuid(), nullable=True),
        sa.Column("listing_id", sa.Uuid(), nullable=True),
        sa.Column("release_id", sa.Uuid(), nullable=True),
        sa.Column("install_intent_id", sa.Uuid(), nullable=True),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("cause_event_id", sa.Uuid(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("details", JSONB(), nullable=True),
        sa.CheckConstraint("actor_type in ('user', 'partner', 'system')", name=op.f("audit_events_actor_type_check")),
        sa.CheckConstraint(
            "type in ('user.registered', 'user.password_changed', 'user.suspended', 'user.reinstated', 'session.created', 'session.ended', 'api_key.created', 'api_key.revoked', 'capability.granted', 'capability.revoked', 'publisher.profile_updated', 'publisher.verification_set', 'listing.created', 'listing.updated', 'listing.status_changed', 'listing.suspended', 'listing.reinstated', 'listing.flagged', 'listing.reported', 'report.resolved', 'release.published', 'release.revoked', 'install_intent.created', 'install_intent.canceled', 'install_intent.expired', 'install_intent.revoked', 'install_token.issued', 'install_token.revoked', 'install_token.redeemed', 'install_token.expired', 'partner_key.created', 'partner_key.revoked', 'key_ring.changed', 'markdown.rerendered', 'retention.purged', 'system.restored')",
            name=op.f("audit_events_type_check"),
        ),
        sa.CheckConstraint("char_length(summary) between 1 and 500", name=op.f("audit_events_summary_length_check")),
        sa.CheckConstraint("octet_length(details::text) <= 4096", name=op.f("audit_events_details_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("audit_events_pkey")),
    )
    op.create_index("audit_events_actor_ix", "audit_events", ["actor_id", "id"], unique=False)
    op.create_index(
        "audit_events_cause_ix",
        "audit_events",
        ["cause_event_id", "id"],
        unique=False,
        postgresql_where=sa.text("cause_event_id is not null"),
    )
    op.create_index("audit_events_created_ix", "audit_events", ["created_at_ms", "id"], unique=False)
    op.create_index(
        "audit_events_intent_ix",
        "audit_events",
        ["install_intent_id", "id"],
        unique=False,
        postgresql_where=sa.text("install_intent_id is not null"),
    )
    op.create_index(
        "audit_events_listing_ix",
        "audit_events",
        ["listing_id", "id"],
        unique=False,
        postgresql_where=sa.text("listing_id is not null"),
    )
    op.create_index(
        "audit_events_release_ix",
        "audit_events",
        ["release_id", "id"],
        unique=False,
        postgresql_where=sa.text("release_id is not null"),
    )
    op.create_index("audit_events_request_ix", "audit_events", ["request_id", "id"], unique=False)
    op.create_index("audit_events_type_ix", "audit_events", ["type", "id"], unique=False)


def _facet_counts() -> None:
    op.create_table(
        "facet_counts",
        sa.Column("facet", sa.Text(collation="C"), nullable=False),
        sa.Column("value", sa.Text(collation="C"), nullable=False),
        sa.Column("listings", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("facet", "value", name=op.f("facet_counts_pkey")),
    )
    op.create_index(
        "facet_counts_top_ix", "facet_counts", ["facet", sa.literal_column("listings desc"), "value"], unique=False
    )


def _facet_deltas() -> None:
    op.create_table(
        "facet_deltas",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("facet", sa.Text(collation="C"), nullable=False),
        sa.Column("value", sa.Text(collation="C"), nullable=False),
        sa.Column("listings", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("facet_deltas_pkey")),
    )


def _idempotency_keys() -> None:
    op.create_table(
        "idempotency_keys",
        sa.Column("caller", sa.Text(collation="C"), nullable=False),
        sa.Column("operation", sa.Text(collation="C"), nullable=False),
        sa.Column("key", sa.Text(collation="C"), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("key_version", sa.Text(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("secret", JSONB(), nullable=True),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_at_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("char_length(key) between 1 and 128", name=op.f("idempotency_keys_key_length_check")),
        sa.CheckConstraint("octet_length(fingerprint) = 32", name=op.f("idempotency_keys_fingerprint_check")),
        sa.PrimaryKeyConstraint("caller", "operation", "key", name=op.f("idempotency_keys_pkey")),
    )
    op.create_index("idempotency_keys_expires_ix", "idempotency_keys", ["expires_at_ms"], unique=False)
    op.create_index(
        "idempotency_keys_key_version_ix", "idempotency_keys", ["key_version", "expires_at_ms"], unique=False
    )


def _instance() -> None:
    op.create_table(
        "instance",
        sa.Column("only_row", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("restored_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("unfinished_restore", sa.Uuid(), nullable=True),
        sa.Column("oldest_code", sa.Text(), nullable=False),
        sa.CheckConstraint("only_row", name=op.f("instance_only_row_check")),
        sa.PrimaryKeyConstraint("only_row", name=op.f("instance_pkey")),
    )
    op.execute(
        "insert into instance (created_at_ms, oldest_code) values ((extract(epoch from now()) * 1000)::bigint, '0001')"
    )


def _job_runs() -> None:
    op.create_table(
        "job_runs",
        sa.Column("job", sa.Text(collation="C"), nullable=False),
        sa.Column("last_started_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("last_succeeded_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("last_duration_ms", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("job", name=op.f("job_runs_pkey")),
    )


def _key_versions() -> None:
    op.create_table(
        "key_versions",
        sa.Column("version", sa.Text(collation="C"), nullable=False),
        sa.Column("fingerprint", sa.Text(collation="C"), nullable=False),
        sa.Column("first_seen_at_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("fingerprint ~ '^[0-9a-f]{16}$'", name=op.f("key_versions_fingerprint_check")),
        sa.CheckConstraint("version ~ '^v[1-9][0-9]{0,8}$'", name=op.f("key_versions_version_check")),
        sa.PrimaryKeyConstraint("version", name=op.f("key_versions_pkey")),
    )


def _processes() -> None:
    op.create_table(
        "processes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("key_versions", ARRAY(sa.Text()), nullable=False),
        sa.Column("started_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("ring_since_ms", sa.BigInteger(), nullable=False),
        sa.Column("last_seen_at_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("cardinality(key_versions) > 0", name=op.f("processes_key_versions_check")),
        sa.CheckConstraint("char_length(host) between 1 and 255", name=op.f("processes_host_length_check")),
        sa.CheckConstraint("char_length(role) between 1 and 16", name=op.f("processes_role_length_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("processes_pkey")),
    )
    op.create_index("processes_last_seen_ix", "processes", ["last_seen_at_ms"], unique=False)


def _partner_keys() -> None:
    op.create_table(
        "partner_keys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("target_system", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=True),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("key_version", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at_ms", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(status = 'revoked') = (revoked_at_ms is not null)", name=op.f("partner_keys_revocation_check")
        ),
        sa.CheckConstraint("status in ('active', 'revoked')", name=op.f("partner_keys_status_check")),
        sa.CheckConstraint(
            "target_system in ('whs', 'agentromatic', 'agentelic')", name=op.f("partner_keys_target_system_check")
        ),
        sa.CheckConstraint("char_length(label) between 1 and 80", name=op.f("partner_keys_label_length_check")),
        sa.CheckConstraint("octet_length(salt) = 32", name=op.f("partner_keys_salt_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("partner_keys_pkey")),
    )


def _request_nonces() -> None:
    op.create_table(
        "request_nonces",
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("nonce", sa.Text(collation="C"), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("keep_until_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("char_length(nonce) between 16 and 64", name=op.f("request_nonces_nonce_length_check")),
        sa.PrimaryKeyConstraint("key_id", "nonce", name=op.f("request_nonces_pkey")),
    )
    op.create_index("request_nonces_keep_until_ix", "request_nonces", ["keep_until_ms"], unique=False)


def _stat_deltas() -> None:
    op.create_table(
        "stat_deltas",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("install_intents", sa.Integer(), nullable=False),
        sa.Column("redemptions", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("stat_deltas_pkey")),
    )
    op.create_index("stat_deltas_listing_ix", "stat_deltas", ["listing_id", "day"], unique=False)


def _users() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_key", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("capabilities", ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("publisher_barred", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("buyer_ref_version", sa.Text(), nullable=False),
        sa.Column("suspended_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("suspend_reason", sa.Text(), nullable=True),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("updated_at_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "capabilities <@ array['publisher', 'admin']::text[]", name=op.f("users_capabilities_check")
        ),
        sa.CheckConstraint("(suspended_at_ms is null) = (suspend_reason is null)", name=op.f("users_suspension_check")),
        sa.CheckConstraint("char_length(display_name) between 1 and 80", name=op.f("users_display_name_length_check")),
        sa.CheckConstraint("char_length(email) between 3 and 254", name=op.f("users_email_length_check")),
        sa.CheckConstraint(
            "char_length(suspend_reason) between 1 and 1000", name=op.f("users_suspend_reason_length_check")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("users_pkey")),
        sa.UniqueConstraint("email_key", name=op.f("users_email_key_key")),
        sa.UniqueConstraint("external_id", name=op.f("users_external_id_key")),
    )
    op.create_index("users_buyer_ref_version_ix", "users", ["buyer_ref_version"], unique=False)


def _api_keys() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scopes", ARRAY(sa.Text()), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("key_version", sa.Text(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at_ms", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "scopes <@ array['read', 'publish', 'install', 'admin']::text[]", name=op.f("api_keys_scopes_check")
        ),
        sa.CheckConstraint("char_length(name) between 1 and 80", name=op.f("api_keys_name_length_check")),
        sa.CheckConstraint("expires_at_ms > created_at_ms", name=op.f("api_keys_expiry_check")),
        sa.CheckConstraint("octet_length(secret_hash) = 32", name=op.f("api_keys_secret_hash_check")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("api_keys_user_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("api_keys_pkey")),
    )
    op.create_index("api_keys_user_ix", "api_keys", ["user_id", "id"], unique=False)


def _publishers() -> None:
    op.create_table(
        "publishers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_user_id", sa.Uuid(), nullable=False),
        sa.Column("handle", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("bio_markdown", sa.Text(), nullable=True),
        sa.Column("bio_html", sa.Text(), nullable=True),
        sa.Column("bio_policy", sa.SmallInteger(), nullable=True),
        sa.Column("verification_status", sa.Text(), nullable=False),
        sa.Column("verification_checked_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("suspended_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("search_vector", TSVECTOR(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("updated_at_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("handle ~ '^[a-z0-9][a-z0-9-]{0,37}[a-z0-9]$'", name=op.f("publishers_handle_check")),
        sa.CheckConstraint(
            "verification_status in ('unverified', 'verified', 'failed')",
            name=op.f("publishers_verification_status_check"),
        ),
        sa.CheckConstraint(
            "(bio_markdown is null) = (bio_html is null) and (bio_html is null) = (bio_policy is null)",
            name=op.f("publishers_bio_check"),
        ),
        sa.CheckConstraint(
            "char_length(bio_markdown) between 0 and 2000", name=op.f("publishers_bio_markdown_length_check")
        ),
        sa.CheckConstraint(
            "char_length(display_name) between 1 and 80", name=op.f("publishers_display_name_length_check")
        ),
        sa.ForeignKeyConstraint(["owner_user_id"], ["users.id"], name=op.f("publishers_owner_user_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("publishers_pkey")),
        sa.UniqueConstraint("handle", name=op.f("publishers_handle_key")),
        sa.UniqueConstraint("owner_user_id", name=op.f("publishers_owner_user_id_key")),
    )
    op.create_index(
        op.f("publishers_search_vector_ix"), "publishers", ["search_vector"], unique=False, postgresql_using="gin"
    )
    op.create_index(
        "publishers_suspended_ix",
        "publishers",
        ["id"],
        unique=False,
        postgresql_where=sa.text("suspended_at_ms is not null"),
    )


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("key_version", sa.Text(collation="C"), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("last_seen_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("ended_at_ms", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("octet_length(secret_hash) = 32", name=op.f("sessions_secret_hash_check")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("sessions_user_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("sessions_pkey")),
        sa.UniqueConstraint("secret_hash", name=op.f("sessions_secret_hash_key")),
    )
    op.create_index("sessions_expires_ix", "sessions", ["expires_at_ms"], unique=False)
    op.create_index(
        "sessions_key_version_ix",
        "sessions",
        ["key_version", "expires_at_ms"],
        unique=False,
        postgresql_where=sa.text("ended_at_ms is null"),
    )
    op.create_index("sessions_user_ix", "sessions", ["user_id", "id"], unique=False)


def _listings() -> None:
    op.create_table(
        "listings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("publisher_id", sa.Uuid(), nullable=False),
        sa.Column("asset_kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_before_suspension", sa.Text(), nullable=True),
        sa.Column("suspend_reason", sa.Text(), nullable=True),
        sa.Column("suspended_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("flagged", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("flag_reason", sa.Text(), nullable=True),
        sa.Column("reviewed_revision", sa.Integer(), nullable=True),
        sa.Column("reviewed_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("description_markdown", sa.Text(), nullable=True),
        sa.Column("description_html", sa.Text(), nullable=True),
        sa.Column("description_policy", sa.SmallInteger(), nullable=True),
        sa.Column("tags", ARRAY(sa.Text()), nullable=False),
        sa.Column("categories", ARRAY(sa.Text()), nullable=False),
        sa.Column("images", JSONB(), nullable=False),
        sa.Column("docs_url", sa.Text(), nullable=True),
        sa.Column("repo_url", sa.Text(), nullable=True),
        sa.Column("published_releases", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("latest_release_id", sa.Uuid(), nullable=True),
        sa.Column("latest_version", sa.Text(), nullable=True),
        sa.Column("latest_published_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("revision", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("name_key", sa.Text(collation="C"), nullable=False),
        sa.Column("search_vector", TSVECTOR(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("updated_at_ms", sa.BigInteger(), nullable=False),
        *_listings_checks(),
        sa.ForeignKeyConstraint(["publisher_id"], ["publishers.id"], name=op.f("listings_publisher_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("listings_pkey")),
    )


def _listings_checks() -> tuple[sa.CheckConstraint, ...]:
    return (
        sa.CheckConstraint(
            "(status = 'suspended') = (status_before_suspension is not null) and (status = 'suspended') = (suspended_at_ms is not null) and (status = 'suspended') = (suspend_reason is not null)",
            name=op.f("listings_suspension_check"),
        ),
        sa.CheckConstraint(
            "asset_kind in ('whs_agent', 'agentromatic_workflow', 'spec_asset')", name=op.f("listings_asset_kind_check")
        ),
        sa.CheckConstraint(
            "jsonb_typeof(images) = 'array' and jsonb_array_length(images) <= 10", name=op.f("listings_images_check")
        ),
        sa.CheckConstraint(
            "status <> 'published' or published_releases > 0", name=op.f("listings_published_has_release_check")
        ),
        sa.CheckConstraint(
            "status in ('draft', 'published', 'unlisted', 'suspended')", name=op.f("listings_status_check")
        ),
        sa.CheckConstraint(
            "status_before_suspension in ('draft', 'published', 'unlisted')",
            name=op.f("listings_status_before_suspension_check"),
        ),
        sa.CheckConstraint(
            "(description_markdown is null) = (description_html is null) and (description_html is null) = (description_policy is null)",
            name=op.f("listings_description_check"),
        ),
        sa.CheckConstraint(
            "(published_releases = 0) = (latest_release_id is null) and (latest_release_id is null) = (latest_version is null) and (latest_release_id is null) = (latest_published_at_ms is null)",
            name=op.f("listings_latest_release_check"),
        ),
        sa.CheckConstraint("cardinality(categories) <= 10", name=op.f("listings_categories_check")),
        sa.CheckConstraint("cardinality(tags) <= 20", name=op.f("listings_tags_check")),
        sa.CheckConstraint(
            "char_length(description_markdown) between 0 and 20000",
            name=op.f("listings_description_markdown_length_check"),
        ),
        sa.CheckConstraint("char_length(docs_url) between 1 and 2048", name=op.f("listings_docs_url_length_check")),
        sa.CheckConstraint(
            "char_length(flag_reason) between 1 and 1000", name=op.f("listings_flag_reason_length_check")
        ),
        sa.CheckConstraint("char_length(name) between 1 and 80", name=op.f("listings_name_length_check")),
        sa.CheckConstraint("char_length(repo_url) between 1 and 2048", name=op.f("listings_repo_url_length_check")),
        sa.CheckConstraint("char_length(summary) between 0 and 240", name=op.f("listings_summary_length_check")),
        sa.CheckConstraint(
            "char_length(suspend_reason) between 1 and 1000", name=op.f("listings_suspend_reason_length_check")
        ),
        sa.CheckConstraint("flagged or flag_reason is null", name=op.f("listings_flag_check")),
        sa.CheckConstraint(
            "(reviewed_revision is null) = (reviewed_at_ms is null)", name=op.f("listings_review_check")
        ),
        sa.CheckConstraint("published_releases >= 0", name=op.f("listings_published_releases_check")),
    )


def _listings_indexes() -> None:
    op.create_index("listings_flagged_ix", "listings", ["id"], unique=False, postgresql_where=sa.text("flagged"))
    op.create_index(
        "listings_kind_name_ix",
        "listings",
        ["asset_kind", "name_key", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'published'"),
    )
    op.create_index(
        "listings_kind_newest_ix",
        "listings",
        ["asset_kind", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'published'"),
    )
    op.create_index(
        "listings_kind_updated_ix",
        "listings",
        ["asset_kind", "updated_at_ms", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'published'"),
    )
    op.create_index(
        "listings_name_ix",
        "listings",
        ["name_key", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'published'"),
    )
    op.create_index(
        "listings_newest_ix", "listings", ["id"], unique=False, postgresql_where=sa.text("status = 'published'")
    )
    op.create_index(
        "listings_search_ix",
        "listings",
        ["search_vector"],
        unique=False,
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )
    op.create_index(
        "listings_slice_ix",
        "listings",
        [sa.literal_column("((get_byte(uuid_send(id), 14) << 8) | get_byte(uuid_send(id), 15))"), "id"],
        unique=False,
        postgresql_where=sa.text("status = 'published'"),
    )
    op.create_index("listings_status_ix", "listings", ["status", "id"], unique=False)
    op.create_index(
        "listings_updated_ix",
        "listings",
        ["updated_at_ms", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'published'"),
    )


def _publishers_listings_indexes() -> None:
    op.create_index(
        "listings_publisher_name_ix",
        "listings",
        ["publisher_id", "name_key", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'published'"),
    )
    op.create_index("listings_publisher_newest_ix", "listings", ["publisher_id", "id"], unique=False)
    op.create_index(
        "listings_publisher_published_ix",
        "listings",
        ["publisher_id", "updated_at_ms", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'published'"),
    )
    op.create_index("listings_publisher_status_ix", "listings", ["publisher_id", "status", "id"], unique=False)


def _listing_revisions() -> None:
    op.create_table(
        "listing_revisions",
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("content", JSONB(), nullable=False),
        sa.Column("replaced_at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["listing_id"], ["listings.id"], name=op.f("listing_revisions_listing_id_fkey")),
        sa.PrimaryKeyConstraint("listing_id", "revision", name=op.f("listing_revisions_pkey")),
    )


def _releases() -> None:
    op.create_table(
        "releases",
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("publisher_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("precedence", sa.Text(collation="C"), nullable=False),
        sa.Column("is_prerelease", sa.Boolean(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("refs", JSONB(), nullable=False),
        sa.Column("asset_digest", sa.Text(), nullable=True),
        sa.Column("compat", JSONB(), nullable=False),
        sa.Column("artifacts", JSONB(), nullable=False),
        sa.Column("notes_markdown", sa.Text(), nullable=True),
        sa.Column("notes_html", sa.Text(), nullable=True),
        sa.Column("notes_policy", sa.SmallInteger(), nullable=True),
        sa.Column("published_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("revoke_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(status = 'revoked') = (revoked_at_ms is not null) and (status = 'revoked') = (revoke_reason is not null)",
            name=op.f("releases_revocation_check"),
        ),
        sa.CheckConstraint("asset_digest ~ '^sha256:[0-9a-f]{64}$'", name=op.f("releases_asset_digest_check")),
        sa.CheckConstraint(
            "jsonb_typeof(artifacts) = 'array' and jsonb_array_length(artifacts) <= 20",
            name=op.f("releases_artifacts_check"),
        ),
        sa.CheckConstraint("status in ('published', 'revoked')", name=op.f("releases_status_check")),
        sa.CheckConstraint(
            "(notes_markdown is null) = (notes_html is null) and (notes_html is null) = (notes_policy is null)",
            name=op.f("releases_notes_check"),
        ),
        sa.CheckConstraint(
            "char_length(notes_markdown) between 0 and 10000", name=op.f("releases_notes_markdown_length_check")
        ),
        sa.CheckConstraint(
            "char_length(revoke_reason) between 1 and 1000", name=op.f("releases_revoke_reason_length_check")
        ),
        sa.CheckConstraint("char_length(version) between 5 and 64", name=op.f("releases_version_length_check")),
        sa.ForeignKeyConstraint(["listing_id"], ["listings.id"], name=op.f("releases_listing_id_fkey")),
        sa.ForeignKeyConstraint(["publisher_id"], ["publishers.id"], name=op.f("releases_publisher_id_fkey")),
        sa.PrimaryKeyConstraint("listing_id", "id", name=op.f("releases_pkey")),
        sa.UniqueConstraint("listing_id", "precedence", name=op.f("releases_listing_id_precedence_key")),
    )
    op.create_index("releases_id_ix", "releases", ["id"], unique=False, postgresql_using="hash")
    op.create_index(
        "releases_precedence_ix",
        "releases",
        ["listing_id", "is_prerelease", sa.literal_column("precedence desc")],
        unique=False,
        postgresql_where=sa.text("status = 'published'"),
    )
    op.create_index(
        "releases_newest_ix",
        "releases",
        ["published_at_ms", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'published'"),
    )
    op.create_index("releases_publisher_ix", "releases", ["publisher_id", "id"], unique=False)
    op.create_index("releases_status_ix", "releases", ["listing_id", "status", "id"], unique=False)


def _reports() -> None:
    op.create_table(
        "reports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("reporter_user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("listing_revision", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("resolution_reason", sa.Text(), nullable=True),
        sa.Column("resolved_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("resolved_by_user_id", sa.Uuid(), nullable=True),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "(status = 'open') = (resolved_at_ms is null) and (status = 'open') = (resolved_by_user_id is null) and (status = 'open') = (resolution_reason is null)",
            name=op.f("reports_resolution_check"),
        ),
        sa.CheckConstraint("kind in ('malware', 'impersonation', 'spam', 'other')", name=op.f("reports_kind_check")),
        sa.CheckConstraint("status in ('open', 'upheld', 'dismissed')", name=op.f("reports_status_check")),
        sa.CheckConstraint(
            "char_length(resolution_reason) between 1 and 1000", name=op.f("reports_resolution_reason_length_check")
        ),
        sa.CheckConstraint("char_length(summary) between 1 and 1000", name=op.f("reports_summary_length_check")),
        sa.ForeignKeyConstraint(["listing_id"], ["listings.id"], name=op.f("reports_listing_id_fkey")),
        sa.ForeignKeyConstraint(["reporter_user_id"], ["users.id"], name=op.f("reports_reporter_user_id_fkey")),
        sa.ForeignKeyConstraint(["resolved_by_user_id"], ["users.id"], name=op.f("reports_resolved_by_user_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("reports_pkey")),
    )
    op.create_index("reports_listing_ix", "reports", ["listing_id", "id"], unique=False)
    op.create_index(
        "reports_open_ix",
        "reports",
        ["listing_id", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_index("reports_reporter_ix", "reports", ["reporter_user_id", "id"], unique=False)
    op.create_index("reports_resolved_by_ix", "reports", ["resolved_by_user_id"], unique=False)
    op.create_index("reports_status_ix", "reports", ["status", "id"], unique=False)


def _stat_days() -> None:
    op.create_table(
        "stat_days",
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("install_intents", sa.Integer(), nullable=False),
        sa.Column("redemptions", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["listing_id"], ["listings.id"], name=op.f("stat_days_listing_id_fkey")),
        sa.PrimaryKeyConstraint("listing_id", "day", name=op.f("stat_days_pkey")),
    )
    op.create_index("stat_days_day_ix", "stat_days", ["day", "listing_id"], unique=False)


def _stat_totals() -> None:
    op.create_table(
        "stat_totals",
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("install_intents_30d", sa.Integer(), nullable=False),
        sa.Column("redemptions_30d", sa.Integer(), nullable=False),
        sa.Column("as_of_day", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["listing_id"], ["listings.id"], name=op.f("stat_totals_listing_id_fkey")),
        sa.PrimaryKeyConstraint("listing_id", name=op.f("stat_totals_pkey")),
    )
    op.create_index("stat_totals_as_of_ix", "stat_totals", ["as_of_day"], unique=False)
    op.create_index("stat_totals_popular_ix", "stat_totals", ["redemptions_30d", "listing_id"], unique=False)


def _install_intents() -> None:
    op.create_table(
        "install_intents",
        sa.Column("buyer_user_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("release_id", sa.Uuid(), nullable=False),
        sa.Column("target_system", sa.Text(), nullable=False),
        sa.Column("target_context", JSONB(), nullable=False),
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("current_token_id", sa.Uuid(), nullable=True),
        sa.Column("expires_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("updated_at_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "(status = 'created' and current_token_id is null) or (status in ('token_issued', 'redeemed') and current_token_id is not null) or status in ('expired', 'canceled')",
            name=op.f("install_intents_current_token_check"),
        ),
        sa.CheckConstraint(
            "status in ('created', 'token_issued', 'redeemed', 'expired', 'canceled')",
            name=op.f("install_intents_status_check"),
        ),
        sa.CheckConstraint(
            "target_system in ('whs', 'agentromatic', 'agentelic')", name=op.f("install_intents_target_system_check")
        ),
        sa.CheckConstraint("char_length(normalize(state, NFC)) between 1 and 200", name=op.f("install_intents_state_length_check")),
        sa.ForeignKeyConstraint(["buyer_user_id"], ["users.id"], name=op.f("install_intents_buyer_user_id_fkey")),
        sa.ForeignKeyConstraint(
            ["listing_id", "release_id"],
            ["releases.listing_id", "releases.id"],
            name=op.f("install_intents_listing_id_release_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("buyer_user_id", "id", name=op.f("install_intents_pkey")),
    )
    op.create_index(
        "install_intents_deadline_ix",
        "install_intents",
        ["expires_at_ms"],
        unique=False,
        postgresql_where=sa.text("status in ('created', 'token_issued')"),
    )
    op.create_index(
        "install_intents_ended_ix",
        "install_intents",
        ["updated_at_ms"],
        unique=False,
        postgresql_where=sa.text("status in ('redeemed', 'expired', 'canceled')"),
    )
    op.create_index("install_intents_id_ix", "install_intents", ["id"], unique=False, postgresql_using="hash")
    op.create_index(
        "install_intents_open_ix",
        "install_intents",
        ["listing_id", "release_id"],
        unique=False,
        postgresql_where=sa.text("status in ('created', 'token_issued')"),
    )
    op.create_index("install_intents_release_ix", "install_intents", ["listing_id", "release_id"], unique=False)
    op.create_index("install_intents_status_ix", "install_intents", ["buyer_user_id", "status", "id"], unique=False)


def _install_tokens() -> None:
    op.create_table(
        "install_tokens",
        sa.Column("buyer_user_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("intent_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("key_version", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("issued_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("ended_at_ms", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("(status = 'issued') = (ended_at_ms is null)", name=op.f("install_tokens_ended_check")),
        sa.CheckConstraint(
            "status in ('issued', 'redeemed', 'expired', 'revoked')", name=op.f("install_tokens_status_check")
        ),
        sa.CheckConstraint("expires_at_ms - issued_at_ms between 1 and 3600000", name=op.f("install_tokens_ttl_check")),
        sa.CheckConstraint("octet_length(token_hash) = 32", name=op.f("install_tokens_token_hash_check")),
        sa.ForeignKeyConstraint(
            ["buyer_user_id", "intent_id"],
            ["install_intents.buyer_user_id", "install_intents.id"],
            name=op.f("install_tokens_buyer_user_id_intent_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("buyer_user_id", "id", name=op.f("install_tokens_pkey")),
        sa.UniqueConstraint("buyer_user_id", "token_hash", name=op.f("install_tokens_buyer_user_id_token_hash_key")),
    )
    op.create_index(
        "install_tokens_deadline_ix",
        "install_tokens",
        ["expires_at_ms"],
        unique=False,
        postgresql_where=sa.text("status = 'issued'"),
    )
    op.create_index(
        "install_tokens_ended_ix",
        "install_tokens",
        ["ended_at_ms"],
        unique=False,
        postgresql_where=sa.text("status <> 'issued'"),
    )
    op.create_index("install_tokens_id_ix", "install_tokens", ["id"], unique=False, postgresql_using="hash")
    op.create_index("install_tokens_intent_ix", "install_tokens", ["buyer_user_id", "intent_id", "id"], unique=False)
    op.create_index(
        "install_tokens_key_version_ix",
        "install_tokens",
        ["key_version"],
        unique=False,
        postgresql_where=sa.text("status = 'issued'"),
    )

"""The whole schema on one page (spec 8).

Times are epoch milliseconds (`…_ms`). Keys begin with a row's natural shard: the listing for releases, the buyer for
intents and tokens, the caller for the ledger. Triggers stand in the migrations, and what the serving role may do in
`grants.py`.
"""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR

from fleetprompt import enums

metadata = MetaData(
    naming_convention={
        "ix": "%(table_name)s_%(column_0_N_name)s_ix",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s_check",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "pk": "%(table_name)s_pkey",
    }
)


def _one_of(column: str, enum: type[StrEnum]) -> CheckConstraint:
    values = ", ".join(f"'{member.value}'" for member in enum)
    return CheckConstraint(f"{column} in ({values})", name=column)


def _all_of(column: str, enum: type[StrEnum]) -> CheckConstraint:
    values = ", ".join(f"'{member.value}'" for member in enum)
    return CheckConstraint(f"{column} <@ array[{values}]::text[]", name=column)


def _length(column: str, least: int, most: int) -> CheckConstraint:
    return CheckConstraint(f"char_length({column}) between {least} and {most}", name=f"{column}_length")


def _lengths(column: str, least: int, most: int) -> CheckConstraint:
    return CheckConstraint(f"texts_fit(to_jsonb({column}), {least}, {most})", name=f"{column}_length")


def _lengths_within(column: str, path: str, least: int, most: int, *, name: str) -> CheckConstraint:
    found = f"jsonb_path_query_array({column}, '{path}')"
    return CheckConstraint(f"texts_fit({found}, {least}, {most})", name=f"{name}_length")


def _one_of_within(column: str, path: str, enum: type[StrEnum], *, name: str) -> CheckConstraint:
    return CheckConstraint(f"jsonb_path_query_array({column}, '{path}') <@ '{json.dumps(list(enum))}'", name=name)


def _id(name: str = "id") -> Column[Any]:
    return Column(name, Uuid, nullable=False)


def _ms(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, BigInteger, nullable=nullable)


def _text(name: str, *, nullable: bool = False, collation: str | None = None) -> Column[Any]:
    return Column(name, Text(collation=collation), nullable=nullable)


users = Table(
    "users",
    metadata,
    _id(),
    _text("external_id"),
    _text("email"),
    _text("email_key"),
    _text("display_name"),
    _text("password_hash"),
    Column("capabilities", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("publisher_barred", Boolean, nullable=False, server_default=text("false")),
    _text("buyer_ref_version"),
    _ms("suspended_at_ms", nullable=True),
    _text("suspend_reason", nullable=True),
    _ms("created_at_ms"),
    _ms("updated_at_ms"),
    PrimaryKeyConstraint("id"),
    UniqueConstraint("external_id"),
    UniqueConstraint("email_key"),
    _all_of("capabilities", enums.Capability),
    _length("email", 3, 254),
    _length("display_name", 1, 80),
    _length("suspend_reason", 1, 1000),
    CheckConstraint("(suspended_at_ms is null) = (suspend_reason is null)", name="suspension"),
    Index("users_buyer_ref_version_ix", "buyer_ref_version"),
)

publishers = Table(
    "publishers",
    metadata,
    _id(),
    Column("owner_user_id", Uuid, ForeignKey("users.id"), nullable=False),
    _text("handle"),
    _text("display_name"),
    _text("bio_markdown", nullable=True),
    _text("bio_html", nullable=True),
    Column("bio_policy", SmallInteger, nullable=True),
    _text("verification_status"),
    _ms("verification_checked_at_ms", nullable=True),
    _ms("suspended_at_ms", nullable=True),
    Column("search_vector", TSVECTOR, nullable=False),
    _ms("created_at_ms"),
    _ms("updated_at_ms"),
    PrimaryKeyConstraint("id"),
    UniqueConstraint("owner_user_id"),
    UniqueConstraint("handle"),
    CheckConstraint("handle ~ '^[a-z0-9][a-z0-9-]{0,37}[a-z0-9]$'", name="handle"),
    _length("display_name", 1, 80),
    _length("bio_markdown", 0, 2000),
    _one_of("verification_status", enums.VerificationStatus),
    CheckConstraint(
        "(bio_markdown is null) = (bio_html is null) and (bio_html is null) = (bio_policy is null)", name="bio"
    ),
    Index(None, "search_vector", postgresql_using="gin"),
    Index("publishers_suspended_ix", "id", postgresql_where=text("suspended_at_ms is not null")),
)

LISTING_SLICE = "((get_byte(uuid_send(id), 14) << 8) | get_byte(uuid_send(id), 15))"
"""The number of a listing's slice: the last 16 bits of its id, which are chance (ADR 73)."""

listings = Table(
    "listings",
    metadata,
    _id(),
    Column("publisher_id", Uuid, ForeignKey("publishers.id"), nullable=False),
    _text("asset_kind"),
    _text("status"),
    _text("status_before_suspension", nullable=True),
    _text("suspend_reason", nullable=True),
    _ms("suspended_at_ms", nullable=True),
    Column("flagged", Boolean, nullable=False, server_default=text("false")),
    _text("flag_reason", nullable=True),
    Column("reviewed_revision", Integer, nullable=True),
    _ms("reviewed_at_ms", nullable=True),
    _text("name"),
    _text("summary"),
    _text("description_markdown", nullable=True),
    _text("description_html", nullable=True),
    Column("description_policy", SmallInteger, nullable=True),
    Column("tags", ARRAY(Text), nullable=False),
    Column("categories", ARRAY(Text), nullable=False),
    Column("images", JSONB, nullable=False),
    _text("docs_url", nullable=True),
    _text("repo_url", nullable=True),
    Column("published_releases", Integer, nullable=False, server_default=text("0")),
    Column("latest_release_id", Uuid, nullable=True),
    _text("latest_version", nullable=True),
    _ms("latest_published_at_ms", nullable=True),
    Column("revision", Integer, nullable=False, server_default=text("1")),
    _text("name_key", collation="C"),
    Column("search_vector", TSVECTOR, nullable=False),
    _ms("created_at_ms"),
    _ms("updated_at_ms"),
    PrimaryKeyConstraint("id"),
    _one_of("asset_kind", enums.AssetKind),
    _one_of("status", enums.ListingStatus),
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
    _length("name", 1, 80),
    _length("summary", 0, 240),
    _length("description_markdown", 0, 20_000),
    _length("docs_url", 1, 2048),
    _length("repo_url", 1, 2048),
    _length("suspend_reason", 1, 1000),
    _length("flag_reason", 1, 1000),
    CheckConstraint("cardinality(tags) <= 20", name="tags"),
    CheckConstraint("cardinality(categories) <= 10", name="categories"),
    CheckConstraint("jsonb_typeof(images) = 'array' and jsonb_array_length(images) <= 10", name="images"),
    _lengths("tags", 1, 32),
    _lengths("categories", 1, 32),
    _lengths_within("images", "$[*].url", 1, 2048, name="image_url"),
    _lengths_within("images", "$[*].alt", 0, 200, name="image_alt"),
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
    _ms("replaced_at_ms"),
    PrimaryKeyConstraint("listing_id", "revision"),
    CheckConstraint("octet_length(content::text) <= 262144", name="content"),
)

releases = Table(
    "releases",
    metadata,
    Column("listing_id", Uuid, ForeignKey("listings.id"), nullable=False),
    _id(),
    Column("publisher_id", Uuid, ForeignKey("publishers.id"), nullable=False),
    _text("version"),
    _text("precedence", collation="C"),
    Column("is_prerelease", Boolean, nullable=False),
    _text("status"),
    Column("refs", JSONB, nullable=False),
    _text("asset_digest", nullable=True),
    Column("compat", JSONB, nullable=False),
    Column("artifacts", JSONB, nullable=False),
    _text("notes_markdown", nullable=True),
    _text("notes_html", nullable=True),
    Column("notes_policy", SmallInteger, nullable=True),
    _ms("published_at_ms"),
    _ms("revoked_at_ms", nullable=True),
    _text("revoke_reason", nullable=True),
    PrimaryKeyConstraint("listing_id", "id"),
    UniqueConstraint("listing_id", "precedence"),
    _one_of("status", enums.ReleaseStatus),
    _length("version", 5, 64),
    _length("notes_markdown", 0, 10_000),
    _length("revoke_reason", 1, 1000),
    CheckConstraint("asset_digest ~ '^sha256:[0-9a-f]{64}$'", name="asset_digest"),
    CheckConstraint("jsonb_typeof(artifacts) = 'array' and jsonb_array_length(artifacts) <= 20", name="artifacts"),
    _one_of_within("artifacts", "$[*].kind", enums.ArtifactKind, name="artifact_kind"),
    _one_of_within("artifacts", "$[*].download.mode", enums.DownloadMode, name="artifact_download_mode"),
    _lengths_within("artifacts", "$[*].download.hint", 1, 200, name="artifact_download_hint"),
    _lengths_within("artifacts", "$[*].sha256", 64, 64, name="artifact_sha256"),
    _lengths_within("refs", "$.*", 1, 200, name="refs"),
    _lengths_within("compat", "$.*", 1, 64, name="compat"),
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

install_intents = Table(
    "install_intents",
    metadata,
    Column("buyer_user_id", Uuid, ForeignKey("users.id"), nullable=False),
    _id(),
    Column("listing_id", Uuid, nullable=False),
    Column("release_id", Uuid, nullable=False),
    _text("target_system"),
    Column("target_context", JSONB, nullable=False),
    _text("state", nullable=True),
    _text("status"),
    Column("current_token_id", Uuid, nullable=True),
    _ms("expires_at_ms"),
    _ms("created_at_ms"),
    _ms("updated_at_ms"),
    PrimaryKeyConstraint("buyer_user_id", "id"),
    ForeignKeyConstraint(["listing_id", "release_id"], ["releases.listing_id", "releases.id"]),
    _one_of("target_system", enums.InstallTargetSystem),
    _one_of("status", enums.InstallIntentStatus),
    CheckConstraint("char_length(normalize(state, NFC)) between 1 and 200", name="state_length"),
    _lengths_within("target_context", "$.*", 1, 200, name="target_context"),
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
    _id(),
    Column("intent_id", Uuid, nullable=False),
    Column("token_hash", LargeBinary, nullable=False),
    _text("key_version"),
    _text("status"),
    _ms("issued_at_ms"),
    _ms("expires_at_ms"),
    _ms("ended_at_ms", nullable=True),
    PrimaryKeyConstraint("buyer_user_id", "id"),
    ForeignKeyConstraint(["buyer_user_id", "intent_id"], ["install_intents.buyer_user_id", "install_intents.id"]),
    UniqueConstraint("buyer_user_id", "token_hash"),
    _one_of("status", enums.InstallTokenStatus),
    CheckConstraint("octet_length(token_hash) = 32", name="token_hash"),
    CheckConstraint("expires_at_ms - issued_at_ms between 1 and 3600000", name="ttl"),
    CheckConstraint("(status = 'issued') = (ended_at_ms is null)", name="ended"),
    Index("install_tokens_id_ix", "id", postgresql_using="hash"),
    Index("install_tokens_intent_ix", "buyer_user_id", "intent_id", "id"),
    Index("install_tokens_deadline_ix", "expires_at_ms", postgresql_where=text("status = 'issued'")),
    Index("install_tokens_ended_ix", "ended_at_ms", postgresql_where=text("status <> 'issued'")),
    Index("install_tokens_key_version_ix", "key_version", postgresql_where=text("status = 'issued'")),
)

api_keys = Table(
    "api_keys",
    metadata,
    _id(),
    Column("user_id", Uuid, ForeignKey("users.id"), nullable=False),
    _text("name"),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("secret_hash", LargeBinary, nullable=False),
    _text("key_version"),
    _ms("created_at_ms"),
    _ms("expires_at_ms"),
    _ms("revoked_at_ms", nullable=True),
    PrimaryKeyConstraint("id"),
    _all_of("scopes", enums.KeyScope),
    _length("name", 1, 80),
    CheckConstraint("octet_length(secret_hash) = 32", name="secret_hash"),
    CheckConstraint("expires_at_ms > created_at_ms", name="expiry"),
    Index("api_keys_user_ix", "user_id", "id"),
)

partner_keys = Table(
    "partner_keys",
    metadata,
    _id(),
    _text("target_system"),
    _text("label", nullable=True),
    Column("salt", LargeBinary, nullable=False),
    _text("key_version"),
    _text("status"),
    _ms("created_at_ms"),
    _ms("revoked_at_ms", nullable=True),
    PrimaryKeyConstraint("id"),
    _one_of("target_system", enums.InstallTargetSystem),
    _one_of("status", enums.PartnerKeyStatus),
    _length("label", 1, 80),
    CheckConstraint("octet_length(salt) = 32", name="salt"),
    CheckConstraint("(status = 'revoked') = (revoked_at_ms is not null)", name="revocation"),
)

request_nonces = Table(
    "request_nonces",
    metadata,
    Column("key_id", Uuid, nullable=False),
    _text("nonce", collation="C"),
    Column("request_id", Uuid, nullable=False),
    _ms("keep_until_ms"),
    PrimaryKeyConstraint("key_id", "nonce"),
    _length("nonce", 16, 64),
    Index("request_nonces_keep_until_ix", "keep_until_ms"),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    _text("caller", collation="C"),
    _text("operation", collation="C"),
    _text("key", collation="C"),
    Column("fingerprint", LargeBinary, nullable=False),
    _text("key_version"),
    Column("status", SmallInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    _text("etag", nullable=True),
    Column("secret", JSONB, nullable=True),
    Column("request_id", Uuid, nullable=False),
    _ms("created_at_ms"),
    _ms("expires_at_ms"),
    PrimaryKeyConstraint("caller", "operation", "key"),
    _length("key", 1, 128),
    CheckConstraint("octet_length(fingerprint) = 32", name="fingerprint"),
    Index("idempotency_keys_expires_ix", "expires_at_ms"),
    Index("idempotency_keys_key_version_ix", "key_version", "expires_at_ms"),
)

audit_events = Table(
    "audit_events",
    metadata,
    _id(),
    _text("type"),
    _text("actor_type"),
    Column("actor_id", Uuid, nullable=True),
    Column("publisher_id", Uuid, nullable=True),
    Column("listing_id", Uuid, nullable=True),
    Column("release_id", Uuid, nullable=True),
    Column("install_intent_id", Uuid, nullable=True),
    _ms("created_at_ms"),
    Column("request_id", Uuid, nullable=False),
    Column("cause_event_id", Uuid, nullable=True),
    _text("summary"),
    Column("details", JSONB, nullable=True),
    PrimaryKeyConstraint("id"),
    _one_of("type", enums.EventType),
    _one_of("actor_type", enums.ActorType),
    _length("summary", 1, 500),
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

sessions = Table(
    "sessions",
    metadata,
    _id(),
    Column("user_id", Uuid, ForeignKey("users.id"), nullable=False),
    Column("secret_hash", LargeBinary, nullable=False),
    _text("key_version", collation="C"),
    _ms("created_at_ms"),
    _ms("last_seen_at_ms"),
    _ms("expires_at_ms"),
    _ms("ended_at_ms", nullable=True),
    PrimaryKeyConstraint("id"),
    UniqueConstraint("secret_hash"),
    CheckConstraint("octet_length(secret_hash) = 32", name="secret_hash"),
    Index("sessions_user_ix", "user_id", "id"),
    Index("sessions_expires_ix", "expires_at_ms"),
    Index("sessions_key_version_ix", "key_version", "expires_at_ms", postgresql_where=text("ended_at_ms is null")),
)

reports = Table(
    "reports",
    metadata,
    _id(),
    Column("listing_id", Uuid, ForeignKey("listings.id"), nullable=False),
    Column("reporter_user_id", Uuid, ForeignKey("users.id"), nullable=False),
    _text("kind"),
    _text("summary"),
    Column("listing_revision", Integer, nullable=False),
    _text("status"),
    _text("resolution_reason", nullable=True),
    _ms("resolved_at_ms", nullable=True),
    Column("resolved_by_user_id", Uuid, ForeignKey("users.id"), nullable=True),
    _ms("created_at_ms"),
    PrimaryKeyConstraint("id"),
    _one_of("kind", enums.ReportKind),
    _one_of("status", enums.ReportStatus),
    _length("summary", 1, 1000),
    _length("resolution_reason", 1, 1000),
    CheckConstraint(
        "(status = 'open') = (resolved_at_ms is null) and (status = 'open') = (resolved_by_user_id is null)"
        " and (status = 'open') = (resolution_reason is null)",
        name="resolution",
    ),
    Index("reports_status_ix", "status", "id"),
    Index("reports_listing_ix", "listing_id", "id"),
    Index("reports_open_ix", "listing_id", "id", postgresql_where=text("status = 'open'")),
    Index("reports_reporter_ix", "reporter_user_id", "id"),
    Index("reports_resolved_by_ix", "resolved_by_user_id"),
)

stat_deltas = Table(
    "stat_deltas",
    metadata,
    _id(),
    Column("listing_id", Uuid, nullable=False),
    Column("day", Integer, nullable=False),
    Column("install_intents", Integer, nullable=False),
    Column("redemptions", Integer, nullable=False),
    PrimaryKeyConstraint("id"),
    Index("stat_deltas_listing_ix", "listing_id", "day"),
)

stat_days = Table(
    "stat_days",
    metadata,
    Column("listing_id", Uuid, ForeignKey("listings.id"), nullable=False),
    Column("day", Integer, nullable=False),
    Column("install_intents", Integer, nullable=False),
    Column("redemptions", Integer, nullable=False),
    PrimaryKeyConstraint("listing_id", "day"),
    Index("stat_days_day_ix", "day", "listing_id"),
)

stat_totals = Table(
    "stat_totals",
    metadata,
    Column("listing_id", Uuid, ForeignKey("listings.id"), nullable=False),
    Column("install_intents_30d", Integer, nullable=False),
    Column("redemptions_30d", Integer, nullable=False),
    Column("as_of_day", Integer, nullable=False),
    PrimaryKeyConstraint("listing_id"),
    Index("stat_totals_as_of_ix", "as_of_day"),
    Index("stat_totals_popular_ix", "redemptions_30d", "listing_id"),
)

facet_deltas = Table(
    "facet_deltas",
    metadata,
    _id(),
    _text("facet", collation="C"),
    _text("value", collation="C"),
    Column("listings", Integer, nullable=False),
    PrimaryKeyConstraint("id"),
)

facet_counts = Table(
    "facet_counts",
    metadata,
    _text("facet", collation="C"),
    _text("value", collation="C"),
    Column("listings", Integer, nullable=False),
    PrimaryKeyConstraint("facet", "value"),
    Index("facet_counts_top_ix", "facet", text("listings desc"), "value"),
)

job_runs = Table(
    "job_runs",
    metadata,
    _text("job", collation="C"),
    _ms("last_started_at_ms", nullable=True),
    _ms("last_succeeded_at_ms", nullable=True),
    Column("last_duration_ms", Integer, nullable=True),
    PrimaryKeyConstraint("job"),
)

instance = Table(
    "instance",
    metadata,
    Column("only_row", Boolean, nullable=False, server_default=text("true")),
    _ms("created_at_ms"),
    _ms("restored_at_ms", nullable=True),
    Column("unfinished_restore", Uuid, nullable=True),
    _text("oldest_code"),
    PrimaryKeyConstraint("only_row"),
    CheckConstraint("only_row", name="only_row"),
)

processes = Table(
    "processes",
    metadata,
    _id(),
    _text("role"),
    _text("host"),
    Column("pid", Integer, nullable=False),
    Column("key_versions", ARRAY(Text), nullable=False),
    _ms("started_at_ms"),
    _ms("ring_since_ms"),
    _ms("last_seen_at_ms"),
    PrimaryKeyConstraint("id"),
    _length("role", 1, 16),
    _length("host", 1, 255),
    CheckConstraint("cardinality(key_versions) > 0", name="key_versions"),
    _lengths("key_versions", 2, 10),
    Index("processes_last_seen_ix", "last_seen_at_ms"),
)

key_versions = Table(
    "key_versions",
    metadata,
    _text("version", collation="C"),
    _text("fingerprint", collation="C"),
    _ms("first_seen_at_ms"),
    PrimaryKeyConstraint("version"),
    CheckConstraint("version ~ '^v[1-9][0-9]{0,8}$'", name="version"),
    CheckConstraint("fingerprint ~ '^[0-9a-f]{16}$'", name="fingerprint"),
)

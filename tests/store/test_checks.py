"""What may stand in a row, held by hand-written SQL against every constraint that is declared (spec 8)."""

from __future__ import annotations

import json
import re
from typing import Any, Final
from uuid import UUID

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from psycopg import sql
from sqlalchemy import (
    CheckConstraint,
    create_engine,
)
from sqlalchemy.engine import make_url

from fleetprompt.store.tables import metadata
from tests.store.conftest import Stock
from tests.support.databases import Database

Overrides = dict[str, Any]
SOME_ID: Final = str(UUID(int=1))

# Values that break a constraint which is not of one of the four common forms.
_BROKEN: Final[dict[str, list[Overrides]]] = {
    "key_versions_version_check": [{"version": version} for version in ("1", "v0", "v1 ", "V1")],
    "key_versions_fingerprint_check": [{"fingerprint": text} for text in ("", "0" * 15, "0" * 17, "G" * 16)],
    "processes_key_versions_check": [{"key_versions": []}],
    "users_suspension_check": [{"suspended_at_ms": 1, "suspend_reason": None}, {"suspend_reason": "Why."}],
    "publishers_handle_check": [{"handle": handle} for handle in ("a", "-a", "a-", "Ada", "a" * 40, "a\nb")],
    "publishers_bio_check": [{"bio_markdown": "A.", "bio_html": None}, {"bio_html": "A.", "bio_policy": None}],
    "listings_published_releases_check": [{"published_releases": -1}],
    "listings_published_has_release_check": [{"status": "published", "published_releases": 0}],
    "listings_latest_release_check": [
        {"published_releases": 1, "latest_release_id": None},
        {"latest_release_id": SOME_ID, "latest_version": None},
        {"latest_release_id": SOME_ID, "latest_published_at_ms": None},
    ],
    "listings_suspension_check": [
        {"status": "suspended", "suspended_at_ms": None},
        {"status": "draft", "suspend_reason": "Why."},
        {"status": "draft", "status_before_suspension": "draft"},
    ],
    "listings_flag_check": [{"flagged": False, "flag_reason": "Why."}],
    "listings_review_check": [{"reviewed_revision": 1, "reviewed_at_ms": None}, {"reviewed_at_ms": 1}],
    "listings_description_check": [{"description_markdown": "A.", "description_html": None}],
    "listings_tags_check": [{"tags": [f"tag-{number}" for number in range(21)]}],
    "listings_categories_check": [{"categories": [f"category-{number}" for number in range(11)]}],
    "listings_images_check": [{"images": {}}, {"images": [{}] * 11}],
    "listings_tags_length_check": [{"tags": tags} for tags in ([""], ["maps", "x" * 33], ["maps", None])],
    "listings_categories_length_check": [{"categories": [""]}, {"categories": ["maps", "x" * 33]}],
    "listings_image_url_length_check": [
        {"images": [{"url": url}]} for url in ("", "https://" + "x" * 2041, 5, None, ["https://a.example"])
    ],
    "listings_image_alt_length_check": [{"images": [{"alt": "x"}, {"alt": "x" * 201}]}],
    "listing_revisions_content_check": [{"content": {"name": "x" * 262_144}}],
    "releases_artifact_kind_check": [{"artifacts": [{"kind": "manifest"}, {"kind": kind}]} for kind in ("other", None)],
    "releases_artifact_download_mode_check": [{"artifacts": [{"download": {"mode": "other"}}]}],
    "releases_artifact_download_hint_length_check": [
        {"artifacts": [{"download": {"hint": hint}}]} for hint in ("", "x" * 201)
    ],
    "releases_artifact_sha256_length_check": [{"artifacts": [{"sha256": "0" * length}]} for length in (63, 65)],
    "releases_refs_length_check": [{"refs": {"whsAgentId": ref}} for ref in ("", "x" * 201, 5, None)],
    "releases_compat_length_check": [{"compat": {"minWHSVersion": version}} for version in ("", "1" * 65)],
    "install_intents_target_context_length_check": [{"target_context": {"roomId": room}} for room in ("", "x" * 201)],
    "processes_key_versions_length_check": [{"key_versions": ["v1", version]} for version in ("v", "v" + "1" * 10)],
    "releases_asset_digest_check": [{"asset_digest": f"sha256:{'A' * 64}"}, {"asset_digest": "0" * 64}],
    "releases_artifacts_check": [{"artifacts": {}}, {"artifacts": [{}] * 21}],
    "releases_revocation_check": [{"status": "revoked"}, {"status": "published", "revoke_reason": "Why."}],
    "releases_notes_check": [{"notes_markdown": "A.", "notes_html": None}],
    "install_intents_current_token_check": [
        {"status": "created", "current_token_id": SOME_ID},
        {"status": "token_issued", "current_token_id": None},
        {"status": "redeemed", "current_token_id": None},
    ],
    "install_tokens_ttl_check": [
        {"issued_at_ms": 10, "expires_at_ms": 10},
        {"issued_at_ms": 10, "expires_at_ms": 3_600_011},
    ],
    "install_tokens_ended_check": [{"status": "issued", "ended_at_ms": 1}, {"status": "redeemed", "ended_at_ms": None}],
    "api_keys_expiry_check": [{"created_at_ms": 10, "expires_at_ms": 10}],
    "partner_keys_revocation_check": [{"status": "revoked", "revoked_at_ms": None}, {"revoked_at_ms": 1}],
    "reports_resolution_check": [{"status": "open", "resolved_at_ms": 1}, {"status": "upheld"}],
    "audit_events_details_check": [{"details": {"long": "x" * 4096}}],
    "instance_only_row_check": [{"only_row": False}],
}
_CHOICE = re.compile(r"^(\w+) in \(")
_SUBSET = re.compile(r"^(\w+) <@ array\[")
_LENGTH = re.compile(r"^char_length\((?:normalize\()?(\w+)(?:, NFC\))?\) between (\d+) and (\d+)$")
_OCTETS = re.compile(r"^octet_length\((\w+)\) = 32$")


def checks() -> list[tuple[str, str, str]]:
    """Table, name and text of every CHECK that the schema declares."""
    return [
        (table.name, str(constraint.name), str(constraint.sqltext))
        for table in metadata.sorted_tables
        for constraint in sorted(table.constraints, key=lambda each: str(each.name))
        if isinstance(constraint, CheckConstraint)
    ]


def breaking(name: str, text: str) -> list[Overrides]:
    """Values that this CHECK must refuse."""
    if found := _CHOICE.match(text):
        return [{found[1]: "nonsense"}, {found[1]: ""}]
    if found := _SUBSET.match(text):
        return [{found[1]: ["nonsense"]}]
    if found := _OCTETS.match(text):
        return [{found[1]: "\\x00"}, {found[1]: "\\x" + "00" * 33}]
    if found := _LENGTH.match(text):
        least, most = int(found[2]), int(found[3])
        return [{found[1]: "x" * length} for length in (least - 1, most + 1) if length >= 0]
    return _BROKEN[name]


@pytest.mark.parametrize(("table", "name", "text"), checks(), ids=[name for _, name, _ in checks()])
def test_every_check_refuses_what_breaks_it(stock: Stock, database: Database, table: str, name: str, text: str) -> None:
    others = [other for of_table, other, _ in checks() if of_table == table and other != name]
    for overrides in breaking(name, text):
        with database.as_owner() as connection, pytest.raises(psycopg.errors.CheckViolation) as refused:  # noqa: PT012  # one transaction
            connection.execute("begin")
            for other in others:
                drop = sql.SQL("alter table {} drop constraint {}").format(sql.Identifier(table), sql.Identifier(other))
                connection.execute(drop)
            insert = sql.SQL("insert into {0} select (jsonb_populate_record(t, %s)).* from {0} t limit 1")
            connection.execute(insert.format(sql.Identifier(table)), [json.dumps(overrides)])
        assert refused.value.diag.constraint_name == name, overrides


@pytest.mark.parametrize("role", ["as_owner", "as_serving"])
def test_no_role_publishes_a_listing_without_releases(stock: Stock, database: Database, role: str) -> None:
    publish = "update listings set status = 'published', published_releases = 0, latest_release_id = null,"
    publish += " latest_version = null, latest_published_at_ms = null"
    with getattr(database, role)() as connection, pytest.raises(psycopg.errors.CheckViolation) as refused:
        connection.execute(publish)
    assert refused.value.diag.constraint_name == "listings_published_has_release_check"


def test_no_check_is_left_out_and_none_is_made_up() -> None:
    named = {name for _, name, _ in checks()}
    assert named >= _BROKEN.keys()


def test_the_schema_is_the_one_that_tables_declare(database: Database) -> None:
    engine = create_engine(make_url(database.owner_url).set(drivername="postgresql+psycopg"))
    try:
        with engine.connect() as connection:
            options = {"compare_type": True, "compare_server_default": True}
            assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []
    finally:
        engine.dispose()


def test_the_database_has_every_check_that_tables_declare_and_no_other(database: Database) -> None:
    found = database.rows(
        "select conrelid::regclass::text, conname from pg_constraint"
        " where contype = 'c' and connamespace = 'public'::regnamespace"
    )
    assert sorted(found) == sorted((table, name) for table, name, _ in checks())


def test_every_foreign_key_is_indexed(database: Database) -> None:
    unindexed = database.rows(
        "select conname from pg_constraint c where contype = 'f' and not exists ("
        " select from pg_index i where i.indrelid = c.conrelid and i.indpred is null and i.indisvalid"
        " and (i.indkey::int2[])[0:cardinality(c.conkey) - 1] @> c.conkey)"
    )
    assert unindexed == []


def test_two_rows_cannot_share_what_is_unique(stock: Stock, database: Database) -> None:
    for table in metadata.sorted_tables:
        copy = sql.SQL("insert into {0} select * from {0} limit 1").format(sql.Identifier(table.name))
        with database.as_owner() as owner, pytest.raises(psycopg.errors.UniqueViolation):
            owner.execute(copy)

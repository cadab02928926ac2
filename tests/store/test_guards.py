"""What the database itself refuses, tried by hand-written SQL as its owner and as the role that serves (spec 2, 8)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, LiteralString
from uuid import UUID

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from psycopg import sql
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    Uuid,
    create_engine,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import make_url
from sqlalchemy.types import TypeEngine

from fleetprompt import ids
from fleetprompt.store.grants import GRANTS
from fleetprompt.store.tables import metadata
from tests.support import market
from tests.support.answers import assert_ok
from tests.support.databases import Database
from tests.support.people import People

REFUSED_CHANGE: Final = "FP002"
WRONG_COUNT: Final = "FP001"

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


@dataclass(frozen=True)
class Stock:
    """Rows to try things on."""

    published: UUID
    noted: UUID
    revoked: UUID
    issued: UUID
    redeemed: UUID
    alive: UUID
    handed_over: UUID
    canceled: UUID


@pytest.fixture(scope="module")
async def stock(people: People, database: Database) -> Stock:
    """At least one row of every table, and releases, tokens and intents in the states that matter."""
    ada, bea, whs = await people.publisher(), await people.register(), await people.partner("whs")
    offer = await market.on_sale(ada)
    assert_ok(await ada.patch(f"/v1/publisher/listings/{offer.listing.id}", {"summary": "New."}), "listing")
    revoked = await market.release(offer.listing, "2.0.0")
    await revoked.revoke()
    noted = await market.release(offer.listing, "3.0.0", notes={"format": "markdown", "markdown": "It is **new**."})
    await ada.api_key()
    spent, kept, dropped = [await market.token(await market.intent(bea, offer, "whs")) for _ in range(3)]
    assert_ok(await whs.redeem(spent.text))
    assert_ok(await bea.post(f"{dropped.intent.path}/cancel"), "installIntent")
    for statement in (
        "insert into reports values (gen_random_uuid(), (select id from listings limit 1),"
        " (select id from users limit 1), 'spam', 'It is spam.', 1, 'open', null, null, null, 1)",
        "insert into stat_days select id, 1, 1, 1 from listings",
        "insert into stat_totals select id, 1, 1, 1 from listings",
        "insert into facet_counts values ('tag', 'maps', 1)",
        "insert into job_runs values ('fold', 1, 1, 1)",
        "insert into processes values (gen_random_uuid(), 'serve', 'host', 1, array['v1'], 1, 1, 1)",
    ):
        database.change(statement)
    tokens = [
        database.value("select current_token_id from install_intents where id = %s", each.intent.uuid)
        for each in (kept, spent)
    ]
    return Stock(
        published=uuid_of(offer.id),
        noted=uuid_of(noted.id),
        revoked=uuid_of(revoked.id),
        issued=tokens[0],
        redeemed=tokens[1],
        alive=uuid_of(kept.intent.id),
        handed_over=uuid_of(spent.intent.id),
        canceled=uuid_of(dropped.intent.id),
    )


def uuid_of(text: str) -> UUID:
    """The id as the database has it."""
    found = ids.decode(text.partition("_")[0], text)
    assert found is not None
    return found


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


OTHER: Final[dict[type[TypeEngine[Any]], LiteralString]] = {
    Uuid: "gen_random_uuid()",
    Text: "'other'",
    BigInteger: "987",
    Integer: "987",
    SmallInteger: "987",
    Boolean: "not is_prerelease",
    JSONB: """'{"other": 1}'""",
    LargeBinary: "sha256('other')",
}
"""Another value than any that stands in the tables, by the type of the column."""


def changed(column: Column[Any]) -> sql.Composed:
    """`column = <another value>`."""
    return sql.SQL("{} = {}").format(sql.Identifier(column.name), sql.SQL(OTHER[type(column.type)]))


def refused_changes(table: str, *free: str) -> Iterator[tuple[str, str]]:
    """Each column of a table but the free ones."""
    yield from ((table, column.name) for column in metadata.tables[table].columns if column.name not in free)


def assert_change_refused(database: Database, table: str, column: str, key: UUID | None) -> None:
    """Neither the owner nor the role that serves can give this row another value there."""
    where = sql.SQL("") if key is None else sql.SQL(" where id = {}").format(key)
    statement = sql.SQL("update {} set {}").format(
        sql.Identifier(table), changed(metadata.tables[table].columns[column])
    )
    with database.as_owner() as owner, pytest.raises(psycopg.Error) as refused:
        owner.execute(statement + where)
    assert refused.value.sqlstate == REFUSED_CHANGE
    with database.as_serving() as serving, pytest.raises(psycopg.Error) as refused:
        serving.execute(statement + where)
    assert refused.value.sqlstate in {REFUSED_CHANGE, "42501"}


@pytest.mark.parametrize("column", [name for _, name in refused_changes("releases")])
def test_i_rel_04_no_column_of_a_revoked_release_changes(stock: Stock, database: Database, column: str) -> None:
    assert_change_refused(database, "releases", column, stock.revoked)


@pytest.mark.parametrize("column", [name for _, name in refused_changes("releases", "status")])
def test_i_rel_04_no_column_of_a_published_release_changes_alone(stock: Stock, database: Database, column: str) -> None:
    assert_change_refused(database, "releases", column, stock.published)


@pytest.mark.parametrize("column", [name for _, name in refused_changes("install_tokens")])
def test_u_tok_04_no_column_of_a_redeemed_token_changes(stock: Stock, database: Database, column: str) -> None:
    assert_change_refused(database, "install_tokens", column, stock.redeemed)


@pytest.mark.parametrize("column", [name for _, name in refused_changes("install_tokens", "status", "ended_at_ms")])
def test_u_tok_03_what_an_issued_token_is_does_not_change(stock: Stock, database: Database, column: str) -> None:
    assert_change_refused(database, "install_tokens", column, stock.issued)


@pytest.mark.parametrize("column", [name for _, name in refused_changes("install_intents")])
def test_u_tok_04_no_column_of_an_intent_at_its_end_changes(stock: Stock, database: Database, column: str) -> None:
    assert_change_refused(database, "install_intents", column, stock.handed_over)
    assert_change_refused(database, "install_intents", column, stock.canceled)


@pytest.mark.parametrize(
    "column", [name for _, name in refused_changes("install_intents", "status", "current_token_id", "updated_at_ms")]
)
def test_what_an_intent_is_for_does_not_change(stock: Stock, database: Database, column: str) -> None:
    assert_change_refused(database, "install_intents", column, stock.alive)


@pytest.mark.parametrize(("table", "column"), [*refused_changes("audit_events"), *refused_changes("listing_revisions")])
def test_history_does_not_change(stock: Stock, database: Database, table: str, column: str) -> None:
    assert_change_refused(database, table, column, None)


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("listings", "id"),
        ("listings", "publisher_id"),
        ("listings", "asset_kind"),
        ("listings", "created_at_ms"),
        ("publishers", "id"),
        ("publishers", "owner_user_id"),
        ("publishers", "handle"),
        ("users", "id"),
        ("users", "external_id"),
    ],
)
def test_ownership_and_identity_do_not_change(stock: Stock, database: Database, table: str, column: str) -> None:
    assert_change_refused(database, table, column, None)


@pytest.mark.parametrize("table", ["releases", "audit_events", "listing_revisions"])
@pytest.mark.parametrize("statement", ["delete from {}", "truncate {} cascade"])
def test_i_rel_04_what_is_append_only_is_neither_deleted_nor_truncated(
    stock: Stock, database: Database, table: str, statement: str
) -> None:
    removal = statement.format(table).encode()
    with database.as_owner() as owner, pytest.raises(psycopg.Error) as refused:
        owner.execute(removal)
    assert refused.value.sqlstate == REFUSED_CHANGE
    with database.as_serving() as serving, pytest.raises(psycopg.errors.InsufficientPrivilege):
        serving.execute(removal)


def test_a_release_is_revoked_with_its_time_and_reason_and_its_notes_are_rendered_again(
    stock: Stock, database: Database
) -> None:
    revoke = "update releases set status = 'revoked', revoked_at_ms = 5, revoke_reason = 'Why.' where id = %s"
    render = "update releases set notes_html = 'other', notes_policy = notes_policy + 1 where id = %s"
    with database.as_owner() as owner, owner.transaction(force_rollback=True):
        assert owner.execute(revoke, [stock.published]).rowcount == 1
        assert owner.execute(render, [stock.noted]).rowcount == 1


@pytest.mark.parametrize("column", ["notes_markdown", "notes_html"])
def test_i_rel_04_notes_keep_their_source_and_change_their_html_with_the_policys_version_alone(
    stock: Stock, database: Database, column: str
) -> None:
    assert_change_refused(database, "releases", column, stock.noted)


def test_an_update_that_touches_another_number_of_rows_stops_the_transaction(database: Database) -> None:
    with database.as_serving() as serving:
        assert serving.execute("select must_touch(1, 1)").fetchone() == (1,)
        for touched in (0, 2):
            with pytest.raises(psycopg.Error) as refused:
                serving.execute("select must_touch(1, %s)", [touched])
            assert refused.value.sqlstate == WRONG_COUNT


needs_roles = pytest.mark.usefixtures("separate_roles")


@pytest.fixture
def separate_roles(database: Database) -> None:
    """Skip where one role owns the tables and serves."""
    if not database.cluster.separates_roles:
        pytest.skip("one role owns and serves here")


def forbidden(table: str) -> Iterator[str]:
    """What the serving role must not do to a table, as statements that would touch nothing."""
    grant = GRANTS[table]
    if not grant.insert:
        yield f"insert into {table} select * from {table} where false"
    if not grant.delete:
        yield f"delete from {table} where false"
    columns = ["version_num"] if table == "alembic_version" else metadata.tables[table].columns.keys()
    yield from (f"update {table} set {name} = {name} where false" for name in columns if name not in grant.update)
    yield f"truncate {table}"
    yield f"alter table {table} disable trigger all"
    yield f"alter table {table} add column sneaked integer"
    yield f"create index on {table} ((1))"
    yield f"create trigger sneaked before insert on {table} for each row execute function refuse_change()"
    yield f"drop table {table} cascade"


@needs_roles
@pytest.mark.parametrize("table", sorted(GRANTS))
def test_the_serving_role_can_do_nothing_to_a_table_but_what_is_granted(database: Database, table: str) -> None:
    with database.as_serving() as serving:
        for statement in forbidden(table):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                serving.execute(statement.encode())


def test_every_table_has_its_grants(database: Database) -> None:
    tables = {name for (name,) in database.rows("select tablename from pg_tables where schemaname = 'public'")}
    assert tables == GRANTS.keys()
    assert {table.name for table in metadata.sorted_tables} == GRANTS.keys() - {"alembic_version"}


@needs_roles
@pytest.mark.parametrize(
    "statement",
    [
        "create table sneaked (id integer)",
        "create temporary table sneaked (id integer)",
        "create schema sneaked",
        "create function sneaked() returns integer language sql as 'select 1'",
        "create or replace function must_touch(expected bigint, touched bigint) returns bigint"
        " language sql as 'select touched'",
        "drop function guard_release() cascade",
        "set session_replication_role = replica",
        "create role sneaked",
        "create database sneaked",
        "select pg_read_file('/etc/passwd')",
        "copy users to program 'true'",
    ],
)
def test_the_serving_role_can_do_nothing_beside_the_tables(database: Database, statement: str) -> None:
    with database.as_serving() as serving, pytest.raises(psycopg.errors.InsufficientPrivilege):
        serving.execute(statement.encode())


@needs_roles
def test_the_serving_role_cannot_become_another(database: Database) -> None:
    roles = [name for (name,) in database.rows("select rolname from pg_roles")]
    serving_role = database.cluster.serving.username
    with database.as_serving() as serving:
        for role in roles:
            if role == serving_role:
                continue
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                serving.execute(sql.SQL("set role {}").format(sql.Identifier(role)))


def test_two_rows_cannot_share_what_is_unique(stock: Stock, database: Database) -> None:
    for table in metadata.sorted_tables:
        copy = sql.SQL("insert into {0} select * from {0} limit 1").format(sql.Identifier(table.name))
        with database.as_owner() as owner, pytest.raises(psycopg.errors.UniqueViolation):
            owner.execute(copy)

"""What never changes again, tried by hand-written SQL as its owner and as the role that serves (spec 2.4, 2.5)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, LiteralString
from uuid import UUID

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

from fleetprompt.store.tables import metadata
from tests.store.conftest import Stock
from tests.support.databases import Database

REFUSED_CHANGE: Final = "FP002"
WRONG_COUNT: Final = "FP001"

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

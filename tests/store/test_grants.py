"""What the serving role may do, and that it can do nothing else (spec 8)."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from fleetprompt.store.grants import GRANTS
from fleetprompt.store.tables import metadata
from tests.support.databases import Database

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

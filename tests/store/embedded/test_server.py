"""Who reaches the embedded PostgreSQL, what each may do in it, and what it writes down (spec 7, 9)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from fleetprompt.store.embedded import EmbeddedDatabase, Role
from tests.store.embedded.clusters import (
    ME,
    NEEDS_ROOT,
    Creation,
    acquired,
    postmaster,
    python_as,
    server_pids,
    socket_dir,
)

INTRUDER = """
for path in map(Path, sys.argv[1:]):
    try:
        if path.name == ".s.PGSQL.5432":
            socket.socket(socket.AF_UNIX).connect(str(path))
        elif path.suffix or path.name == "PG_VERSION":
            path.open().close()
        else:
            os.listdir(path)
    except PermissionError:
        continue
    print("reached", path)
print("tried", len(sys.argv) - 1)
"""


@pytest.fixture(scope="module")
def database(created_by: Callable[[str], Creation]) -> Iterator[EmbeddedDatabase]:
    """One that runs for all of these tests."""
    with acquired(created_by(ME).data_dir) as found:
        yield found


def test_nothing_listens_on_tcp(database: EmbeddedDatabase) -> None:
    descriptors = Path(f"/proc/{postmaster(database.data_dir)}/fd").iterdir()
    held = {str(descriptor.readlink()) for descriptor in descriptors}
    sockets = {name.removeprefix("socket:[").removesuffix("]") for name in held if name.startswith("socket:[")}
    assert sockets
    for table in ("tcp", "tcp6", "udp", "udp6"):
        rows = [line.split() for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]]
        assert not sockets & {row[9] for row in rows}, table


@NEEDS_ROOT
@pytest.mark.parametrize("intruder", ["nobody", "daemon"])
def test_another_local_user_can_neither_connect_nor_read_secret_or_data(
    database: EmbeddedDatabase, intruder: str
) -> None:
    home = database.data_dir / "postgres"
    targets = [home, home / "passwords.json", home / "server.log", home / "data", home / "data" / "PG_VERSION"]
    targets += [home / "data" / "base", socket_dir(database), socket_dir(database) / ".s.PGSQL.5432"]
    assert all(path.exists() for path in targets)
    said, errors = python_as(intruder, INTRUDER, *targets).communicate()
    assert (said, errors) == (f"tried {len(targets)}\n", "")


@NEEDS_ROOT
def test_the_server_does_not_run_as_root(database: EmbeddedDatabase) -> None:
    assert Path(f"/proc/{postmaster(database.data_dir)}").stat().st_uid != 0


def test_every_role_needs_its_password_even_at_the_socket(database: EmbeddedDatabase) -> None:
    for role in Role:
        right = database.url(role, "postgres" if role is Role.SUPERUSER else "fleetprompt")
        password = urlsplit(right).password
        assert password
        psycopg.connect(right).close()
        for wrong in (right.replace(f":{password}@", "@"), right.replace(password, password[::-1])):
            with pytest.raises(psycopg.OperationalError, match="password"):
                psycopg.connect(wrong)


def test_the_serving_role_can_neither_create_nor_become_anything(database: EmbeddedDatabase) -> None:
    statements = (
        b"CREATE TABLE mine (id int)",
        b"CREATE TEMPORARY TABLE mine (id int)",
        b"CREATE SCHEMA mine",
        b"CREATE ROLE mine",
        b"CREATE EXTENSION pg_trgm",
        b"SET ROLE fleetprompt_owner",
        b"SET ROLE fleetprompt_superuser",
        b"SET session_replication_role = replica",
        b"ALTER SYSTEM SET fsync = off",
        b"COPY (SELECT 1) TO PROGRAM 'true'",
        b"SELECT pg_read_file('PG_VERSION')",
    )
    with psycopg.connect(database.serving_url, autocommit=True) as connection:
        for statement in statements:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


def test_the_serving_role_reaches_no_other_database(database: EmbeddedDatabase) -> None:
    for other in ("postgres", "template1"):
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(database.url(Role.APP, other))


def test_the_owner_creates_tables_and_the_extensions_but_is_no_superuser(database: EmbeddedDatabase) -> None:
    with psycopg.connect(database.owner_url) as connection:
        connection.execute("CREATE TABLE owned (id int)")
        connection.execute("CREATE EXTENSION pg_trgm")
        connection.execute("CREATE EXTENSION unaccent")
        assert connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone() == (False,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("COPY (SELECT 1) TO PROGRAM 'true'")
        connection.rollback()


def test_the_serving_role_works_under_safe_settings(database: EmbeddedDatabase) -> None:
    expected = {
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        "listen_addresses": "",
        "server_encoding": "UTF8",
        "TimeZone": "UTC",
        "lc_messages": "C",
    }
    with psycopg.connect(database.serving_url) as connection:
        rows = connection.execute("SELECT name, current_setting(name) FROM unnest(%s::text[]) AS name", ([*expected],))
        assert dict(rows.fetchall()) == expected


def test_letters_beyond_ascii_are_folded_and_order_is_by_code_point(database: EmbeddedDatabase) -> None:
    with psycopg.connect(database.serving_url) as connection:
        assert connection.execute("SELECT lower('ÄÖ'), 'a' > 'B'").fetchone() == ("äö", True)


def test_no_password_is_shown_or_logged(database: EmbeddedDatabase) -> None:
    passwords = json.loads((database.data_dir / "postgres" / "passwords.json").read_text()).values()
    assert len(set(passwords)) == len(Role)
    assert all(len(password) >= 32 for password in passwords)
    logged = "".join(path.read_text() for path in (database.data_dir / "postgres").glob("server.log*"))
    arguments = "".join(Path(f"/proc/{pid}/cmdline").read_text() for pid in server_pids(database.data_dir))
    assert logged
    assert not [password for password in passwords if password in repr(database) + logged + arguments]


def test_a_clients_error_is_not_written_to_the_servers_log(database: EmbeddedDatabase) -> None:
    with psycopg.connect(database.serving_url) as connection, pytest.raises(psycopg.errors.InvalidTextRepresentation):
        connection.execute("SELECT 'a-quoted-value'::int")
    assert "a-quoted-value" not in (database.data_dir / "postgres" / "server.log").read_text()

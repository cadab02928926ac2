"""The embedded PostgreSQL, which is the default: one server for each data folder, shared by the processes that use it.

`acquire` creates, starts or joins it; `EmbeddedDatabase.release` leaves it, and the last to leave stops it (spec 7, 9).
A server outlives a process that is killed, and the next `acquire` joins it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import quote

import psycopg
from psycopg import sql

from fleetprompt.store import embedded_server as server
from fleetprompt.store.embedded_folder import EmbeddedError, Folder, Role, load_passwords, open_folder, program
from fleetprompt.store.inspection import Connection

__all__ = ["DATABASE", "EmbeddedDatabase", "EmbeddedError", "Role", "acquire", "program"]

DATABASE: Final = "fleetprompt"
MAINTENANCE_DATABASE: Final = "postgres"


@dataclass
class _Registration:
    """The lock that tells others of this process, or None once it has been given back."""

    descriptor: int | None


@dataclass(frozen=True)
class EmbeddedDatabase:
    """A running embedded PostgreSQL, for as long as it is not released. Its URLs hold passwords: never log them."""

    data_dir: Path
    _folder: Folder = field(repr=False)
    _passwords: dict[Role, str] = field(repr=False)
    _registration: _Registration = field(repr=False)

    @property
    def serving_url(self) -> str:
        """For the role that serves: it owns nothing, and can create neither tables nor temporary ones."""
        return self.url(Role.APP)

    @property
    def owner_url(self) -> str:
        """For migrations: the role that owns the database, which is no superuser."""
        return self.url(Role.OWNER)

    def url(self, role: Role, database: str = DATABASE) -> str:
        """`postgresql://role:password@/database?host=...`, as libpq and SQLAlchemy read it."""
        host = quote(str(self._folder.socket_dir))
        return f"postgresql://{role}:{self._passwords[role]}@/{quote(database, safe='')}?host={host}"

    def ensure_running(self) -> None:
        """Start the server again where it has died; return at once where it has not (spec 9).

        Raises EmbeddedError where it does not start.
        """
        with _explained(self.data_dir):
            if not server.is_listening(self._folder):
                with server.turn(self._folder):
                    server.ensure_running(self._folder)

    def release(self) -> None:
        """Stop using the server; the last process to do so stops it cleanly. Releasing again does nothing."""
        with _explained(self.data_dir), server.turn(self._folder):
            descriptor, self._registration.descriptor = self._registration.descriptor, None
            if descriptor is not None:
                os.close(descriptor)
                _stop_unless_used(self._folder)

    def _maintenance(self) -> Connection:
        return psycopg.connect(self.url(Role.SUPERUSER, MAINTENANCE_DATABASE), autocommit=True)


def acquire(data_dir: Path, pause: server.Pause = time.sleep) -> EmbeddedDatabase:
    """Use the database of a data folder: create it the first time, start its server or join the one that runs.

    Returns when the server takes connections and holds the database and its roles. Each call is paired with one
    `release`; several processes may call at once. A killed process counts as released.
    pause: how it waits; what that raises gives the start up, and leaves nothing running that was not before.
    Raises EmbeddedError with what is wrong and how to mend it.
    """
    with _explained(data_dir):
        folder = open_folder(data_dir)
        with server.turn(folder, pause):
            return _join(folder, pause)


@contextmanager
def _explained(data_dir: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, psycopg.Error) as error:
        raise EmbeddedError(f"The embedded database in {data_dir} cannot be used: {error}") from error


def _join(folder: Folder, pause: server.Pause) -> EmbeddedDatabase:
    passwords = load_passwords(folder)
    server.initialise(folder, passwords)
    descriptor = server.register_user(folder)
    database = EmbeddedDatabase(folder.data_dir, folder, passwords, _Registration(descriptor))
    try:
        server.ensure_running(folder, pause)
        with database._maintenance() as connection:
            _refuse_other_folder(connection, folder)
            _create_roles(connection, passwords)
    except BaseException:
        os.close(descriptor)
        with suppress(EmbeddedError, OSError):
            _stop_unless_used(folder)
        raise
    return database


def _stop_unless_used(folder: Folder) -> None:
    if not server.has_users(folder):
        server.stop(folder)


def _refuse_other_folder(connection: Connection, folder: Folder) -> None:
    row = connection.execute("SHOW data_directory").fetchone()
    if row != (str(folder.cluster),):
        raise EmbeddedError(
            f"The server at {folder.socket_dir} works on {row and row[0]}, not on {folder.cluster}: "
            "it was started before the folder was moved. Stop what still uses it, then try again."
        )


def _create_roles(connection: Connection, passwords: dict[Role, str]) -> None:
    """Create what a new cluster lacks. The database comes last and whole, so where it exists there is nothing to do."""
    if connection.execute("SELECT FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone() is not None:
        return
    for role in (Role.OWNER, Role.APP):
        if connection.execute("SELECT FROM pg_roles WHERE rolname = %s", (role,)).fetchone() is None:
            verifier = connection.pgconn.encrypt_password(passwords[role].encode(), role.encode(), b"scram-sha-256")
            create = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}")
            connection.execute(create.format(sql.Identifier(role), sql.Literal(verifier.decode())))
    connection.execute("REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC")
    _create_database(connection)


def _create_database(connection: Connection) -> None:
    """Create the program's own database, complete or not at all."""
    for statement in (
        "DROP DATABASE IF EXISTS {staging} WITH (FORCE)",
        "CREATE DATABASE {staging} OWNER {owner}",
        "REVOKE ALL ON DATABASE {staging} FROM PUBLIC",
        "GRANT CONNECT ON DATABASE {staging} TO {app}",
        "ALTER DATABASE {staging} RENAME TO {name}",
    ):
        connection.execute(
            sql.SQL(statement).format(
                staging=sql.Identifier(f"{DATABASE}.new"),
                name=sql.Identifier(DATABASE),
                owner=sql.Identifier(Role.OWNER),
                app=sql.Identifier(Role.APP),
            )
        )

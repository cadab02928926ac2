"""Fresh databases: one PostgreSQL for a whole test run, migrated once into a template, and cheap copies of that.

Without `FLEETPROMPT_DATABASE_URL` it is the embedded one, in a folder of the run's own. With it, it is that server;
`FLEETPROMPT_MIGRATE_DATABASE_URL` then names the owner of the tables, and `SUPERUSER_DATABASE_URL` who creates the
databases where the owner has no CREATEDB.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url

from fleetprompt.store.embedded import Role, acquire
from fleetprompt.store.migrate import migrate
from tests.support.keys import key_ring
from tests.support.secrecy.exchanges import COLLECTED
from tests.support.secrecy.places import keep_dump, make_places, plant_in_database

SERVER_VARIABLE = "FLEETPROMPT_DATABASE_URL"
OWNER_VARIABLE = "FLEETPROMPT_MIGRATE_DATABASE_URL"
SUPERUSER_VARIABLE = "SUPERUSER_DATABASE_URL"
UNSAFE_AND_FAST = ("fsync", "synchronous_commit", "full_page_writes")


@dataclass(frozen=True)
class Run:
    """What all processes of one test run share. name: begins the names of its databases. folder: goes when it ends."""

    name: str
    folder: Path

    @classmethod
    def begin(cls) -> Self:
        """A new run, with a folder that the embedded server's account can cross."""
        folder = Path(tempfile.mkdtemp(prefix="fleetprompt-tests-"))
        folder.chmod(0o711)
        make_places(folder)
        return cls(f"fptest_{secrets.token_hex(4)}", folder)

    def end(self) -> None:
        """Remove what the run left on a server and on disk. Only the process that began it may end it."""
        if SERVER_VARIABLE in os.environ:
            _server_of_environment().drop_all(self.name)
        shutil.rmtree(self.folder, ignore_errors=True)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """One process of the run at a time."""
        with (self.folder / "turn.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


@dataclass(frozen=True)
class Cluster:
    """A PostgreSQL server by its roles. creator: may create databases, and is the superuser where there is one."""

    creator: URL
    owner: URL
    serving: URL
    has_superuser: bool

    @property
    def separates_roles(self) -> bool:
        """Whether the role that serves is another than the owner; without that no grant can be tried."""
        return self.owner.username != self.serving.username

    def create(self, name: str, template: str = "template1") -> Database:
        """A database of the owner's that the serving role may connect to, as the program itself makes them."""
        names = {"name": sql.Identifier(name), "template": sql.Identifier(template)}
        roles = {"owner": sql.Identifier(self.owner.username or ""), "app": sql.Identifier(self.serving.username or "")}
        with self._connect() as connection:
            for statement in (
                "create database {name} owner {owner} template {template} strategy file_copy",
                "revoke all on database {name} from public",
                "grant connect on database {name} to {app}",
            ):
                try:
                    connection.execute(sql.SQL(statement).format(**names, **roles))
                except psycopg.errors.InsufficientPrivilege as error:
                    raise PermissionError(
                        f"{self.creator.username} may not create the tests' databases: "
                        f"give it CREATEDB, or name a superuser in {SUPERUSER_VARIABLE}"
                    ) from error
        return Database(self, name)

    def drop(self, name: str) -> None:
        """Remove a database, ending the sessions in it."""
        with self._connect() as connection:
            connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))

    def drop_all(self, prefix: str) -> None:
        """Remove every database whose name begins with `prefix`."""
        with self._connect() as connection:
            found = connection.execute("select datname from pg_database where starts_with(datname, %s)", (prefix,))
            names = [name for (name,) in found.fetchall()]
        for name in names:
            self.drop(name)

    def set_unsafe_and_fast(self) -> None:
        """Trade durability, which no test of this server needs, for speed. A crash of the machine may lose it all."""
        with self._connect() as connection:
            for name in UNSAFE_AND_FAST:
                connection.execute(sql.SQL("alter system set {} = off").format(sql.Identifier(name)))
            connection.execute("select pg_reload_conf()")

    def _connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(_text(self.creator), autocommit=True)


@dataclass(frozen=True)
class Database:
    """One database, and the ways into it. Connections for tests are synchronous and commit every statement."""

    cluster: Cluster
    name: str
    is_fresh: bool = False
    _at_hand: list[psycopg.Connection[tuple[Any, ...]]] = field(default_factory=list, compare=False, repr=False)

    @property
    def serving_url(self) -> str:
        """For the role that serves: what the application gets."""
        return self._url(self.cluster.serving)

    @property
    def owner_url(self) -> str:
        """For the role that owns the tables."""
        return self._url(self.cluster.owner)

    @contextmanager
    def as_owner(self) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
        """Connected as the tables' owner."""
        with self._connect(self.cluster.owner) as connection:
            yield connection

    @contextmanager
    def as_serving(self) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
        """Connected as the role that serves, with nothing but its grants."""
        with self._connect(self.cluster.serving) as connection:
            yield connection

    @contextmanager
    def as_superuser(self) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
        """Connected as the superuser. Needs `cluster.has_superuser`, which the embedded server always has."""
        if not self.cluster.has_superuser:
            raise LookupError(f"{SUPERUSER_VARIABLE} names no superuser for this server")
        with self._connect(self.cluster.creator) as connection:
            yield connection

    @contextmanager
    def at_hand(self) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
        """Connected as the tables' owner for single statements; in a fresh database by one connection that stays.

        A new one costs as much as dozens of statements: its server process begins with empty caches.
        """
        if not self.is_fresh:
            with self.as_owner() as connection:
                yield connection
            return
        connection = self._at_hand.pop() if self._at_hand else self._connect(self.cluster.owner)
        if not _answers(connection):
            connection = self._connect(self.cluster.owner)
        try:
            yield connection
        finally:
            self._at_hand.append(connection)

    def close(self) -> None:
        """Let go of what stayed."""
        while self._at_hand:
            self._at_hand.pop().close()

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """What the owner reads with one statement; parameters are `%s`."""
        with self.at_hand() as connection:
            return connection.execute(query.encode(), values).fetchall()

    def value(self, query: str, *values: object) -> Any:
        """The only column of the only row of `rows`."""
        ((value,),) = self.rows(query, *values)
        return value

    def change(self, statement: str, *values: object) -> int:
        """Change something as the owner, behind the application's back; returns how many rows it touched."""
        with self.at_hand() as connection:
            return connection.execute(statement.encode(), values).rowcount

    def _url(self, role: URL) -> str:
        return _text(role.set(database=self.name))

    def _connect(self, role: URL) -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(self._url(role), autocommit=True, options="-c lock_timeout=5000 -c timezone=UTC")


def _answers(connection: psycopg.Connection[tuple[Any, ...]]) -> bool:
    """Whether nobody ended it meanwhile; tests kill connections and servers."""
    try:
        connection.execute("select")
    except psycopg.OperationalError:
        return False
    return True


def _text(url: URL) -> str:
    return url.render_as_string(hide_password=False)


def _server_of_environment() -> Cluster:
    serving = make_url(os.environ[SERVER_VARIABLE])
    owner = make_url(os.environ.get(OWNER_VARIABLE, os.environ[SERVER_VARIABLE]))
    superuser = os.environ.get(SUPERUSER_VARIABLE)
    creator = owner.set(database="postgres") if superuser is None else make_url(superuser)
    return Cluster(creator, owner, serving, has_superuser=superuser is not None)


def _collected(cluster: Cluster) -> Cluster:
    COLLECTED.add(*(role.password or "" for role in (cluster.creator, cluster.owner, cluster.serving)))
    return cluster


@contextmanager
def open_cluster(run: Run) -> Iterator[Cluster]:
    """The run's PostgreSQL, for as long as this process needs it; the last one to leave the embedded one stops it."""
    if SERVER_VARIABLE in os.environ:
        yield _collected(_server_of_environment())
        return
    embedded = acquire(run.folder / "data")
    try:
        creator, owner, serving = (
            make_url(embedded.url(role, "postgres")) for role in (Role.SUPERUSER, Role.OWNER, Role.APP)
        )
        yield _collected(Cluster(creator, owner, serving, has_superuser=True))
    finally:
        embedded.release()


def template_of(cluster: Cluster, run: Run) -> str:
    """The name of the run's migrated template; whichever process comes first makes it."""
    name, is_ready = f"{run.name}_template", run.folder / "template.ready"
    with run.turn():
        if not is_ready.exists():
            if SERVER_VARIABLE not in os.environ:
                cluster.set_unsafe_and_fast()
            database = cluster.create(name)
            migrate(database.owner_url, database.serving_url)
            for version, fingerprint in key_ring().fingerprints.items():
                database.change("insert into key_versions values (%s, %s, 0)", version, fingerprint)
            plant_in_database(cluster.create(f"{run.name}_planted").owner_url, run.folder, run.name)
            is_ready.touch()
    return name


@contextmanager
def fresh_database(cluster: Cluster, run: Run, template: str) -> Iterator[Database]:
    """An empty, migrated database, dropped at the end; what stood in its tables is kept for the search for secrets."""
    database = replace(cluster.create(f"{run.name}_{secrets.token_hex(4)}", template), is_fresh=True)
    try:
        yield database
        keep_dump(database.owner_url, run.folder)
    finally:
        database.close()
        cluster.drop(database.name)

"""The whole examination: each theme in turn, and what follows where an earlier one cannot be looked at."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

import psycopg

from fleetprompt.clock import SystemClock
from fleetprompt.commands.doctor import disk, exposure, files, keys, limiter, liveness, roles, schema, timing
from fleetprompt.commands.doctor.report import Finding, Report, Theme, unknown
from fleetprompt.jobs import JOBS
from fleetprompt.runtime import job_runs, key_versions, processes
from fleetprompt.secrets import KeyRing, KeyRingError, load_or_create
from fleetprompt.settings import Settings, SettingsError, load
from fleetprompt.store import inspection
from fleetprompt.store.embedded import EmbeddedError, acquire
from fleetprompt.store.inspection import Connection, Role, Writes

SETTINGS: Final = "Settings"
IN_ROWS: Final = (keys.NAME, timing.JOBS, liveness.NAME)
IN_SCHEMA: Final = (schema.EXTENSIONS, schema.TRIGGERS, roles.NAME, *IN_ROWS)
IN_DATABASE: Final = (schema.DATABASE, schema.MIGRATIONS, timing.CLOCK, *IN_SCHEMA)


def examine() -> Report:
    """Look at everything that can be looked at in this environment."""
    try:
        settings = load(os.environ)
    except SettingsError as error:
        problems = str(error).splitlines()[1:]
        findings = tuple(Finding(problem.strip(), "Set or unset the variable as said.") for problem in problems)
        rest = (files.NAME, disk.NAME, *IN_DATABASE, limiter.NAME, exposure.NAME)
        return Report((Theme(SETTINGS, "of this environment", findings), *_waiting(rest, "settings")))
    return Report(
        (Theme(SETTINGS, "of this environment"), files.look(settings), disk.look(settings), *_beyond_files(settings))
    )


def _beyond_files(settings: Settings) -> list[Theme]:
    role = None
    try:
        with _database(settings) as url, inspection.looking(url) as connection:
            role = inspection.role(connection)
            themes = [*_in_database(settings, connection, role, inspection.writes(url))]
    except (psycopg.Error, EmbeddedError) as error:
        away = Finding(f"The database cannot be used: {error}", "Start it, or mend the address that names it.")
        themes = [Theme(schema.DATABASE, "not reached", (away,)), *_waiting(IN_DATABASE[1:], "database")]
    return [*themes, limiter.look(settings), exposure.look(settings, role)]


def _in_database(settings: Settings, connection: Connection, role: Role, writes: Writes) -> Iterator[Theme]:
    yield schema.look_at_server(connection, writes)
    migrations = schema.look_at_migrations(connection)
    yield migrations
    yield timing.look_at_clock(SystemClock().now_ms(), inspection.now_ms(connection))
    if migrations.findings:
        yield from _waiting(IN_SCHEMA, "migrations")
        return
    yield schema.look_at_extensions(connection)
    yield schema.look_at_triggers(connection)
    yield roles.look(role, inspection.privileges(connection))
    try:
        yield from _in_rows(settings, connection, writes)
    except psycopg.errors.InsufficientPrivilege:
        yield from _waiting(IN_ROWS, "grants")


def _in_rows(settings: Settings, connection: Connection, writes: Writes) -> Iterator[Theme]:
    now_ms = SystemClock().now_ms()
    (found,) = inspection.read(connection, key_versions.in_use(now_ms))
    runs = inspection.read(connection, job_runs.all_runs())
    living = inspection.read(connection, processes.alive())
    host = processes.this_host()
    silent = inspection.read(connection, processes.silent(host))
    ring = _key_ring(settings)
    yield keys.look(settings, ring, found, living) if isinstance(ring, KeyRing) else ring
    if writes is not Writes.TAKEN:
        yield from _waiting((timing.JOBS, liveness.NAME), "a database that takes writes")
        return
    yield timing.look_at_jobs(JOBS, runs, found.first_seen_at_ms, now_ms)
    yield liveness.look(host, living, silent)


def _key_ring(settings: Settings) -> KeyRing | Theme:
    if settings.master_keys is not None:
        return settings.master_keys
    if not settings.key_ring_path.exists():
        return _waiting([keys.NAME], "files")[0]
    try:
        return load_or_create(settings.key_ring_path)
    except KeyRingError as error:
        return Theme(keys.NAME, "not read", (Finding(str(error), "Mend the file, or put it back from its backup."),))


@contextmanager
def _database(settings: Settings) -> Iterator[str]:
    """The serving role's URL. The embedded server is started for as long as this lasts, unless it runs."""
    if settings.database_url is not None:
        yield settings.database_url.reveal()
        return
    if not (settings.data_dir / "postgres" / "data").is_dir():
        raise EmbeddedError(f"there is none in {settings.data_dir} yet; `fleetprompt serve` creates it.")
    embedded = acquire(settings.data_dir)
    try:
        yield embedded.serving_url
    finally:
        embedded.release()


def _waiting(names: Iterable[str], what: str) -> list[Theme]:
    return [unknown(name, f"not looked at: {what} first") for name in names]

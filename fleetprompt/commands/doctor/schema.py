"""The database itself: its version, its migrations, and the triggers that bind every role (spec 2, 8)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from fleetprompt.commands.doctor.report import Finding, Theme
from fleetprompt.store import guards, inspection, migrate, restoration
from fleetprompt.store.inspection import Writes

DATABASE: Final = "Database"
MIGRATIONS: Final = "Migrations"
EXTENSIONS: Final = "Extensions"
TRIGGERS: Final = "Triggers"
NEEDED_EXTENSIONS: Final = ("plpgsql",)
VERSION_MIN: Final = 150_000
NO_WRITES: Final = {
    Writes.STANDBY: Finding(
        "The database is a standby and takes no writes: reads are answered, everything else is UNAVAILABLE.",
        "Name the primary in FLEETPROMPT_DATABASE_URL; or where this is to be the primary now, promote it as a "
        "superuser: select pg_promote(). Servers that run take it up by themselves.",
    ),
    Writes.READ_ONLY: Finding(
        "The database was set read only and takes no writes: reads are answered, everything else is UNAVAILABLE.",
        "Take that back where it was set, for the database, the role or the server: default_transaction_read_only.",
    ),
}


def look_at_server(connection: inspection.Connection, writes: Writes) -> Theme:
    """Whether the server is new enough, and takes writes."""
    version = inspection.server_version(connection)
    shown = f"PostgreSQL {version // 10_000}.{version % 10_000}"
    findings = [NO_WRITES[writes]] if writes in NO_WRITES else []
    if version < VERSION_MIN:
        findings.append(Finding(f"{shown} is too old.", f"Move to PostgreSQL {VERSION_MIN // 10_000} or newer."))
    return Theme(DATABASE, shown, tuple(findings))


def look_at_migrations(connection: inspection.Connection) -> Theme:
    """Whether the schema is this version's."""
    if restoration.unfinished(connection) is not None:
        unfinished = Finding("A restore of this database was not finished.", "fleetprompt restore FILE")
        return Theme(MIGRATIONS, "being restored", (unfinished,))
    standing, needed = migrate.standing(connection), migrate.head()
    at = standing.at
    if standing.fits:
        return Theme(
            MIGRATIONS, f"at {at}" if at == needed else f"at {at}, ahead of this version, which it still serves"
        )
    behind = Finding(
        f"The database is at migration {at or 'none'}, this version needs {needed}.", "fleetprompt migrate"
    )
    return Theme(MIGRATIONS, f"at {at or 'none'}", (behind,))


def look_at_extensions(connection: inspection.Connection) -> Theme:
    """Whether the database has what its functions are written in; it needs nothing that a server lacks by itself."""
    there = inspection.extensions(connection)
    missing = tuple(
        Finding(f"The extension {name} is missing.", f"As a superuser, in this database: create extension {name}")
        for name in NEEDED_EXTENSIONS
        if name not in there
    )
    return Theme(EXTENSIONS, f"needs {', '.join(NEEDED_EXTENSIONS)}", missing)


def look_at_triggers(connection: inspection.Connection) -> Theme:
    """Whether the database refuses what it must, whoever asks."""
    return Theme(TRIGGERS, f"{len(guards.TRIGGERS)} guard the tables", tuple(_missing(inspection.triggers(connection))))


def _missing(found: dict[str, str]) -> Iterator[Finding]:
    for name, table in guards.TRIGGERS.items():
        if found.get(name) != table:
            yield Finding(
                f"The trigger {name} on {table} is missing or disabled.",
                f"Enable {name} on {table} again as the owner; where it is gone, restore the schema.",
            )

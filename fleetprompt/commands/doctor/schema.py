"""The database itself: its version, its migrations, and the triggers that bind every role (spec 2, 8)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from fleetprompt.commands.doctor.report import Finding, Theme
from fleetprompt.store import guards, inspection, migrate

DATABASE: Final = "Database"
MIGRATIONS: Final = "Migrations"
TRIGGERS: Final = "Triggers"
VERSION_MIN: Final = 150_000


def look_at_version(connection: inspection.Connection) -> Theme:
    """Whether the server is new enough."""
    version = inspection.server_version(connection)
    shown = f"PostgreSQL {version // 10_000}.{version % 10_000}"
    if version >= VERSION_MIN:
        return Theme(DATABASE, shown)
    too_old = Finding(f"{shown} is too old.", f"Move to PostgreSQL {VERSION_MIN // 10_000} or newer.")
    return Theme(DATABASE, shown, (too_old,))


def look_at_migrations(connection: inspection.Connection) -> Theme:
    """Whether the schema is this version's."""
    at, needed = migrate.revision(connection), migrate.head()
    if at == needed:
        return Theme(MIGRATIONS, f"at {at}")
    behind = Finding(
        f"The database is at migration {at or 'none'}, this version needs {needed}.", "fleetprompt migrate"
    )
    return Theme(MIGRATIONS, f"at {at or 'none'}", (behind,))


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

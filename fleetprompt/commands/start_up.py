"""What must be in order before anything works on an instance: its schema, and the keys that its rows need (spec 7)."""

from __future__ import annotations

import psycopg

from fleetprompt.clock import SystemClock
from fleetprompt.commands.instance import Failure, Instance, explained
from fleetprompt.commands.operations import run_as_system
from fleetprompt.errors import Refusal
from fleetprompt.fields import NoArguments
from fleetprompt.runtime.key_versions import (
    KeysInUse,
    RecordedVersions,
    in_use,
    problems_of,
    record_key_versions,
)
from fleetprompt.store import inspection, migrate, restoration
from fleetprompt.store.migrate import MigrationError

MEND_KEYS = "Put the missing key back, in FLEETPROMPT_MASTER_KEYS or in {path}: what is live still needs it."


def bring_up_to_date(instance: Instance) -> None:
    """Migrate the embedded database, or insist that another one was migrated; then look at the keys.

    New key versions are recorded. Raises Failure where the database is away or behind, or the ring is not the one that
    the database needs.
    """
    try:
        _settle_schema(instance)
        with inspection.looking(instance.serving_url) as connection:
            (found,) = inspection.read(connection, in_use(SystemClock().now_ms()))
    except MigrationError as error:
        raise Failure(str(error)) from error
    except psycopg.errors.InsufficientPrivilege as error:
        mend = "Run: fleetprompt migrate, or where a restore was stopped: fleetprompt restore FILE"
        raise Failure(f"The serving role lacks its grants ({error}). {mend}") from error
    except psycopg.Error as error:
        raise Failure(f"The database cannot be reached: {error}") from error
    _settle_keys(instance, found)


def _settle_schema(instance: Instance) -> None:
    own_url = instance.serving_url if instance.embedded is None else instance.owner_url
    with inspection.looking(own_url) as connection:
        if restoration.unfinished(connection) is not None:
            raise Failure("A restore of this database was not finished. Go on with: fleetprompt restore FILE")
    if instance.embedded is not None:
        try:
            migrate.migrate(instance.owner_url, instance.serving_url)
        except MigrationError as error:
            raise Failure(str(error)) from error
    with inspection.looking(instance.serving_url) as connection:
        standing = migrate.standing(connection)
    if not standing.fits:
        needed, at = migrate.head(), standing.at or "none"
        mend = "Upgrade fleetprompt." if at > needed and standing.at else "Run: fleetprompt migrate"
        raise Failure(f"The database is at migration {at}, this version needs {needed}. {mend}")


def _settle_keys(instance: Instance, found: KeysInUse) -> None:
    if problems := problems_of(instance.ring, found):
        told = [*map(str, problems), MEND_KEYS.format(path=instance.settings.key_ring_path)]
        raise Failure("\n".join(told))
    if set(instance.ring.versions) <= set(found.recorded):
        return
    try:
        run_as_system(instance, record_key_versions, NoArguments(), RecordedVersions)
    except Refusal as refusal:
        raise Failure(f"The keys could not be recorded: {explained(refusal)}") from refusal

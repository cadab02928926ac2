"""`fleetprompt backup` (spec 7)."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec
import psycopg

from fleetprompt import __version__
from fleetprompt.clock import SystemClock
from fleetprompt.commands.instance import Failure, Instance, open_instance, read_settings
from fleetprompt.commands.start_up import bring_up_to_date
from fleetprompt.runtime.key_versions import in_use
from fleetprompt.store import backup as backups
from fleetprompt.store import inspection, migrate
from fleetprompt.store.backup import BackupError, Manifest


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print what was backed up as JSON.")
def backup(file: Path, as_json: bool) -> None:
    """Back up the database to FILE, which must not exist, as it is at one moment, beside whatever serves.

    The keys are not in it: it names the versions that it needs, and they are backed up apart. The exit code is 0 when
    FILE is whole and on disk, and 1 otherwise.
    """
    with open_instance(read_settings()) as instance:
        bring_up_to_date(instance)
        try:
            manifest, size = _write(instance, file)
        except (BackupError, psycopg.Error) as error:
            raise Failure(f"Nothing was backed up: {error}") from error
    if as_json:
        click.echo(msgspec.json.encode({"file": str(file), "bytes": size, "manifest": manifest}).decode())
        return
    needed = ", ".join(manifest.key_versions) or "none"
    click.echo(f"{file} holds the database of {size / 1_000_000:.1f} MB, at migration {manifest.migration}.")
    click.echo(f"To restore it takes the keys {needed}, which are not in it: back them up apart.")


def _write(instance: Instance, file: Path) -> tuple[Manifest, int]:
    now_ms = SystemClock().now_ms()
    with backups.snapshot(instance.owner_url) as (connection, name):
        (found,) = inspection.read(connection, in_use(now_ms))
        marks = instance.ring.fingerprints
        manifest = Manifest(
            created_at_ms=now_ms,
            fleetprompt=__version__,
            migration=migrate.standing(connection).at or "",
            postgresql=inspection.server_version(connection) // 10_000,
            key_versions={version: marks[version] for version in sorted(found.named_by)},
        )
        return manifest, backups.write(file, instance.owner_url, name, manifest)

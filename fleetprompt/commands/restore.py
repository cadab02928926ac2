"""`fleetprompt restore` (spec 7)."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import click
import msgspec
import psycopg

from fleetprompt.accounts.end_sessions import EndSessions, end_sessions
from fleetprompt.accounts.review_keys import LiveKeys, ReviewKeys, review_keys
from fleetprompt.authz import SYSTEM
from fleetprompt.clock import SystemClock
from fleetprompt.commands.batches import until_none_is_left
from fleetprompt.commands.instance import Failure, Instance, explained, open_instance, read_settings
from fleetprompt.commands.operations import mutate, work_on
from fleetprompt.errors import Refusal
from fleetprompt.installs.revoke_tokens import RevokeTokens, revoke_tokens
from fleetprompt.runtime.finish_restore import FinishRestore, Restored, finish_restore
from fleetprompt.runtime.run import ask
from fleetprompt.runtime.services import Services
from fleetprompt.secrets import KeyRing, KeyRingError, load
from fleetprompt.settings import Settings
from fleetprompt.store import backup as backups
from fleetprompt.store import migrate, restoration
from fleetprompt.store.backup import BackupError, Manifest
from fleetprompt.store.migrate import MigrationError


class Report(msgspec.Struct, frozen=True, rename="camel"):
    """What came of a restore. review: keys that were alive when the backup was made."""

    backup_created_at_ms: int
    restored_at_ms: int
    install_tokens_revoked: int
    sessions_ended: int
    review: LiveKeys


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print what was done, and the keys to review, as JSON.")
def restore(file: Path, as_json: bool) -> None:
    """Restore the backup FILE into an empty database, with the keys that it needs.

    Before anything can serve, issued install tokens are revoked, sessions ended, and signatures made until now refused;
    API and partner keys are listed, for one that was revoked after the backup is alive again. A restore that was
    stopped goes on when it is run again. The exit code is 0 when the instance can serve, and 1 otherwise.
    """
    settings = read_settings()
    try:
        manifest = backups.read_manifest(file)
        _refuse_missing_keys(settings, manifest)
        with open_instance(settings) as instance:
            event_id = _loaded(instance, file, manifest)
            migrate.upgrade(instance.owner_url)
            as_owner = dataclasses.replace(instance, serving_url=instance.owner_url)
            report = work_on(as_owner, lambda services: _settle(services, event_id, manifest))
            migrate.grant(instance.owner_url, instance.serving_url)
    except (BackupError, MigrationError, psycopg.Error) as error:
        raise Failure(f"Nothing can serve yet: {error}") from error
    except Refusal as refusal:
        raise Failure(f"The restore is not finished: {explained(refusal)} Run it again to go on.") from refusal
    click.echo(msgspec.json.encode(report).decode() if as_json else _shown(report))


def _refuse_missing_keys(settings: Settings, manifest: Manifest) -> None:
    held = _ring(settings)
    marks = {} if held is None else held.fingerprints
    missing = [f"{version} ({mark})" for version, mark in manifest.key_versions.items() if marks.get(version) != mark]
    if missing:
        raise Failure(
            f"The backup needs the keys {', '.join(missing)}, by version and fingerprint. Put them back first, in "
            f"FLEETPROMPT_MASTER_KEYS or in {settings.key_ring_path}; nothing was restored."
        )


def _ring(settings: Settings) -> KeyRing | None:
    try:
        return settings.master_keys or load(settings.key_ring_path)
    except KeyRingError as error:
        raise Failure(str(error)) from error


def _loaded(instance: Instance, file: Path, manifest: Manifest) -> UUID:
    """Load the dump, unless an earlier attempt did; the event of this restore."""
    if manifest.migration > migrate.head():
        raise Failure(f"The backup is at migration {manifest.migration}, this version knows {migrate.head()}: upgrade.")
    with psycopg.connect(instance.owner_url, autocommit=True) as connection:
        place = restoration.look(connection)
        if place.unfinished is not None:
            return place.unfinished
        if place.tables:
            raise Failure(
                "The database is not empty. Restore into an empty one: name another FLEETPROMPT_DATA_DIR, or a new "
                "database in FLEETPROMPT_DATABASE_URL and FLEETPROMPT_MIGRATE_DATABASE_URL."
            )
        if place.major < manifest.postgresql:
            raise Failure(
                f"The backup is of PostgreSQL {manifest.postgresql}; this server is {place.major}, which cannot take "
                f"it. Restore into PostgreSQL {manifest.postgresql} or newer."
            )
        backups.load(file, instance.owner_url, place.major)
        return restoration.mark(connection, manifest.migration, SystemClock().now_ms())


async def _settle(services: Services, event_id: UUID, manifest: Manifest) -> Report:
    """End what must not come back to life, then let the instance serve."""
    tokens = await until_none_is_left(services, revoke_tokens, RevokeTokens(cause=event_id))
    sessions = await until_none_is_left(services, end_sessions, EndSessions(cause=event_id))
    review = await ask(review_keys, services, SYSTEM, ReviewKeys())
    command = FinishRestore(
        event=event_id,
        backup_created_at_ms=manifest.created_at_ms,
        install_tokens_revoked=tokens,
        sessions_ended=sessions,
    )
    restored = await mutate(services, finish_restore, command, Restored)
    return Report(manifest.created_at_ms, restored.restored_at_ms, tokens, sessions, review)


def _shown(report: Report) -> str:
    made = datetime.fromtimestamp(report.backup_created_at_ms / 1000, UTC)
    partners, programs = report.review.partner_keys, report.review.api_keys
    lines = [
        f"Restored as it was on {made:%Y-%m-%d at %H:%M:%S} UTC. Everything after that is gone.",
        f"Install tokens revoked: {report.install_tokens_revoked}. Sessions ended: {report.sessions_ended}. "
        "Signatures made until now are refused.",
        "Review these: a key that was revoked after the backup is alive again.",
        *(f"  {key.target_system}  {key.partner_key_id}  {key.label or ''}".rstrip() for key in partners),
        *(f"  {key.user_id}  {key.api_key_id}  {key.name}" for key in programs),
    ]
    return "\n".join(lines if partners or programs else lines[:2])

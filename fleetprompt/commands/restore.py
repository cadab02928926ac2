"""`fleetprompt restore` (spec 7)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import UUID

import click
import msgspec
import psycopg

from fleetprompt.accounts.end_sessions import EndSessions, end_sessions
from fleetprompt.accounts.review_keys import LiveKeys, review_keys
from fleetprompt.accounts.revoke_all_keys import RevokeAllKeys, revoke_all_keys
from fleetprompt.authz import SYSTEM
from fleetprompt.clock import SystemClock
from fleetprompt.commands.batches import until_none_is_left
from fleetprompt.commands.instance import Failure, Instance, explained, open_instance, read_settings
from fleetprompt.commands.operations import mutate, work_on
from fleetprompt.errors import Refusal
from fleetprompt.fields import NoArguments
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
from fleetprompt.store.restoration import Finished, Place


class Report(msgspec.Struct, frozen=True, rename="camel"):
    """What came of a restore. review: what is alive now and may have ended after the backup was made.

    revoked: the keys that were ended because they were to be, for giving out new ones.
    """

    backup_created_at_ms: int
    restored_at_ms: int
    install_tokens_revoked: int
    sessions_ended: int
    review: LiveKeys
    revoked: LiveKeys | None = None


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--revoke-keys", is_flag=True, help="End every partner and API key too, and say who needs new ones.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done, and what to review, as JSON.")
def restore(file: Path, revoke_keys: bool, as_json: bool) -> None:
    """Restore the backup FILE into an empty database, with the keys that it needs.

    Before anything can serve, issued install tokens are revoked, sessions ended, and signatures made until now refused.
    What was revoked after the backup is alive again, and the backup does not know of it: API keys, partner keys and
    admins are listed for review, and --revoke-keys ends all keys instead. A restore that was stopped, or whose end is
    not known, goes on when it is run again. The exit code is 0 when the instance can serve, and 1 otherwise.
    """
    settings, manifest = read_settings(), _manifest(file)
    _refuse_missing_keys(settings, manifest)
    try:
        with open_instance(settings) as instance:
            begun = _loaded(instance, file, manifest)
            migrate.upgrade(instance.owner_url)
            as_owner = dataclasses.replace(instance, serving_url=instance.owner_url)
            settle = partial(_settle, begun=begun, manifest=manifest, with_keys=revoke_keys)
            report = work_on(as_owner, settle)
            migrate.grant(instance.owner_url, instance.serving_url)
    except (BackupError, MigrationError, psycopg.Error) as error:
        raise Failure(f"Nothing can serve yet: {error}\nWhen that is mended, run the same command again.") from error
    except Refusal as refusal:
        raise Failure(f"The restore is not finished: {explained(refusal)} Run it again to go on.") from refusal
    click.echo(msgspec.json.encode(report).decode() if as_json else _shown(report))


def _manifest(file: Path) -> Manifest:
    try:
        return backups.read_manifest(file)
    except BackupError as error:
        raise Failure(f"Nothing was restored: {error}") from error


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


def _loaded(instance: Instance, file: Path, manifest: Manifest) -> UUID | Finished:
    """Load the dump, unless an earlier attempt did; the event of this restore, or all of it where it had ended."""
    if manifest.migration > migrate.head():
        raise Failure(f"The backup is at migration {manifest.migration}, this version knows {migrate.head()}: upgrade.")
    with psycopg.connect(instance.owner_url, autocommit=True) as connection:
        place = restoration.look(connection)
        if place.unfinished is not None:
            return place.unfinished
        if place.finished is not None and place.finished.backup_created_at_ms == manifest.created_at_ms:
            return _unused(instance, place.finished)
        if place.tables:
            raise Failure(_in_use(instance, place))
        if place.major < manifest.postgresql:
            raise Failure(
                f"The backup is of PostgreSQL {manifest.postgresql}; this server is {place.major}, which cannot take "
                f"it. Restore into PostgreSQL {manifest.postgresql} or newer."
            )
        if not place.may_create:
            raise Failure(f"This role may not make tables there; nothing was restored. {migrate.NAME_THE_OWNER}")
        backups.load(file, instance.owner_url, place.major)
        return restoration.mark(connection, manifest.migration, SystemClock().now_ms())


def _unused(instance: Instance, finished: Finished) -> Finished:
    if finished.is_used:
        raise Failure(
            f"This backup was restored here on {_moment(finished.restored_at_ms)}, and the instance has been used "
            f"since: nothing is left to be done. To go back to the backup once more, {_empty_place(instance)}"
        )
    return finished


def _in_use(instance: Instance, place: Place) -> str:
    if place.is_unmarked:
        return f"An earlier restore was stopped while it was loading. To begin anew, {_empty_place(instance)}"
    return f"The database is not empty, and nothing was changed. To restore, {_empty_place(instance)}"


def _empty_place(instance: Instance) -> str:
    if instance.embedded is not None:
        return (
            "name another folder in FLEETPROMPT_DATA_DIR, with a copy of the keys in it; or with every server stopped, "
            f"move {instance.settings.data_dir / 'postgres'} away, which is the database that is there now."
        )
    return (
        "create a new database and name it in FLEETPROMPT_DATABASE_URL and FLEETPROMPT_MIGRATE_DATABASE_URL; "
        "the one that is there now stays as it is."
    )


async def _settle(services: Services, *, begun: UUID | Finished, manifest: Manifest, with_keys: bool) -> Report:
    """End what must not come back to life, then let the instance serve."""
    event = begun.event if isinstance(begun, Finished) else begun
    found = await ask(review_keys, services, SYSTEM, NoArguments())
    if with_keys:
        await until_none_is_left(services, revoke_all_keys, RevokeAllKeys(cause=event))
    left = await ask(review_keys, services, SYSTEM, NoArguments()) if with_keys else found
    finished = begun if isinstance(begun, Finished) else await _finish(services, event, manifest)
    return Report(
        manifest.created_at_ms,
        finished.restored_at_ms,
        finished.install_tokens_revoked,
        finished.sessions_ended,
        review=left,
        revoked=LiveKeys(found.partner_keys, found.api_keys, []) if with_keys else None,
    )


async def _finish(services: Services, event: UUID, manifest: Manifest) -> Finished:
    tokens = await until_none_is_left(services, revoke_tokens, RevokeTokens(cause=event))
    sessions = await until_none_is_left(services, end_sessions, EndSessions(cause=event))
    command = FinishRestore(
        event=event,
        backup_created_at_ms=manifest.created_at_ms,
        install_tokens_revoked=tokens,
        sessions_ended=sessions,
    )
    restored = await mutate(services, finish_restore, command, Restored)
    return Finished(event, restored.restored_at_ms, manifest.created_at_ms, tokens, sessions, is_used=False)


def _moment(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1000, UTC):%Y-%m-%d at %H:%M:%S} UTC"


def _shown(report: Report) -> str:
    lines = [
        f"Restored as it was on {_moment(report.backup_created_at_ms)}. Everything after that is gone: what was "
        "revoked, suspended or withdrawn since is not any more.",
        f"Install tokens revoked: {report.install_tokens_revoked}. Sessions ended: {report.sessions_ended}. "
        "Signatures made until now are refused.",
    ]
    if report.revoked is not None:
        revoked = [*_keys(report.revoked)]
        lines += ["Every key was revoked. These need new ones:" if revoked else "There was no key to revoke.", *revoked]
    if report.review.partner_keys or report.review.api_keys:
        lines += ["Review these keys, or run this again with --revoke-keys to end all:", *_keys(report.review)]
    if report.review.admins:
        lines += ["These are admins:", *(f"  {admin.user_id}  {admin.email}" for admin in report.review.admins)]
    return "\n".join(lines)


def _keys(keys: LiveKeys) -> Iterator[str]:
    for partner in keys.partner_keys:
        yield f"  {partner.target_system}  {partner.partner_key_id}  {partner.label or ''}".rstrip()
    for program in keys.api_keys:
        yield f"  {program.user_id}  {program.api_key_id}  {program.name}"

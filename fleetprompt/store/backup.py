"""Dumping a database and loading a dump, with PostgreSQL's own programs of the matching major version (spec 7).

A backup is one file: a line that says what it is, a line of JSON (the manifest), the dump in pg_dump's custom format,
and 32 bytes of SHA-256 over all that. It holds key versions and fingerprints, never keys.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, Final

import msgspec
import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from fleetprompt.store import embedded
from fleetprompt.store.inspection import Connection

MAGIC: Final = b"fleetprompt backup 1\n"
MANIFEST_BYTES_MAX: Final = 65_536
DIGEST_BYTES: Final = 32
CHUNK_BYTES: Final = 1_048_576
ENVIRONMENT: Final = {"LC_ALL": "C", "TZ": "UTC"}
DUMP: Final = (
    "--format=custom",
    "--no-owner",
    "--no-privileges",
    "--no-comments",
    "--schema=public",
    "--exclude-table-data=public.alembic_version",  # until a restore writes it, nothing starts on what was loaded
    "--exclude-table-data=public.processes",
)
LOAD: Final = ("--no-owner", "--no-privileges", "--schema=public", "--exit-on-error", "--single-transaction")


class BackupError(Exception):
    """A backup that cannot be made or used. The message says why, and how to mend it."""


class Manifest(msgspec.Struct, frozen=True, rename="camel"):
    """What a backup is of. key_versions: the fingerprint of each that its rows need."""

    created_at_ms: int
    fleetprompt: str
    migration: str
    postgresql: int
    key_versions: dict[str, str]


@contextmanager
def snapshot(url: str) -> Iterator[tuple[Connection, str]]:
    """A connection whose reads see one moment, and the name under which pg_dump sees the same. Raises psycopg.Error."""
    with psycopg.connect(url) as connection:
        connection.execute("set transaction isolation level repeatable read, read only")
        row = connection.execute("select pg_export_snapshot()").fetchone()
        yield connection, "" if row is None else str(row[0])


def write(path: Path, url: str, snapshot_name: str, manifest: Manifest) -> int:
    """Write a backup to `path`, 0600, complete or not at all; its size in bytes. Raises BackupError."""
    staging = path.with_name(f"{path.name}.partial")
    dump = [str(program("pg_dump", manifest.postgresql)), *DUMP, f"--snapshot={snapshot_name}"]
    try:
        descriptor = os.open(staging, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise BackupError(f"{staging} cannot be written: {error.strerror}.") from error
    try:
        with open(descriptor, "wb") as file:
            digest = hashlib.sha256()
            for part in (MAGIC, msgspec.json.encode(manifest) + b"\n", *_output_of(dump, url)):
                digest.update(part)
                file.write(part)
            file.write(digest.digest())
            file.flush()
            os.fsync(descriptor)
        os.link(staging, path)
    except FileExistsError:
        raise BackupError(f"{path} exists; name another file.") from None
    except OSError as error:
        raise BackupError(f"{path} cannot be written: {error.strerror}.") from error
    finally:
        staging.unlink(missing_ok=True)
    return path.stat().st_size


def read_manifest(path: Path) -> Manifest:
    """What a backup says of itself, once all of it was found to be whole. Raises BackupError."""
    try:
        with path.open("rb") as file:
            manifest = _manifest(file, path)
            file.seek(0)
            _refuse_damaged(file, path)
            return manifest
    except OSError as error:
        raise BackupError(f"{path} cannot be read: {error.strerror}.") from error


def load(path: Path, url: str, major: int) -> None:
    """Load a backup's dump into an empty database, all of it or nothing. Raises BackupError."""
    command = [str(program("pg_restore", major)), *LOAD]
    with path.open("rb") as file:
        _manifest(file, path)
        length = path.stat().st_size - DIGEST_BYTES - file.tell()
        with _running(command, url, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
            assert process.stdin is not None
            with suppress(BrokenPipeError), process.stdin as pipe:  # pg_restore says itself why it ended
                for chunk in _chunks(file, length):
                    pipe.write(chunk)


def program(name: str, major: int) -> Path:
    """Where PostgreSQL's program `name` of this major version is: on the PATH, Debian's, or the embedded one.

    Raises BackupError, which says what to install.
    """
    candidates = [Path(found) for found in (shutil.which(name),) if found]
    candidates.append(Path(f"/usr/lib/postgresql/{major}/bin/{name}"))
    with suppress(embedded.EmbeddedError):
        candidates.append(embedded.program(name))
    for candidate in candidates:
        if candidate.is_file() and _major_of(candidate) == major:
            return candidate
    raise BackupError(
        f"There is no {name} of PostgreSQL {major} on this machine; install it, with Debian's package "
        f"postgresql-client-{major} for instance, or put it on the PATH."
    )


def _major_of(path: Path) -> int:
    done = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"\(PostgreSQL\) (\d+)", done.stdout)
    return 0 if found is None else int(found[1])


def _environment(url: str) -> dict[str, str]:
    """What a program of PostgreSQL gets to see: the password, which must not stand on its command line."""
    password = conninfo_to_dict(url).get("password")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FLEETPROMPT_")}
    return {**kept, **ENVIRONMENT, **({} if password is None else {"PGPASSWORD": str(password)})}


def _without_password(url: str) -> str:
    connection: dict[str, Any] = {name: value for name, value in conninfo_to_dict(url).items() if name != "password"}
    return make_conninfo("", **connection)


def _output_of(command: list[str], url: str) -> Iterator[bytes]:
    with _running(command, url, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        while chunk := process.stdout.read(CHUNK_BYTES):
            yield chunk


@contextmanager
def _running(command: list[str], url: str, *, stdin: int, stdout: int) -> Iterator[subprocess.Popen[bytes]]:
    """A program at work on a database, until it ends. Raises BackupError with what it said where it fails.

    What it says goes to a file: a pipe that nobody empties meanwhile would hold it up.
    """
    arguments = [*command, f"--dbname={_without_password(url)}"]
    with tempfile.TemporaryFile() as said:
        with subprocess.Popen(arguments, stdin=stdin, stdout=stdout, stderr=said, env=_environment(url)) as process:
            yield process
        if process.returncode:
            said.seek(0)
            message = said.read().decode(errors="replace").strip()
            raise BackupError(f"{Path(command[0]).name} failed: {message}")


def _manifest(file: IO[bytes], path: Path) -> Manifest:
    if file.readline(len(MAGIC) + 1) != MAGIC:
        raise BackupError(f"{path} is no backup that this version of fleetprompt can read.")
    try:
        return msgspec.json.decode(file.readline(MANIFEST_BYTES_MAX), type=Manifest)
    except msgspec.MsgspecError as error:
        raise BackupError(f"{path} is damaged: {error}.") from error


def _refuse_damaged(file: IO[bytes], path: Path) -> None:
    digest = hashlib.sha256()
    for chunk in _chunks(file, path.stat().st_size - DIGEST_BYTES):
        digest.update(chunk)
    if file.read() != digest.digest():
        raise BackupError(f"{path} is damaged or cut short; take another copy of it.")


def _chunks(file: IO[bytes], length: int) -> Iterator[bytes]:
    while length > 0 and (chunk := file.read(min(CHUNK_BYTES, length))):
        length -= len(chunk)
        yield chunk

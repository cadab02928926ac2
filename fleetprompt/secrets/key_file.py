"""The file that keeps a generated key ring, for the embedded default (spec 3, 7).

It lies outside the database's folder, so that neither a dump nor a copy of that folder holds a key.
"""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from fleetprompt.secrets.key_ring import KeyRing, KeyRingError

_BYTES_MAX: Final = 65_536


def load_or_create(path: Path) -> KeyRing:
    """The ring in the file at `path`; where there is none, a fresh one, written with mode 0600.

    Of several processes that start at once one creates the file and the others read it.
    Raises KeyRingError where group or others may access the file, or where it cannot be read, written or understood.
    """
    ring = load(path)
    if ring is not None:
        return ring
    with _locked(path):
        ring = load(path)
        if ring is None:
            ring = KeyRing.generate()
            _store(path, ring, like=None)
        return ring


def rewrite(path: Path, change: Callable[[KeyRing], KeyRing]) -> KeyRing:
    """Replace the ring in the file by `change(ring)` and return it; whoever reads meanwhile gets one or the other.

    Raises KeyRingError like `load_or_create`, and also where there is no file.
    """
    with _locked(path):
        ring = load(path)
        if ring is None:
            raise KeyRingError(f"there is no key ring at {path}; `fleetprompt serve` creates it")
        changed = change(ring)
        _store(path, changed, like=path.stat())
        return changed


def load(path: Path) -> KeyRing | None:
    """The ring in the file at `path`, or None where there is none. Raises KeyRingError like `load_or_create`."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            data = file.read(_BYTES_MAX)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise KeyRingError(f"the key ring {path} cannot be read: {error.strerror}") from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise KeyRingError(f"{path} is open to other accounts; run `chmod 600 {path}`, and consider its keys known")
    try:
        return KeyRing.parse(data.decode("ascii", "replace"))
    except KeyRingError as error:
        raise KeyRingError(f"{path} is not a key ring: {error}") from None


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One writer at a time, across processes; the kernel lets go when the holder dies."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise KeyRingError(f"the key ring {path} cannot be written: {error.strerror}") from None


def _store(path: Path, ring: KeyRing, *, like: os.stat_result | None) -> None:
    """Write beside the file, flush to disk, put in place: a crash leaves the old ring or the new one, whole."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        os.fchmod(descriptor, 0o600)
        if like is not None and os.geteuid() == 0:
            os.fchown(descriptor, like.st_uid, like.st_gid)
        file.write(ring.text().reveal() + "\n")
        file.flush()
        os.fsync(descriptor)
    fresh.replace(path)

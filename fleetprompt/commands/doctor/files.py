"""The data folder and the secrets in it: nobody else's business (spec 3, 7, 9)."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from fleetprompt.commands.doctor.report import Finding, Theme
from fleetprompt.settings import Settings

NAME: Final = "Files"
OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def look(settings: Settings) -> Theme:
    """Owners and modes of what this instance keeps on disk; nothing is created or changed."""
    uses_folder = settings.database_url is None or settings.master_keys is None
    if not uses_folder:
        return Theme(NAME, "keys and database are elsewhere")
    return Theme(NAME, str(settings.data_dir), tuple(_findings(settings)))


def _findings(settings: Settings) -> Iterator[Finding]:
    folder = settings.data_dir
    if not folder.is_dir():
        yield Finding(f"{folder} is not there.", "Run `fleetprompt serve` once, or name another FLEETPROMPT_DATA_DIR.")
        return
    if settings.master_keys is None:
        yield from _key_ring(settings)
    if settings.database_url is None:
        yield from _open_to_others(folder, 0o711 if os.geteuid() == 0 else 0o700)
        if (folder / "postgres").is_dir():  # before the first start there is none, as the database's theme says
            yield from _private_file(folder / "postgres" / "passwords.json")


def _key_ring(settings: Settings) -> Iterator[Finding]:
    path = settings.key_ring_path
    if not path.exists():
        yield Finding(
            f"There is no key ring at {path}.",
            "Put it back from its own backup; before the first start there is none, and `fleetprompt serve` makes it.",
        )
        return
    yield from _open_to_others(path.parent, 0o700)
    yield from _private_file(path)


def _private_file(path: Path) -> Iterator[Finding]:
    try:
        found = path.stat()
    except OSError as error:
        yield Finding(f"{path} cannot be looked at: {error.strerror}.", "Put it back from a copy of this folder.")
        return
    if found.st_mode & OTHERS:
        yield Finding(
            f"{path} is open to other accounts (mode {stat.S_IMODE(found.st_mode):04o}).",
            f"chmod 600 {path}; then consider what stands in it known, and replace it.",
        )
    if found.st_uid != os.geteuid():
        yield Finding(
            f"{path} belongs to another account.", f"chown {os.geteuid()} {path}, or run this as that account."
        )


def _open_to_others(folder: Path, mode: int) -> Iterator[Finding]:
    found = stat.S_IMODE(folder.stat().st_mode)
    if found & ~mode:
        yield Finding(f"{folder} has mode {found:04o}.", f"chmod {mode:03o} {folder}")

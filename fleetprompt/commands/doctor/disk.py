"""Room on the disk that this instance writes to (spec 7)."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from fleetprompt.commands.doctor.report import Finding, Theme
from fleetprompt.settings import Settings

NAME: Final = "Disk"
FREE_BYTES_MIN: Final = 1_000_000_000
FREE_SHARE_MIN: Final = 0.05


def look(settings: Settings) -> Theme:
    """Whether the embedded database has room to write; a server's disk is not ours to see."""
    if settings.database_url is not None:
        return Theme(NAME, "the database's is its server's")
    folder = _existing(settings.data_dir)
    return judged(str(folder), *shutil.disk_usage(folder))


def judged(folder: str, total: int, _: int, free: int) -> Theme:
    """What to say of a disk with so many bytes in total and free."""
    note = f"{free / 1_000_000_000:.1f} GB free of {total / 1_000_000_000:.1f} GB at {folder}"
    if free >= FREE_BYTES_MIN and free >= FREE_SHARE_MIN * total:
        return Theme(NAME, note)
    scarce = Finding(
        f"The disk of {folder} is nearly full: {note}.",
        "Make room there; on a full disk writes are UNAVAILABLE until there is some, and nothing is lost.",
    )
    return Theme(NAME, note, (scarce,))


def _existing(folder: Path) -> Path:
    return next(path for path in (folder, *folder.parents) if path.exists())

"""The key ring of a process that lives while its file changes (spec 3 "Derive, do not store")."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from fleetprompt.secrets import KeyRing, KeyRingError, load

NEVER: Final = (0, 0)
"""The mark of no file: what was never looked at is told whatever is found, or not found."""


class LiveRing:
    """The ring in use. path: the file that it is kept in, None where the environment gave it for good."""

    def __init__(self, ring: KeyRing, path: Path | None = None) -> None:
        self.ring = ring
        self._path: Final = path
        self._seen: tuple[int, int] | None = NEVER

    def changed(self) -> KeyRing | None:
        """The ring in the file, where that is not the one in use; it is used from `adopt` on.

        A file that has not been touched since it was last looked at is not read again. Raises KeyRingError where it
        is gone or cannot be used.
        """
        if self._path is None:
            return None
        mark = self._mark(self._path)
        if mark == self._seen:
            return None
        self._seen = mark
        found = load(self._path)
        if found is None:
            raise KeyRingError(f"there is no key ring at {self._path} any more; put it back")
        is_same = list(found.fingerprints.items()) == list(self.ring.fingerprints.items())
        return None if is_same else found

    def adopt(self, ring: KeyRing) -> None:
        """Use another ring from now on. What works with the one before goes on with it to its end."""
        self.ring = ring

    def forget_look(self) -> None:
        """Read the file again the next time, changed or not."""
        self._seen = NEVER

    @staticmethod
    def _mark(path: Path) -> tuple[int, int] | None:
        """What tells one content of the file from another; None where there is no file."""
        try:
            found = os.stat(path)
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns

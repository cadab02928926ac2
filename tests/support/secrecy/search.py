"""Looking for all secrets at once: one automaton, one pass over each text."""

from __future__ import annotations

import mmap
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from ahocorasick_rs import BytesAhoCorasick

from tests.support.secrecy.forms import needles


class Found(NamedTuple):
    """A secret, how it was written, where it stood, and what stood around it."""

    secret: str
    needle: bytes
    where: str
    context: bytes


class Search:
    """A search for secrets in all their forms."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secret_of = {needle: secret for secret in secrets for needle in needles(secret)}
        self._needles = list(self._secret_of)
        self._automaton = BytesAhoCorasick(self._needles)

    def in_text(self, text: bytes | mmap.mmap, where: str) -> list[Found]:
        """Every place in a text where one begins."""
        return [
            Found(
                self._secret_of[self._needles[place]], self._needles[place], where, text[max(0, start - 60) : end + 60]
            )
            for place, start, end in self._automaton.find_matches_as_indexes(text)
        ]

    def in_file(self, path: Path) -> list[Found]:
        """The same in a file, however large; one that went meanwhile holds nothing."""
        try:
            with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
                return self.in_text(text, str(path))
        except (FileNotFoundError, ValueError):  # it went, or is empty
            return []

    def in_folder(self, folder: Path) -> list[Found]:
        """The same in every file below a folder, but those whose purpose is to keep the database's passwords."""
        files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "passwords.json")
        return [found for path in files for found in self.in_file(path)]

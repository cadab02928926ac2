"""The versions that could come next: higher than the last one, and never published before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from fleetprompt.versions import is_prerelease, is_version, next_version, version_precedence_key

STEPS: Final = ("patch", "minor", "major")
FIRST: Final = (("minor", "0.1.0"), ("major", "1.0.0"))


@dataclass(frozen=True)
class NextVersion:
    """A version with the step that leads to it, `patch`, `minor` or `major`, and what that is called."""

    step: str
    version: str
    word: str


def next_versions(last: str | None, taken: Iterable[str]) -> list[NextVersion]:
    """What could follow `last`, or begin where there is none: the smallest step first, and no version twice.

    taken: the versions that were published before, revoked ones too; build metadata is ignored.
    """
    known = {version_precedence_key(version) for version in taken}
    wanted = FIRST if last is None else tuple((step, _after(last, step, known)) for step in STEPS)
    found: dict[str, NextVersion] = {}
    for step, version in wanted:
        if is_version(version) and version_precedence_key(version) not in known:
            found.setdefault(version, NextVersion(step, version, _word(last, step, version)))
    return list(found.values())


def _after(last: str, step: str, known: set[str]) -> str:
    version = next_version(last, step)
    while version_precedence_key(version) in known:
        version = next_version(version, step)
    return version


def _word(last: str | None, step: str, version: str) -> str:
    if last is None:
        return "first"
    return "final" if is_prerelease(last) and last.startswith(f"{version}-") else step

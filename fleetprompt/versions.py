"""SemVer 2.0.0 as FleetPrompt orders it: precedence, with build metadata ignored (spec 3, Versions)."""

from __future__ import annotations

from typing import Final

import semver

VERSION_LENGTH_MAX: Final = 64
PRECEDENCE_KEY_LENGTH_MAX: Final = 126

# In the order of bytes: end of the key < _END < digits and letters < _RELEASE.
_END: Final = "!"
_RELEASE: Final = "~"
_NUMERIC: Final = "0"
_ALPHANUMERIC: Final = "1"


def is_version(text: str) -> bool:
    """Whether `text` is a SemVer 2.0.0 version of at most 64 characters."""
    return len(text) <= VERSION_LENGTH_MAX and semver.Version.is_valid(text)


def is_prerelease(version: str) -> bool:
    """Whether a valid `version` is a pre-release, such as 1.0.0-rc.1."""
    return semver.Version.parse(version).prerelease is not None


def next_version(version: str, step: str) -> str:
    """What a valid `version` becomes by a `patch`, a `minor` or a `major` step; the step may only end a pre-release."""
    return str(semver.Version.parse(version).next_version(step))


def version_precedence_key(version: str) -> str:
    """An ASCII text of at most 126 characters that sorts by bytes (COLLATE "C") as valid versions do by precedence.

    Two keys are equal exactly where the versions differ in build metadata only, so a unique index may stand on it.
    Every number is preceded by the count of its digits; a pre-release ends before a release begins.
    """
    parsed = semver.Version.parse(version)
    core = "".join(_sortable_number(str(number)) for number in (parsed.major, parsed.minor, parsed.patch))
    if parsed.prerelease is None:
        return core + _RELEASE
    return core + "".join(_sortable_identifier(identifier) for identifier in parsed.prerelease.split("."))


def _sortable_number(digits: str) -> str:
    return f"{len(digits):02d}{digits}"


def _sortable_identifier(identifier: str) -> str:
    if identifier.isdigit():
        return _NUMERIC + _sortable_number(identifier)
    return _ALPHANUMERIC + identifier + _END

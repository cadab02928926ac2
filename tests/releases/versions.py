"""Versions to try: few numbers and identifiers, so that many of them compare closely."""

from __future__ import annotations

from hypothesis import strategies as st

_number = st.sampled_from([0, 1, 2, 9, 10, 11])
_identifier = st.sampled_from(["0", "1", "2", "10", "alpha", "beta", "rc", "rc1", "A", "-", "1a"])
_prerelease = st.lists(_identifier, max_size=3).map(
    lambda identifiers: f"-{'.'.join(identifiers)}" if identifiers else ""
)
_build = st.sampled_from(["", "", "+7", "+b.1"])

semver_versions = st.builds(
    lambda major, minor, patch, prerelease, build: f"{major}.{minor}.{patch}{prerelease}{build}",
    _number,
    _number,
    _number,
    _prerelease,
    _build,
)

"""SemVer and its order (spec 3, Versions; U-VAL-06)."""

from __future__ import annotations

from itertools import product

import pytest
import semver
from hypothesis import given
from hypothesis import strategies as st

from fleetprompt.versions import PRECEDENCE_KEY_LENGTH_MAX, is_prerelease, is_version, version_precedence_key

NUMBERS = st.integers(0, 12) | st.integers(0, 10**17)
IDENTIFIERS = st.sampled_from(["0", "1", "2", "10", "a", "A", "aa", "a-", "-", "--", "-1", "0a", "rc", "z", "Z9"])
PRERELEASES = st.lists(IDENTIFIERS | NUMBERS.map(str), max_size=4).map(".".join)
BUILDS = st.sampled_from(["", "+1", "+001", "+a.b-c"])


@st.composite
def versions(draw: st.DrawFn) -> str:
    core = ".".join(str(draw(NUMBERS)) for _ in range(3))
    prerelease = draw(PRERELEASES)
    return f"{core}{f'-{prerelease}' if prerelease else ''}{draw(BUILDS)}"


def sign(number: int) -> int:
    return (number > 0) - (number < 0)


@given(versions(), versions())
def test_precedence_keys_sort_by_bytes_exactly_as_versions_do_by_precedence(left: str, right: str) -> None:
    keys = [version_precedence_key(each).encode() for each in (left, right)]
    by_bytes = sign((keys[0] > keys[1]) - (keys[0] < keys[1]))
    assert by_bytes == semver.Version.parse(left).compare(right)


def test_every_short_prerelease_has_a_key_of_its_own_in_its_place() -> None:
    tails = ("".join(letters) for length in range(1, 5) for letters in product("a01-.", repeat=length))
    every = [version for tail in tails if is_version(version := f"1.0.0-{tail}")]
    by_precedence = sorted(every, key=semver.Version.parse)
    assert sorted(every, key=version_precedence_key) == by_precedence
    assert len({version_precedence_key(version) for version in every}) == len(every) > 400


@given(versions())
def test_build_metadata_changes_no_key(version: str) -> None:
    bare = version.partition("+")[0]
    assert version_precedence_key(bare) == version_precedence_key(f"{bare}+build.7")


@given(st.lists(st.integers(0, 9).map(str) | st.just("a"), min_size=1, max_size=29).map(".".join))
def test_a_key_is_short_ascii(prerelease: str) -> None:
    version = f"1.2.3-{prerelease}"
    assert is_version(version)
    key = version_precedence_key(version)
    assert key.isascii()
    assert len(key) <= PRECEDENCE_KEY_LENGTH_MAX


def test_the_order_of_the_specification_s_own_example_holds() -> None:
    ascending = ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11"]
    ascending += ["1.0.0-rc.1", "1.0.0", "1.0.1-0", "1.2.0", "1.10.0", "2.0.0", "10.0.0"]
    shuffled = sorted(ascending)
    assert shuffled != ascending
    assert sorted(shuffled, key=version_precedence_key) == ascending


def test_only_a_version_with_a_hyphenated_tail_is_a_prerelease() -> None:
    assert is_prerelease("1.0.0-rc.1+build-5")
    assert not is_prerelease("1.0.0+build-5")


@pytest.mark.parametrize(
    "version", ["0.0.0", "1.0.0-0a", "1.0.0--", "1.2.3+001", "9" * 60 + ".0.0", f"1.0.0-{'a' * 58}"]
)
def test_u_val_06_semver_up_to_64_characters_is_a_version(version: str) -> None:
    assert is_version(version)


@pytest.mark.parametrize(
    "version",
    [
        "",
        "1",
        "1.0",
        "v1.0.0",
        "01.0.0",
        "1.0.00",
        "1.0.0-01",
        "1.0.0-",
        "1.0.0+",
        "1.0.0-a..b",
        "1.0.0.0",
        " 1.0.0",
        "1.0.0 ",
        "1.0.0\n",
        "1.0.0\x00",
        "1.0.0-ü",
        "1.٢.0",
        "=1.0.0",
        "1.0.0-a_b",
        "1.x.0",
        f"1.0.0-{'a' * 59}",
    ],
)
def test_u_val_06_anything_else_is_none(version: str) -> None:
    assert not is_version(version)

"""What could come next: always higher, never taken, the smallest step first."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetprompt.pages.console.next_versions import next_versions
from fleetprompt.versions import is_version, version_precedence_key

numbers = st.integers(0, 30)
versions = st.builds(
    "{}.{}.{}{}".format, numbers, numbers, numbers, st.sampled_from(["", "-rc.1", "-alpha", "+build.5", "-1+x"])
)


def told(last: str | None, *taken: str) -> list[str]:
    return [f"{each.version} {each.word}" for each in next_versions(last, taken)]


@given(versions, st.lists(versions, max_size=8))
def test_what_comes_next_is_higher_than_the_last_and_was_never_published(last: str, taken: list[str]) -> None:
    keys = [version_precedence_key(each.version) for each in next_versions(last, [last, *taken])]
    assert keys == sorted(set(keys))
    assert all(key > version_precedence_key(last) for key in keys)
    assert not set(keys) & {version_precedence_key(version) for version in taken}
    assert all(is_version(each.version) for each in next_versions(last, taken))


@pytest.mark.parametrize(
    ("last", "taken", "expected"),
    [
        (None, [], ["0.1.0 first", "1.0.0 first"]),
        (None, ["0.1.0"], ["1.0.0 first"]),
        ("1.2.3", [], ["1.2.4 patch", "1.3.0 minor", "2.0.0 major"]),
        ("1.2.3", ["1.2.4", "1.2.5+x", "2.0.0"], ["1.2.6 patch", "1.3.0 minor", "3.0.0 major"]),
        ("1.2.0-rc.2", [], ["1.2.0 final", "2.0.0 major"]),
        ("1.0.0-rc.1", ["1.0.0"], ["1.0.1 patch", "1.1.0 minor", "2.0.0 major"]),
    ],
)
def test_each_step_is_named(last: str | None, taken: list[str], expected: list[str]) -> None:
    assert told(last, *taken) == expected


def test_a_version_that_would_be_too_long_is_not_suggested() -> None:
    nines = "9" * 30
    assert told(f"{nines}.9{nines}.0") == [f"{nines}.9{nines}.1 patch", f"1{'0' * 30}.0.0 major"]

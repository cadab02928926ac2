"""Which release is the latest, whatever was published and revoked in whatever order."""

from __future__ import annotations

import pytest
import semver
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.releases.versions import semver_versions
from tests.support import market
from tests.support.answers import assert_ok
from tests.support.people import People, Person


@pytest.fixture(scope="module")
async def ada(people: People) -> Person:
    """A publisher."""
    return await people.publisher("Ada")


def precedence(version: str) -> semver.Version:
    """The version without its build metadata: two that are equal here cannot both be published."""
    return semver.Version.parse(version).replace(build=None)


@settings(max_examples=25)
@given(
    versions=st.lists(semver_versions, min_size=1, max_size=6, unique_by=precedence),
    choices=st.lists(st.integers(0, 5), max_size=12),
)
async def test_the_latest_release_is_the_published_one_of_highest_precedence(
    ada: Person, versions: list[str], choices: list[int]
) -> None:
    listing = await market.listing(ada)
    published: dict[str, market.Release] = {}
    for choice in choices:
        if versions and (choice < 3 or not published):
            version, *versions = versions
            published[version] = await market.release(listing, version)
        elif published:
            await published.pop(sorted(published)[choice % len(published)]).revoke()
        body = assert_ok(await ada.get(f"/v1/publisher/listings/{listing.id}"), "listing")
        assert body["publishedReleases"] == len(published)
        expected = max(published, default=None, key=lambda each: (not precedence(each).prerelease, precedence(each)))
        assert body.get("latestRelease", {}).get("version") == expected

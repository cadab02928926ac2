"""Who stands in the tests of what admins do."""

from __future__ import annotations

import pytest

from tests.support.people import People, Person


@pytest.fixture(scope="module")
async def ada(people: People) -> Person:
    """A publisher."""
    return await people.publisher("Ada")


@pytest.fixture(scope="module")
async def ines(people: People) -> Person:
    """An admin."""
    return await people.admin("Ines")

"""GET /v1/publisher/releases/{releaseId}."""

from __future__ import annotations

import pytest

from fleetprompt import ids
from tests.support import market
from tests.support.answers import assert_error, assert_ok, assert_same_refusal
from tests.support.application import App
from tests.support.people import People, Person


@pytest.fixture(scope="module")
async def ada(people: People) -> Person:
    """A publisher."""
    return await people.publisher("Ada")


async def test_it_is_read_back_as_it_was_answered(ada: Person) -> None:
    notes = {"format": "markdown", "markdown": "*New*"}
    release = await market.release(await market.listing(ada), notes=notes, assetDigest="sha256:" + "ab" * 32)
    assert assert_ok(await ada.get(f"/v1/publisher/releases/{release.id}"), "release") == release.body


async def test_i_rel_02_the_publisher_still_sees_a_revoked_release(ada: Person) -> None:
    release = await market.release(await market.listing(ada))
    await release.revoke("It leaks.")
    shown = assert_ok(await ada.get(f"/v1/publisher/releases/{release.id}"), "release")
    assert shown == release.body
    assert (shown["status"], shown["revokeReason"]) == ("revoked", "It leaks.")


async def test_i_pubc_05_another_publishers_release_reads_like_one_that_never_was(ada: Person, people: People) -> None:
    bea, release = await people.publisher("Bea"), await market.on_sale(ada)
    hidden = await bea.get(f"/v1/publisher/releases/{release.id}")
    assert_error(hidden, "NOT_FOUND")
    for unknown in (ids.encode("rel", ids.new_uuid()), release.listing.id, "nonsense"):
        assert_same_refusal(await bea.get(f"/v1/publisher/releases/{unknown}"), hidden)


async def test_a_read_is_one_statement(app: App, ada: Person) -> None:
    release = await market.release(await market.listing(ada))
    with app.counting() as cost:
        await ada.get(f"/v1/publisher/releases/{release.id}")
    assert (cost.statements, cost.round_trips) == (1 + 1, 1 + 1)


async def test_i_pubc_06_a_user_without_the_capability_is_unauthorized(ada: Person, people: People) -> None:
    release = await market.release(await market.listing(ada))
    assert_error(await (await people.register()).get(f"/v1/publisher/releases/{release.id}"), "UNAUTHORIZED")

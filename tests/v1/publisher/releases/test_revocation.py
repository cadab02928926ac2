"""What revoking would do is told as it is then done."""

from __future__ import annotations

from typing import Any

from fleetprompt.errors import Code, Reason
from tests.support import market
from tests.support.answers import assert_error, assert_ok
from tests.support.clock import FakeClock
from tests.support.market import Release
from tests.support.people import People


async def foreseen(release: Release) -> dict[str, Any]:
    answer = await release.listing.publisher.get(f"/v1/publisher/releases/{release.id}/revocation")
    outlook: dict[str, Any] = assert_ok(answer, "outlook")
    return outlook


async def test_the_outlook_counts_the_open_intents_of_that_release_only(people: People) -> None:
    publisher, buyer = await people.publisher(), await people.register()
    first = await market.on_sale(publisher)
    second = await market.release(first.listing, "1.1.0")
    for _ in range(2):
        await market.intent(buyer, first)
    issued = await market.intent(buyer, first)
    await market.token(issued)
    canceled = await market.intent(buyer, first)
    assert_ok(await buyer.post(f"/v1/install/intents/{canceled.id}/cancel"))
    latest = {"releaseId": second.id, "version": "1.1.0", "publishedAtMs": second.body["publishedAtMs"]}
    assert await foreseen(first) == {"openIntents": 3, "listingStatus": "published", "latestRelease": latest}
    assert (await foreseen(second))["openIntents"] == 0


async def test_an_intent_whose_time_is_over_is_not_counted(people: People, clock: FakeClock) -> None:
    publisher, buyer = await people.publisher(), await people.register()
    release = await market.on_sale(publisher)
    await market.intent(buyer, release)
    assert (await foreseen(release))["openIntents"] == 1
    clock.advance(hours=24)
    await publisher.sign_in()
    assert (await foreseen(release))["openIntents"] == 0


async def test_what_was_foreseen_of_the_listing_is_what_happens(people: People) -> None:
    publisher = await people.publisher()
    stable = await market.on_sale(publisher)
    pre = await market.release(stable.listing, "2.0.0-rc.1")
    for release in (stable, pre):
        outlook = await foreseen(release)
        await release.revoke()
        stored = assert_ok(await publisher.get(f"/v1/publisher/listings/{stable.listing.id}"), "listing")
        assert stored["status"] == outlook["listingStatus"]
        assert stored.get("latestRelease") == outlook.get("latestRelease")
    assert stored["status"] == "unlisted"


async def test_there_is_no_outlook_for_what_is_revoked_or_anothers(people: People) -> None:
    release = await market.on_sale(await people.publisher())
    path = f"/v1/publisher/releases/{release.id}/revocation"
    assert_error(await (await people.publisher("Eve")).get(path), Code.NOT_FOUND)
    await release.revoke()
    assert_error(await release.listing.publisher.get(path), Code.CONFLICT, reason=Reason.TRANSITION)

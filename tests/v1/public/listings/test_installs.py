"""A published listing's installs by day (ADR 72)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fleetprompt.errors import Code
from fleetprompt.installs.fold_statistics import fold_statistics
from tests.support import market
from tests.support.answers import assert_error, assert_ok
from tests.support.application import App
from tests.support.browsing import suspend_listing, suspend_publisher
from tests.support.callers import Caller, Partner
from tests.support.clock import FakeClock
from tests.support.jobs import batch
from tests.support.market import Release
from tests.support.people import People, Person


@pytest.fixture(scope="module")
async def ada(people: People) -> Person:
    return await people.publisher("Ada")


@pytest.fixture(scope="module")
async def partner(people: People) -> Partner:
    return await people.partner("whs")


def path(offer: Release) -> str:
    return f"/v1/public/listings/{offer.listing.id}/installs"


async def installed(people: People, partner: Partner, offer: Release, *, begun: int, redeemed: int) -> None:
    bea = await people.register()
    for number in range(begun):
        opened = await market.intent(bea, offer)
        if number < redeemed:
            assert_ok(await partner.redeem((await market.token(opened)).text))


async def folded(app: App, api: Caller, offer: Release) -> dict[str, Any]:
    while await batch(app.services, fold_statistics):
        pass
    found: dict[str, Any] = assert_ok(await api.get(path(offer)), "installs")
    return found


async def test_thirty_days_are_told_none_left_out_and_add_up_to_the_listings_own_numbers(
    app: App, api: Caller, people: People, ada: Person, partner: Partner, clock: FakeClock
) -> None:
    offer = await market.on_sale(ada)
    clock.set(clock.now_ms() // 86_400_000 * 86_400_000 + 43_200_000)
    first = datetime.fromtimestamp(clock.now_ms() / 1000, UTC).date()
    await installed(people, partner, offer, begun=3, redeemed=2)
    await folded(app, api, offer)
    clock.advance(days=4)
    await ada.sign_in()
    await installed(people, await people.partner("whs"), offer, begun=1, redeemed=1)
    with app.counting() as cost:
        assert_ok(await api.get(path(offer)))
    assert (cost.statements, cost.round_trips) == (1, 1)
    found = await folded(app, api, offer)
    assert [each["day"] for each in found["days"]] == [
        (first + timedelta(days=day)).isoformat() for day in range(-25, 5)
    ]
    happened = {each["day"]: (each["installIntents"], each["redemptions"]) for each in found["days"]}
    assert {day: numbers for day, numbers in happened.items() if any(numbers)} == {
        first.isoformat(): (3, 2),
        (first + timedelta(days=4)).isoformat(): (1, 1),
    }
    stats = assert_ok(await api.get(f"/v1/public/listings/{offer.listing.id}"))["listingDetail"]["listing"]["stats"]
    assert found["total"] == {"installIntents": 4, "redemptions": 3}
    assert stats == {"installIntents30d": 4, "redemptions30d": 3}


async def test_a_listing_that_nobody_installed_has_thirty_days_of_nothing(api: Caller, ada: Person) -> None:
    await ada.sign_in()
    found = assert_ok(await api.get(path(await market.on_sale(ada))), "installs")
    assert {(each["installIntents"], each["redemptions"]) for each in found["days"]} == {(0, 0)}
    assert (len(found["days"]), found["total"]) == (30, {"installIntents": 0, "redemptions": 0})


async def test_an_answer_that_did_not_change_is_not_sent_again(api: Caller, ada: Person) -> None:
    await ada.sign_in()
    offer = await market.on_sale(ada)
    answer = await api.get(path(offer))
    assert answer.headers["cache-control"] == "public, max-age=0, must-revalidate"
    again = await api.get(path(offer), headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_i_pub_02_installs_of_what_is_not_public_are_not_found(
    app: App, api: Caller, people: People, ada: Person
) -> None:
    await ada.sign_in()
    unlisted, suspended = [await market.on_sale(ada) for _ in range(2)]
    hidden = await market.on_sale(await people.publisher("Susan"))
    await unlisted.listing.set_status("unlisted")
    suspend_listing(app, suspended.listing.id)
    suspend_publisher(app, hidden.listing.publisher)
    for offer in (unlisted, suspended, hidden):
        assert_error(await api.get(path(offer)), Code.NOT_FOUND)

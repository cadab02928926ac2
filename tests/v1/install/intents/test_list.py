"""GET /v1/install/intents and GET /v1/install/intents/{installIntentId}

Where an intent's deadline is to pass, the clock is first set back, so that its buyer's session outlives it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fleetprompt import ids
from fleetprompt.enums import InstallIntentStatus
from tests.support.answers import assert_error, assert_ok, assert_same_refusal
from tests.support.application import App
from tests.support.callers import Caller
from tests.support.clock import FakeClock
from tests.support.people import People, Person
from tests.support.stall import Offer, Stall, intent, token

PATH = "/v1/install/intents"


async def _all(buyer: Person, limit: int, **filters: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    params: dict[str, Any] = {"limit": limit, **filters}
    while True:
        page = assert_ok(await buyer.get(PATH, params=params))
        assert page.keys() == {"items", "nextCursor"}
        items += page["items"]
        if page["nextCursor"] is None:
            return items
        assert len(page["items"]) == limit
        params["cursor"] = page["nextCursor"]


async def test_i_inst_02_she_lists_her_own_intents_newest_first_and_nobody_elses(people: People, stall: Stall) -> None:
    offer, bea, eve = stall.on_sale(), await people.register(), await people.register()
    hers = [await intent(bea, offer) for _ in range(5)]
    await intent(eve, offer)
    for limit in (1, 2, 5, 200):
        assert await _all(bea, limit) == hers[::-1]


async def test_i_inst_02_the_list_is_filtered_by_the_status_of_this_moment(
    people: People, stall: Stall, clock: FakeClock
) -> None:
    bea, partner = await people.register(), stall.partner()
    clock.advance(hours=-23)
    made = {status: await intent(bea, stall.on_sale()) for status in InstallIntentStatus}
    clock.advance(ms=1)
    lasting = await intent(bea, stall.on_sale())
    await bea.post(f"{PATH}/{made[InstallIntentStatus.CANCELED]['installIntentId']}/cancel")
    redeemed = await token(bea, made[InstallIntentStatus.REDEEMED])
    assert_ok(await partner.redeem(redeemed["installToken"]))
    await token(bea, made[InstallIntentStatus.TOKEN_ISSUED], ttl_ms=60 * 60_000)

    async def found(status: str) -> set[str]:
        listed = await _all(bea, 2, status=status)
        assert all(item["status"] == status for item in listed)
        return {item["installIntentId"] for item in listed}

    def named(*statuses: InstallIntentStatus) -> set[str]:
        return {made[status]["installIntentId"] for status in statuses}

    created, issued, redeemed_one, expired, canceled = InstallIntentStatus
    assert await found("created") == named(created, expired) | {lasting["installIntentId"]}
    assert await found("token_issued") == named(issued)
    assert await found("redeemed") == named(redeemed_one)
    assert await found("canceled") == named(canceled)
    assert await found("expired") == set()
    clock.advance(hours=24, ms=-1)
    assert await found("created") == {lasting["installIntentId"]}
    assert await found("token_issued") == set()
    assert await found("expired") == named(created, expired, issued)
    assert await found("redeemed") == named(redeemed_one)


async def test_a_cursor_continues_the_list_it_came_from_and_no_other(people: People, stall: Stall) -> None:
    offer, bea, eve = stall.on_sale(), await people.register(), await people.register()
    for buyer in (bea, eve):
        for _ in range(2):
            await intent(buyer, offer)
    cursor = assert_ok(await bea.get(PATH, params={"limit": 1}))["nextCursor"]
    assert_ok(await bea.get(PATH, params={"limit": 7, "cursor": cursor}))
    for wrong in (
        await eve.get(PATH, params={"cursor": cursor}),
        await bea.get(PATH, params={"cursor": cursor, "status": "created"}),
        await bea.get(PATH, params={"cursor": f"{cursor}x"}),
    ):
        assert_error(wrong, "VALIDATION_FAILED", fields=["cursor"])


async def test_a_status_that_is_none_and_a_second_one_are_refused(people: People) -> None:
    bea = await people.register()
    for status in ("lost", ["created", "redeemed"]):
        answer = await bea.get(PATH, params={"status": status})
        assert_error(answer, "VALIDATION_FAILED", fields=["status"])


@pytest.mark.parametrize(
    ("change", "listing", "release"),
    [
        (lambda stall, offer: stall.set_status(offer, "unlisted"), "unlisted", "published"),
        (Stall.revoke_release, "unlisted", "revoked"),
        (Stall.suspend_listing, "suspended", "published"),
        (Stall.suspend_publisher, "suspended", "published"),
    ],
)
async def test_an_intent_shows_listing_and_release_as_they_are_now(
    people: People, stall: Stall, change: Callable[[Stall, Offer], None], listing: str, release: str
) -> None:
    offer, bea = stall.on_sale(), await people.register()
    opened = await intent(bea, offer)
    change(stall, offer)
    shown = assert_ok(await bea.get(f"{PATH}/{opened['installIntentId']}"), "installIntent")
    assert (shown["listing"]["status"], shown["release"]["status"]) == (listing, release)
    assert "It is" not in str(shown)
    assert await _all(bea, 10) == [shown]


async def test_an_intent_is_expired_from_its_deadline_on_also_before_any_job_ran(
    people: People, stall: Stall, clock: FakeClock
) -> None:
    bea = await people.register()
    clock.advance(hours=-23)
    opened = await intent(bea, stall.on_sale())
    path = f"{PATH}/{opened['installIntentId']}"
    clock.set(opened["expiresAtMs"] - 1)
    assert assert_ok(await bea.get(path), "installIntent") == opened
    clock.set(opened["expiresAtMs"])
    shown = assert_ok(await bea.get(path), "installIntent")
    assert (shown["status"], shown["updatedAtMs"]) == ("expired", opened["expiresAtMs"])


async def test_i_inst_04_nobody_else_sees_an_intent(people: People, stall: Stall, api: Caller) -> None:
    bea, eve = await people.register(), await people.register()
    opened = await intent(bea, stall.on_sale())
    there, nowhere = opened["installIntentId"], ids.encode("int", ids.new_uuid())
    assert_ok(await bea.get(f"{PATH}/{there}"))
    assert_error(refused := await eve.get(f"{PATH}/{there}"), "NOT_FOUND")
    assert_same_refusal(refused, await eve.get(f"{PATH}/{nowhere}"))
    assert_same_refusal(refused, await eve.get(f"{PATH}/{opened['listingId']}"))
    assert_error(await api.get(f"{PATH}/{there}"), "UNAUTHENTICATED")
    assert_error(await api.get(PATH), "UNAUTHENTICATED")


async def test_reading_costs_one_statement(app: App, people: People, stall: Stall) -> None:
    bea = await people.register()
    opened = await intent(bea, stall.on_sale())
    for path in (PATH, f"{PATH}?status=expired", f"{PATH}/{opened['installIntentId']}"):
        with app.counting() as cost:
            answer = await bea.get(path)
        assert (cost.statements, cost.round_trips) == (1 + 1, 1 + 1)
        assert answer.headers["cache-control"] == "private, no-cache"

"""GET /v1/install/intents and GET /v1/install/intents/{installIntentId}

Where an intent's deadline is to pass, the clock is first set back, so that its buyer's session outlives it.
"""

from __future__ import annotations

from typing import Any

import pytest

from fleetprompt import ids
from fleetprompt.enums import InstallIntentStatus
from tests.support import market
from tests.support.answers import assert_error, assert_ok, assert_same_refusal
from tests.support.application import App
from tests.support.callers import Caller
from tests.support.clock import FakeClock
from tests.support.people import People, Person
from tests.support.withdrawals import Withdraw, revoke_release, set_unlisted, suspend_listing, suspend_publisher

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


async def test_i_inst_02_she_lists_her_own_intents_newest_first_and_nobody_elses(people: People, ada: Person) -> None:
    offer, bea, eve = await market.on_sale(ada), await people.register(), await people.register()
    hers = [(await market.intent(bea, offer)).body for _ in range(5)]
    await market.intent(eve, offer)
    for limit in (1, 2, 5, 200):
        assert await _all(bea, limit) == hers[::-1]


async def test_i_inst_02_the_list_is_filtered_by_the_status_of_this_moment(
    people: People, ada: Person, clock: FakeClock
) -> None:
    offer, bea, partner = await market.on_sale(ada), await people.register(), await people.partner()
    clock.advance(hours=-23)
    made = {status: await market.intent(bea, offer) for status in InstallIntentStatus}
    clock.advance(ms=1)
    lasting = await market.intent(bea, offer)
    assert_ok(await bea.post(f"{made[InstallIntentStatus.CANCELED].path}/cancel"))
    assert_ok(await partner.redeem((await market.token(made[InstallIntentStatus.REDEEMED])).text))
    await market.token(made[InstallIntentStatus.TOKEN_ISSUED], ttl_ms=60 * 60_000)

    async def found(status: InstallIntentStatus) -> set[str]:
        listed = await _all(bea, 2, status=status)
        assert all(item["status"] == status for item in listed)
        return {item["installIntentId"] for item in listed}

    created, issued, redeemed, expired, canceled = InstallIntentStatus
    assert await found(created) == {made[created].id, made[expired].id, lasting.id}
    assert await found(issued) == {made[issued].id}
    assert await found(redeemed) == {made[redeemed].id}
    assert await found(canceled) == {made[canceled].id}
    assert await found(expired) == set()
    clock.advance(hours=24, ms=-1)
    assert await found(created) == {lasting.id}
    assert await found(issued) == set()
    assert await found(expired) == {made[created].id, made[expired].id, made[issued].id}
    assert await found(redeemed) == {made[redeemed].id}


async def test_a_cursor_continues_the_list_it_came_from_and_no_other(people: People, ada: Person) -> None:
    offer, bea, eve = await market.on_sale(ada), await people.register(), await people.register()
    for buyer in (bea, eve):
        for _ in range(2):
            await market.intent(buyer, offer)
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
        (set_unlisted, "unlisted", "published"),
        (revoke_release, "unlisted", "revoked"),
        (suspend_listing, "suspended", "published"),
        (suspend_publisher, "suspended", "published"),
    ],
)
async def test_an_intent_shows_listing_and_release_as_they_are_now(
    app: App, people: People, change: Withdraw, listing: str, release: str
) -> None:
    offer, bea = await market.on_sale(await people.publisher()), await people.register()
    opened = await market.intent(bea, offer)
    await change(app.database, offer)
    shown = assert_ok(await bea.get(opened.path), "installIntent")
    assert (shown["listing"]["status"], shown["release"]["status"]) == (listing, release)
    assert "malware" not in str(shown)
    assert await _all(bea, 10) == [shown]


async def test_an_intent_is_expired_from_its_deadline_on_also_before_any_job_ran(
    people: People, ada: Person, clock: FakeClock
) -> None:
    offer, bea = await market.on_sale(ada), await people.register()
    clock.advance(hours=-23)
    opened = await market.intent(bea, offer)
    deadline_ms = opened.body["expiresAtMs"]
    clock.set(deadline_ms - 1)
    assert assert_ok(await bea.get(opened.path), "installIntent") == opened.body
    clock.set(deadline_ms)
    shown = assert_ok(await bea.get(opened.path), "installIntent")
    assert shown == {**opened.body, "status": "expired", "updatedAtMs": deadline_ms}


async def test_i_inst_04_nobody_else_sees_an_intent(people: People, ada: Person, api: Caller) -> None:
    bea, eve = await people.register(), await people.register()
    opened = await market.intent(bea, await market.on_sale(ada))
    assert_ok(await bea.get(opened.path))
    assert_error(refused := await eve.get(opened.path), "NOT_FOUND")
    assert_same_refusal(refused, await eve.get(f"{PATH}/{ids.encode('int', ids.new_uuid())}"))
    assert_same_refusal(refused, await eve.get(f"{PATH}/{opened.body['listingId']}"))
    assert_error(await ada.get(opened.path), "NOT_FOUND")
    assert_error(await api.get(opened.path), "UNAUTHENTICATED")
    assert_error(await api.get(PATH), "UNAUTHENTICATED")


async def test_reading_costs_one_statement(app: App, people: People, ada: Person) -> None:
    bea = await people.register()
    opened = await market.intent(bea, await market.on_sale(ada))
    for path in (PATH, f"{PATH}?status=expired", opened.path):
        with app.counting() as cost:
            answer = await bea.get(path)
        assert (cost.statements, cost.round_trips) == (1 + 1, 1 + 1)
        assert answer.headers["cache-control"] == "private, no-cache"

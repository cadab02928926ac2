"""GET /v1/admin/audit."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest

from fleetprompt import ids
from fleetprompt.moderation.statements import audit
from tests.support import market
from tests.support.answers import assert_error, assert_ok
from tests.support.application import App
from tests.support.callers import Query
from tests.support.clock import FakeClock
from tests.support.databases import Database
from tests.support.market import Intent
from tests.support.people import People, Person

PATH = "/v1/admin/audit"


@pytest.fixture(scope="module")
async def ines(people: People) -> Person:
    """An admin."""
    return await people.admin("Ines")


@pytest.fixture(scope="module")
async def revoked(people: People, ines: Person) -> Intent:
    """An intent with a token, revoked: a history of four events about it."""
    offer = await market.on_sale(await people.publisher("Ada"))
    intent = await market.intent(await people.register("Bea"), offer)
    await market.token(intent)
    assert_ok(await ines.post(f"/v1/admin/intents/{intent.id}/revoke", {"reason": "Stolen."}))
    return intent


async def events(ines: Person, **filters: str | int) -> list[dict[str, Any]]:
    """All events that the filters admit, over all pages."""
    found: list[dict[str, Any]] = []
    params: Query = filters
    while True:
        page = assert_ok(await ines.get(PATH, params=params))
        assert page.keys() == {"items", "nextCursor"}
        found += page["items"]
        if page["nextCursor"] is None:
            return found
        params = {**filters, "cursor": page["nextCursor"]}


async def test_an_event_says_who_did_what_to_which_and_when(ines: Person, revoked: Intent, database: Database) -> None:
    newest = await events(ines, installIntentId=revoked.id)
    assert [event["type"] for event in newest] == [
        "install_token.revoked",
        "install_intent.revoked",
        "install_token.issued",
        "install_intent.created",
    ]
    effect, cause, issued, _ = newest
    (token_id,) = database.rows("select id from install_tokens where intent_id = %s", ids.decode("int", revoked.id))[0]
    assert effect == {
        "eventId": effect["eventId"],
        "type": "install_token.revoked",
        "actor": {"type": "user", "id": ines.user_id, "name": "Ines"},
        "publisherHandle": effect["publisherHandle"],
        "listingName": effect["listingName"],
        "releaseVersion": "1.0.0",
        "publisherId": cause["publisherId"],
        "listingId": revoked.body["listingId"],
        "releaseId": revoked.body["releaseId"],
        "installIntentId": revoked.id,
        "createdAtMs": cause["createdAtMs"],
        "requestId": cause["requestId"],
        "causeEventId": cause["eventId"],
        "summary": "An install token was revoked.",
        "details": {"installTokenId": ids.encode("tok", token_id)},
    }
    assert cause["details"] == {"reason": "Stolen."}
    assert "causeEventId" not in cause
    assert issued["actor"] == {"type": "user", "id": revoked.buyer.user_id, "name": "Bea"}


async def test_causes_are_followed_both_ways(ines: Person, revoked: Intent) -> None:
    effect, cause, *_ = await events(ines, installIntentId=revoked.id)
    assert await events(ines, causeEventId=cause["eventId"]) == [effect]
    assert await events(ines, eventId=effect["causeEventId"]) == [cause]
    assert await events(ines, causeEventId=effect["eventId"]) == []


async def test_pages_hold_every_event_once_the_newest_first(ines: Person, revoked: Intent) -> None:
    whole = [event["eventId"] for event in await events(ines, limit=200)]
    assert whole == sorted(whole, reverse=True)
    assert len(whole) == len(set(whole)) > 10
    paged = [event["eventId"] for event in await events(ines, limit=3)]
    assert paged == whole


async def test_every_combination_of_filters_admits_what_each_of_them_admits(
    ines: Person, revoked: Intent, people: People, database: Database
) -> None:
    partner = await people.partner("whs", admin=ines)
    token = await market.token(await market.intent(revoked.buyer, await market.on_sale(await people.publisher())))
    assert_ok(await partner.redeem(token.text))
    every = await events(ines)
    about = next(event for event in every if event["type"] == "install_token.revoked")
    admits = {
        "actor": lambda event: event["actor"] == about["actor"],
        "type": lambda event: event["type"] == about["type"],
        "listingId": lambda event: event.get("listingId") == about["listingId"],
        "releaseId": lambda event: event.get("releaseId") == about["releaseId"],
        "installIntentId": lambda event: event.get("installIntentId") == about["installIntentId"],
        "requestId": lambda event: event["requestId"] == about["requestId"],
        "sinceMs": lambda event: event["createdAtMs"] >= about["createdAtMs"],
        "untilMs": lambda event: event["createdAtMs"] <= about["createdAtMs"],
    }
    values = {
        **{name: about[name] for name in admits if name in about},
        "actor": about["actor"]["id"],
        "sinceMs": about["createdAtMs"],
        "untilMs": about["createdAtMs"],
    }
    for count in range(1, len(admits) + 1):
        for names in combinations(admits, count):
            expected = [event for event in every if all(admits[name](event) for name in names)]
            assert await events(ines, **{name: values[name] for name in names}) == expected, names


async def test_partners_and_the_system_are_actors_too(
    ines: Person, people: People, revoked: Intent, database: Database
) -> None:
    partner = await people.partner("whs", admin=ines)
    token = await market.token(await market.intent(revoked.buyer, await market.on_sale(await people.publisher())))
    assert_ok(await partner.redeem(token.text))
    (redeemed,) = await events(ines, actor=partner.key_id)
    assert redeemed["type"] == "install_token.redeemed"
    assert redeemed["actor"] == {"type": "partner", "id": partner.key_id, "name": "whs"}
    database.change(
        "insert into audit_events (id, type, actor_type, created_at_ms, request_id, summary)"
        " values (%s, 'retention.purged', 'system', 5, %s, 'Old rows were purged.')",
        ids.new_uuid(),
        ids.new_uuid(),
    )
    (purged,) = await events(ines, actor="system", type="retention.purged")
    assert purged["actor"] == {"type": "system"}
    assert purged.keys() == {"eventId", "type", "actor", "createdAtMs", "requestId", "summary"}


async def test_an_id_that_names_nothing_matches_nothing(ines: Person, revoked: Intent) -> None:
    user = revoked.buyer.user_id
    for name, value in {
        "actor": f"prt_{user[4:]}",
        "listingId": "lst_nothing",
        "releaseId": revoked.body["listingId"],
        "installIntentId": ids.encode("int", ids.new_uuid()),
        "requestId": "",
    }.items():
        assert await events(ines, **{name: value}) == [], name
    for actor in ("", "nobody", f"usr_{user[4:]}x", revoked.body["listingId"]):
        assert await events(ines, actor=actor) == []


async def test_times_are_those_of_the_clock_wherever_the_ids_stand(
    ines: Person, revoked: Intent, clock: FakeClock
) -> None:
    path = f"/v1/admin/listings/{revoked.body['listingId']}"
    start = clock.now_ms()
    clock.advance(minutes=40)
    assert_ok(await ines.post(f"{path}/suspend", {"reason": "A copy."}))
    clock.set(start)
    clock.advance(minutes=20)
    assert_ok(await ines.post(f"{path}/reinstate", {"reason": "No copy."}))
    about = {"listingId": revoked.body["listingId"]}
    late = await events(ines, sinceMs=start + 40 * 60_000, **about)
    assert [event["type"] for event in late] == ["listing.suspended"]
    early = await events(ines, sinceMs=start + 1, untilMs=start + 40 * 60_000 - 1, **about)
    assert [event["type"] for event in early] == ["listing.reinstated"]
    assert await events(ines, untilMs=1, **about) == []
    assert await events(ines, sinceMs=start + 2, untilMs=start + 1) == []


async def test_a_page_that_looked_at_enough_ends_early_and_the_next_goes_on(
    app: App, ines: Person, people: People
) -> None:
    ada = await people.publisher("Ada")
    listing = await market.listing(ada)
    app.database.change(
        "insert into audit_events (id, type, actor_type, listing_id, created_at_ms, request_id, summary)"
        " select (to_char(n, 'FM00000000') || '-0000-7000-8000-000000000000')::uuid,"
        " case when n in (1, 3000, 12000) then 'listing.flagged' else 'listing.reported' end,"
        " 'system', %s, 5, gen_random_uuid(), 'Something happened.' from generate_series(1, 12000) n",
        ids.decode("lst", listing.id),
    )
    filters = {"listingId": listing.id, "type": "listing.flagged"}
    sizes, params = [], dict(filters)
    while True:
        with app.counting() as cost:
            page = assert_ok(await ines.get(PATH, params=params))
        assert cost.statements <= 1 + 2
        sizes.append(len(page["items"]))
        if page["nextCursor"] is None:
            break
        params = {**filters, "cursor": page["nextCursor"]}
    assert audit.SCAN_MAX == 5_000
    assert sizes == [1, 1, 1]
    assert len(await events(ines, **filters, limit=1)) == 3
    assert len(await events(ines, listingId=listing.id, limit=200)) == 12_001


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"type": "listing.sold"}, "type"),
        ({"sinceMs": "-1"}, "sinceMs"),
        ({"untilMs": "yesterday"}, "untilMs"),
        ({"limit": 0}, "limit"),
        ({"limit": 201}, "limit"),
        ({"actor": ["system", "system"]}, "actor"),
        ({"user": "usr_"}, "user"),
        ({"cursor": "forged"}, "cursor"),
    ],
)
async def test_what_is_not_a_filter_is_refused_by_name(ines: Person, params: Query, field: str) -> None:
    assert_error(await ines.get(PATH, params=params), "VALIDATION_FAILED", fields=[field])


async def test_a_cursor_is_bound_to_its_filters(ines: Person, revoked: Intent) -> None:
    cursor = assert_ok(await ines.get(PATH, params={"limit": 1}))["nextCursor"]
    assert_ok(await ines.get(PATH, params={"limit": 7, "cursor": cursor}))
    other = await ines.get(PATH, params={"cursor": cursor, "actor": ines.user_id})
    assert_error(other, "VALIDATION_FAILED", fields=["cursor"])


async def test_a_page_by_one_index_is_one_statement(app: App, ines: Person, revoked: Intent) -> None:
    for filters in ({}, {"installIntentId": revoked.id}, {"sinceMs": 1, "untilMs": 2}, {"actor": "system"}):
        with app.counting() as cost:
            assert_ok(await ines.get(PATH, params=filters))
        assert cost.statements == 1 + 1


async def test_only_admins_read_it(people: People) -> None:
    assert_error(await people.visitor().get(PATH), "UNAUTHENTICATED")
    assert_error(await (await people.publisher()).get(PATH), "UNAUTHORIZED")

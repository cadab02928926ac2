"""GET /v1/admin/queue, and the numbers that an admin decides by."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support import market
from tests.support.answers import assert_created, assert_error, assert_ok
from tests.support.callers import Query
from tests.support.clock import FakeClock
from tests.support.market import Listing
from tests.support.people import People, Person

QUEUE = "/v1/admin/queue"
LISTINGS = "/v1/admin/listings"
REASON = {"reason": "It lies about what it does."}


@pytest.fixture
async def ines(people: People) -> Person:
    """An admin."""
    return await people.admin("Ines")


@pytest.fixture
async def ada(people: People) -> Person:
    """A publisher."""
    return await people.publisher("Ada")


@pytest.fixture
async def bea(people: People) -> Person:
    """A buyer."""
    return await people.register("Bea")


async def waiting(ines: Person, limit: int = 50) -> list[dict[str, Any]]:
    """The whole queue, page by page."""
    found: list[dict[str, Any]] = []
    query: Query = {"limit": limit}
    while True:
        page = assert_ok(await ines.get(QUEUE, params=query))
        found += page["items"]
        if page["nextCursor"] is None:
            return found
        query = {"limit": limit, "cursor": page["nextCursor"]}


async def report(person: Person, listing: Listing, kind: str = "malware") -> str:
    """Report a listing; the report's id."""
    body = {"listingId": listing.id, "kind": kind, "summary": "It reads my mail."}
    return str(assert_created(await person.post("/v1/reports", body), "report")["reportId"])


async def edit(listing: Listing, summary: str) -> None:
    """Edit a listing as its publisher."""
    answer = await listing.publisher.patch(f"/v1/publisher/listings/{listing.id}", {"summary": summary})
    listing.body = assert_ok(answer, "listing")


async def test_what_is_flagged_or_reported_waits_once_the_newest_listing_first(
    ada: Person, bea: Person, ines: Person, clock: FakeClock
) -> None:
    calm, reported, flagged, both = [(await market.on_sale(ada)).listing for _ in range(4)]
    first_at_ms = clock.now_ms()
    resolved = await report(bea, reported)
    await edit(reported, "Edited since.")
    clock.advance(seconds=5)
    await report(bea, reported, "spam")
    await report(bea, both, "spam")
    for listing in (flagged, both):
        assert_ok(await ines.post(f"{LISTINGS}/{listing.id}/flag", {"flagged": True}), "listing")
    for limit in (1, 2, 50):
        found = await waiting(ines, limit)
        assert [item["listing"]["listingId"] for item in found] == [both.id, flagged.id, reported.id]
    assert calm.id not in str(found)
    shown = {item["listing"]["listingId"]: {**item, "listing": None} for item in found}
    assert shown[flagged.id] == {"listing": None, "openReports": 0, "reportKinds": []}
    assert shown[reported.id] == {
        "listing": None,
        "openReports": 2,
        "reportKinds": ["malware", "spam"],
        "reportedRevision": 1,
        "reportedAtMs": first_at_ms,
    }
    decision = {"outcome": "dismissed", "reason": "It does not."}
    assert_ok(await ines.post(f"/v1/admin/reports/{resolved}/resolve", decision), "report")
    (left,) = [item for item in await waiting(ines) if item["listing"]["listingId"] == reported.id]
    assert (left["openReports"], left["reportKinds"], left["reportedRevision"]) == (1, ["spam"], 2)


async def test_a_listing_leaves_the_queue_when_all_is_decided_on(ada: Person, bea: Person, ines: Person) -> None:
    listing = (await market.on_sale(ada)).listing
    report_id = await report(bea, listing)
    assert_ok(await ines.post(f"{LISTINGS}/{listing.id}/flag", {"flagged": True}), "listing")
    assert_ok(await ines.post(f"{LISTINGS}/{listing.id}/suspend", REASON), "listing")
    ids = [item["listing"]["listingId"] for item in await waiting(ines)]
    assert listing.id in ids, "suspending decides on no report"
    decision = {"outcome": "upheld", **REASON}
    assert_ok(await ines.post(f"/v1/admin/reports/{report_id}/resolve", decision), "report")
    assert_ok(await ines.post(f"{LISTINGS}/{listing.id}/flag", {"flagged": False}), "listing")
    assert listing.id not in [item["listing"]["listingId"] for item in await waiting(ines)]


async def test_what_an_admin_judged_is_remembered_by_its_revision(ada: Person, ines: Person, clock: FakeClock) -> None:
    listing = (await market.on_sale(ada)).listing
    path = f"{LISTINGS}/{listing.id}"
    assert "reviewed" not in assert_ok(await ines.get(path), "listing")
    for revision, act, body in (
        (1, "flag", {"flagged": True}),
        (2, "flag", {"flagged": False}),
        (3, "suspend", REASON),
        (4, "reinstate", REASON),
    ):
        clock.advance(seconds=1)
        judged = assert_ok(await ines.post(f"{path}/{act}", body), "listing")
        assert judged["reviewed"] == {"revision": revision, "atMs": clock.now_ms()}
        await edit(listing, f"Edit {revision}")
        shown = assert_ok(await ines.get(path), "listing")
        assert (shown["reviewed"], shown["revision"]) == (judged["reviewed"], revision + 1)


async def test_open_intents_are_those_that_could_still_be_redeemed(
    people: People, ada: Person, bea: Person, ines: Person, clock: FakeClock
) -> None:
    offer = await market.on_sale(ada)
    later = await market.release(offer.listing, "2.0.0")
    old = [await market.intent(bea, offer) for _ in range(2)]
    await market.token(old[0])
    await market.intent(bea, later)
    assert_ok(await bea.post(f"{old[1].path}/cancel"))
    assert assert_ok(await ines.get(f"{LISTINGS}/{offer.listing.id}"), "listing")["openIntents"] == 2
    shown = assert_ok(await ines.get(f"/v1/admin/releases/{offer.id}"), "release")
    assert shown["openIntents"] == 1
    assert shown["listing"] == {"name": offer.listing.body["name"], "status": "published", "publishedReleases": 2}
    reach = assert_ok(await ines.get(f"/v1/admin/users/{ada.user_id}"), "user")["reach"]
    assert (reach["openIntentsOnListings"], reach["publishedListings"], reach["openIntents"]) == (2, 1, 0)
    clock.advance(hours=24)
    later_on = await people.signed_in_elsewhere(ines)
    assert assert_ok(await later_on.get(f"{LISTINGS}/{offer.listing.id}"), "listing")["openIntents"] == 0


async def test_an_admin_sees_a_user_with_all_that_is_hers(ada: Person, bea: Person, ines: Person) -> None:
    await bea.sign_in()
    await bea.api_key()
    key = await bea.api_key()
    assert_ok(await bea.post(f"/v1/api-keys/{key.body['apiKeyId']}/revoke"))
    await market.intent(bea, await market.on_sale(ada))
    shown = assert_ok(await ines.get(f"/v1/admin/users/{bea.user_id}"), "user")
    assert shown == {
        "userId": bea.user_id,
        "email": bea.email,
        "displayName": "Bea",
        "capabilities": [],
        "publisherBarred": False,
        "createdAtMs": shown["createdAtMs"],
        "reach": {
            "sessions": 2,
            "apiKeys": 1,
            "openIntents": 1,
            "publishedListings": 0,
            "openIntentsOnListings": 0,
        },
    }
    owner = assert_ok(await ines.get(f"/v1/admin/users/{ada.user_id}"), "user")
    assert owner["publisher"] == {
        "publisherId": ada.publisher_id,
        "handle": owner["publisher"]["handle"],
        "displayName": "Ada",
    }


async def test_an_admin_sees_an_intent_with_what_it_is_to_install(ada: Person, bea: Person, ines: Person) -> None:
    offer = await market.on_sale(ada)
    intent = await market.intent(bea, offer, state="opaque")
    path = f"/v1/admin/intents/{intent.id}"
    shown = assert_ok(await ines.get(path), "installIntent")
    own = {name: value for name, value in intent.body.items() if name not in {"listing", "release", "publisher"}}
    assert shown == {
        **own,
        "buyerUserId": bea.user_id,
        "publisherId": ada.publisher_id,
        "intended": {
            "listingName": offer.listing.body["name"],
            "listingStatus": "published",
            "version": "1.0.0",
            "releaseStatus": "published",
            "publisherHandle": shown["intended"]["publisherHandle"],
        },
        "hasLiveToken": False,
    }
    await market.token(intent)
    assert assert_ok(await ines.get(path), "installIntent")["hasLiveToken"]
    assert_ok(await ines.post(f"{path}/revoke", REASON), "installIntent")
    ended = assert_ok(await ines.get(path), "installIntent")
    assert (ended["status"], ended["hasLiveToken"]) == ("canceled", False)


async def test_reports_of_one_listing_and_one_report(ada: Person, bea: Person, ines: Person) -> None:
    listing, other = [(await market.on_sale(ada)).listing for _ in range(2)]
    made = [await report(bea, listing) for _ in range(3)]
    await report(bea, other)
    shown = assert_ok(await ines.get("/v1/admin/reports", params={"listingId": listing.id, "status": "open"}))["items"]
    assert [item["reportId"] for item in shown] == made[::-1]
    assert assert_ok(await ines.get(f"/v1/admin/reports/{made[0]}"), "report") == shown[-1]


@pytest.mark.parametrize("path", [QUEUE, "/v1/admin/reports/{}", "/v1/admin/users/{}", "/v1/admin/intents/{}"])
async def test_these_are_for_admins(people: People, bea: Person, path: str) -> None:
    assert_error(await people.visitor().get(path.format("x")), "UNAUTHENTICATED")
    assert_error(await bea.get(path.format("x")), "UNAUTHORIZED")

"""POST /v1/reports, GET /v1/admin/reports and POST /v1/admin/reports/{reportId}/resolve."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from fleetprompt import ids
from tests.conftest import Start
from tests.support import market
from tests.support.answers import assert_created, assert_error, assert_ok, assert_replayed, assert_same_refusal
from tests.support.application import App
from tests.support.callers import Query, fresh_key
from tests.support.clock import FakeClock
from tests.support.contents import added_rows, unchanged
from tests.support.databases import Database
from tests.support.events import events_of
from tests.support.market import Release
from tests.support.people import People, Person

PATH = "/v1/reports"
REPORTS = "/v1/admin/reports"
DECISION = {"outcome": "upheld", "reason": "It does."}


@pytest.fixture(scope="module")
async def ada(people: People) -> Person:
    """A publisher."""
    return await people.publisher("Ada")


@pytest.fixture(scope="module")
async def bea(people: People) -> Person:
    """Somebody with a complaint."""
    return await people.register("Bea")


@pytest.fixture(scope="module")
async def ines(people: People) -> Person:
    """An admin."""
    return await people.admin("Ines")


@pytest.fixture(scope="module")
async def offer(ada: Person) -> Release:
    """A release on sale."""
    return await market.on_sale(ada, name="Atlas")


def complaint(about: Release, **over: Any) -> dict[str, Any]:
    """A lawful report."""
    return {"listingId": about.listing.id, "kind": "malware", "summary": "It asks for a password.", **over}


async def reported(bea: Person, about: Release, **over: Any) -> dict[str, Any]:
    """A new report."""
    made: dict[str, Any] = assert_created(await bea.post(PATH, complaint(about, **over)), "report")
    return made


async def test_a_user_reports_a_listing_and_admins_see_what_she_saw(
    ada: Person, bea: Person, ines: Person, clock: FakeClock, database: Database
) -> None:
    offer = await market.on_sale(ada, name="Atlas")
    own = f"/v1/publisher/listings/{offer.listing.id}"
    assert_ok(await ada.patch(own, {"summary": "Send me your password."}), "listing")
    clock.advance(seconds=6)
    with added_rows(database) as added:
        answer = await bea.post(PATH, complaint(offer, kind="impersonation"))
    report = assert_created(answer, "report")
    assert report == {
        **complaint(offer, kind="impersonation"),
        "reportId": report["reportId"],
        "status": "open",
        "createdAtMs": clock.now_ms(),
    }
    assert added == {"reports": 1, "audit_events": 1, "idempotency_keys": 1}
    (event,) = events_of(database, answer)
    assert (event.type, event.actor) == ("listing.reported", ("user", bea.user_id))
    assert event.publisher_id == ada.publisher_id
    assert event.details == {"reportId": report["reportId"], "kind": "impersonation"}
    assert_ok(await ada.patch(own, {"name": "Harmless", "summary": None}), "listing")
    (shown,) = assert_ok(await ines.get(REPORTS, params={"limit": 1}))["items"]
    assert shown == {
        **report,
        "listingRevision": 2,
        "listing": {"name": "Harmless", "status": "published"},
        "reporterUserId": bea.user_id,
    }
    revision = assert_ok(await ines.get(f"/v1/admin/listings/{offer.listing.id}/revisions/2"), "revision")
    assert (revision["name"], revision["summary"]) == ("Atlas", "Send me your password.")


async def test_only_what_is_public_can_be_reported(
    ada: Person, bea: Person, ines: Person, people: People, database: Database
) -> None:
    draft, unlisted, suspended = (await market.listing(ada)), await market.on_sale(ada), await market.on_sale(ada)
    await unlisted.listing.set_status("unlisted")
    assert_ok(await ines.post(f"/v1/admin/listings/{suspended.listing.id}/suspend", {"reason": "A copy."}))
    carl = await people.publisher("Carl")
    hidden = await market.on_sale(carl)
    assert_ok(await ines.post(f"/v1/admin/users/{carl.user_id}/suspend", {"reason": "Spam."}))
    there = await market.on_sale(ada)
    with unchanged(database):
        absent = await bea.post(PATH, complaint(there, listingId=ids.encode("lst", ids.new_uuid())))
        assert_error(absent, "NOT_FOUND")
        for listing_id in (draft.id, unlisted.listing.id, suspended.listing.id, hidden.listing.id, "rel_nothing"):
            assert_same_refusal(await bea.post(PATH, complaint(there, listingId=listing_id)), absent)


@pytest.mark.parametrize(
    ("over", "fields"),
    [
        ({"kind": "ugly"}, ["kind"]),
        ({"summary": ""}, ["summary"]),
        ({"summary": "x" * 1001}, ["summary"]),
        ({"summary": "two\nlines"}, ["summary"]),
        ({"kind": None, "summary": None, "severity": 1}, ["kind", "summary", "severity"]),
    ],
)
async def test_other_reports_are_refused_by_name(
    bea: Person, offer: Release, database: Database, over: dict[str, Any], fields: list[str]
) -> None:
    with unchanged(database):
        answer = await bea.post(PATH, complaint(offer, **over))
    assert_error(answer, "VALIDATION_FAILED", fields=fields)


async def test_a_report_needs_a_user_and_a_key_the_scope_install(
    bea: Person, people: People, offer: Release, database: Database
) -> None:
    reader, buyer = await bea.api_key(scopes=["read", "publish"]), await bea.api_key(scopes=["install"])
    with unchanged(database):
        assert_error(await people.visitor().post(PATH, complaint(offer)), "UNAUTHENTICATED")
        assert_error(await reader.post(PATH, complaint(offer)), "UNAUTHORIZED")
    assert_created(await buyer.post(PATH, complaint(offer)), "report")


async def test_ten_reports_an_hour_are_enough(start: Start, empty_database: Database) -> None:
    app = await start(on=empty_database, RATE_LIMITS="default")
    ada, bea = await app.people.publisher("Ada"), await app.people.register("Bea")
    offer = await market.on_sale(ada)
    for _ in range(10):
        await reported(bea, offer)
    assert_error(await bea.post(PATH, complaint(offer)), "RATE_LIMITED")
    await reported(ada, offer)


async def test_a_report_is_decided_on_once(
    ada: Person, bea: Person, ines: Person, offer: Release, clock: FakeClock, database: Database
) -> None:
    reports = [await reported(bea, offer) for _ in range(2)]
    clock.advance(seconds=2)
    for report, outcome in zip(reports, ("upheld", "dismissed"), strict=True):
        path, decision = f"{REPORTS}/{report['reportId']}/resolve", {"outcome": outcome, "reason": "I looked."}
        with added_rows(database) as added, unchanged(database, but=("reports", "audit_events", "idempotency_keys")):
            answer = await ines.post(path, decision)
        resolved = assert_ok(answer, "report")
        assert resolved == {
            **report,
            "listingRevision": 1,
            "listing": {"name": "Atlas", "status": "published"},
            "reporterUserId": bea.user_id,
            "status": outcome,
            "resolutionReason": "I looked.",
            "resolvedAtMs": clock.now_ms(),
            "resolvedByUserId": ines.user_id,
        }
        assert added == {"audit_events": 1, "idempotency_keys": 1}
        (event,) = events_of(database, answer)
        assert (event.type, event.publisher_id) == ("report.resolved", ada.publisher_id)
        assert event.details == {"reportId": report["reportId"], **decision}
        with unchanged(database):
            for again in ("upheld", "dismissed"):
                assert_error(await ines.post(path, {**decision, "outcome": again}), "CONFLICT", "transition")


async def test_the_longest_reason_of_a_decision_fits_into_the_event(
    bea: Person, ines: Person, offer: Release, database: Database
) -> None:
    report = await reported(bea, offer)
    decision = {"outcome": "dismissed", "reason": "\U0001f6a8" * 1000}
    answer = await ines.post(f"{REPORTS}/{report['reportId']}/resolve", decision)
    assert_ok(answer, "report")
    (event,) = events_of(database, answer)
    assert event.details["reason"] == decision["reason"]


async def test_r_race_of_several_decisions_one_stands(bea: Person, ines: Person, offer: Release) -> None:
    report = await reported(bea, offer)
    path = f"{REPORTS}/{report['reportId']}/resolve"
    answers = await asyncio.gather(
        *(ines.post(path, {**DECISION, "outcome": outcome}) for outcome in ("upheld", "dismissed") * 2)
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]


@pytest.mark.parametrize(
    ("decision", "fields"),
    [
        ({}, ["outcome", "reason"]),
        ({"outcome": "open", "reason": "x"}, ["outcome"]),
        ({"outcome": "upheld", "reason": ""}, ["reason"]),
    ],
)
async def test_other_decisions_are_refused_by_name(
    bea: Person, ines: Person, offer: Release, database: Database, decision: dict[str, Any], fields: list[str]
) -> None:
    report = await reported(bea, offer)
    with unchanged(database):
        answer = await ines.post(f"{REPORTS}/{report['reportId']}/resolve", decision)
    assert_error(answer, "VALIDATION_FAILED", fields=fields)


async def test_reports_are_listed_by_status_in_pages_the_newest_first(bea: Person, ines: Person, ada: Person) -> None:
    offer = await market.on_sale(ada)
    made = [(await reported(bea, offer))["reportId"] for _ in range(7)]
    for report_id in made[::2]:
        assert_ok(await ines.post(f"{REPORTS}/{report_id}/resolve", DECISION), "report")
    for params, expected in (
        ({}, made[::-1]),
        ({"status": "open"}, made[1::2][::-1]),
        ({"status": "upheld"}, made[::2][::-1]),
        ({"status": "dismissed"}, []),
    ):
        seen, query = [], dict[str, str | int](params, limit=2)
        while True:
            page = assert_ok(await ines.get(REPORTS, params=query))
            seen += [item["reportId"] for item in page["items"] if item["listingId"] == offer.listing.id]
            if page["nextCursor"] is None:
                break
            query = {**params, "limit": 2, "cursor": page["nextCursor"]}
        assert seen == expected, params


@pytest.mark.parametrize(
    ("params", "field"), [({"status": "new"}, "status"), ({"limit": 0}, "limit"), ({"cursor": "x"}, "cursor")]
)
async def test_what_is_not_a_filter_is_refused_by_name(ines: Person, params: Query, field: str) -> None:
    assert_error(await ines.get(REPORTS, params=params), "VALIDATION_FAILED", fields=[field])


async def test_a_report_that_is_not_there_is_not_found(ines: Person, database: Database) -> None:
    with unchanged(database):
        unknown = await ines.post(f"{REPORTS}/{ids.encode('rpt', ids.new_uuid())}/resolve", DECISION)
        malformed = await ines.post(f"{REPORTS}/lst_nothing/resolve", DECISION)
    assert_error(unknown, "NOT_FOUND")
    assert_same_refusal(unknown, malformed)


async def test_only_admins_list_and_resolve(bea: Person, people: People, offer: Release, database: Database) -> None:
    path = f"{REPORTS}/{(await reported(bea, offer))['reportId']}/resolve"
    with unchanged(database):
        assert_error(await people.visitor().get(REPORTS), "UNAUTHENTICATED")
        assert_error(await bea.get(REPORTS), "UNAUTHORIZED")
        assert_error(await people.visitor().post(path, DECISION), "UNAUTHENTICATED")
        assert_error(await bea.post(path, DECISION), "UNAUTHORIZED")


async def test_a_retry_with_the_same_key_replays(
    app: App, bea: Person, ines: Person, offer: Release, database: Database
) -> None:
    key = fresh_key()
    with app.counting() as cost:
        first = await bea.post(PATH, complaint(offer), key=key)
    assert cost.round_trips == 1 + 2
    resolve = f"{REPORTS}/{assert_created(first, 'report')['reportId']}/resolve"
    with app.counting() as cost:
        decided = await ines.post(resolve, DECISION, key=key)
    assert cost.round_trips == 1 + 2
    with unchanged(database):
        assert_replayed(await bea.post(PATH, complaint(offer), key=key), first)
        assert_replayed(await ines.post(resolve, DECISION, key=key), decided)
        other = complaint(offer, kind="spam")
        assert_error(await bea.post(PATH, other, key=key), "CONFLICT", "idempotency_key_reused")
        assert_error(await bea.post(PATH, other, key=None), "VALIDATION_FAILED", fields=["Idempotency-Key"])

"""POST /v1/admin/listings/{listingId}/flag."""

from __future__ import annotations

from typing import Any

import pytest

from fleetprompt import ids
from tests.support import market
from tests.support.answers import assert_error, assert_ok, assert_replayed, assert_same_refusal
from tests.support.application import App
from tests.support.callers import fresh_key
from tests.support.clock import FakeClock
from tests.support.contents import added_rows, unchanged
from tests.support.databases import Database
from tests.support.events import events_of
from tests.support.people import Person

LISTINGS = "/v1/admin/listings"


async def test_a_flag_is_put_on_and_taken_off(ada: Person, ines: Person, clock: FakeClock, database: Database) -> None:
    listing = (await market.on_sale(ada)).listing
    clock.advance(seconds=3)
    steps: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({"flagged": True, "reason": "Odd."}, {"flagged": True, "flagReason": "Odd."}),
        ({"flagged": True, "reason": "Very odd."}, {"flagged": True, "flagReason": "Very odd."}),
        ({"flagged": True}, {"flagged": True}),
        ({"flagged": False, "reason": "It is fine."}, {"flagged": False}),
    ]
    for request, shown in steps:
        with added_rows(database) as added:
            answer = await ines.post(f"{LISTINGS}/{listing.id}/flag", request)
        flagged = assert_ok(answer, "listing")
        assert {name: flagged[name] for name in ("flagged", "flagReason") if name in flagged} == shown
        assert flagged["status"] == "published"
        assert flagged["updatedAtMs"] == listing.body["updatedAtMs"]
        assert added == {"audit_events": 1, "idempotency_keys": 1}
        (event,) = events_of(database, answer)
        assert (event.type, event.details) == ("listing.flagged", request)


async def test_nobody_but_admins_learns_of_it(ada: Person, ines: Person, database: Database) -> None:
    listing = (await market.on_sale(ada)).listing
    own = f"/v1/publisher/listings/{listing.id}"
    before = assert_ok(await ada.get(own))
    assert_ok(await ines.post(f"{LISTINGS}/{listing.id}/flag", {"flagged": True, "reason": "Odd."}))
    assert assert_ok(await ada.get(own)) == before


async def test_there_is_no_flag_to_take_from_an_unflagged_listing(
    ada: Person, ines: Person, database: Database
) -> None:
    listing = await market.listing(ada)
    with unchanged(database):
        answer = await ines.post(f"{LISTINGS}/{listing.id}/flag", {"flagged": False})
    assert_error(answer, "CONFLICT", "transition")


async def test_a_flag_survives_suspension(ada: Person, ines: Person) -> None:
    listing = (await market.on_sale(ada)).listing
    assert_ok(await ines.post(f"{LISTINGS}/{listing.id}/flag", {"flagged": True, "reason": "Odd."}))
    assert_ok(await ines.post(f"{LISTINGS}/{listing.id}/suspend", {"reason": "A copy."}))
    reinstated = assert_ok(await ines.post(f"{LISTINGS}/{listing.id}/reinstate", {"reason": "None."}), "listing")
    assert (reinstated["flagged"], reinstated["flagReason"]) == (True, "Odd.")


@pytest.mark.parametrize(
    ("request_body", "fields"),
    [
        ({}, ["flagged"]),
        ({"flagged": None}, ["flagged"]),
        ({"flagged": "true"}, ["flagged"]),
        ({"flagged": 1, "reason": ""}, ["flagged", "reason"]),
        ({"flagged": True, "reason": None}, ["reason"]),
    ],
)
async def test_other_requests_are_refused_by_name(
    ada: Person, ines: Person, database: Database, request_body: dict[str, Any], fields: list[str]
) -> None:
    listing = await market.listing(ada)
    with unchanged(database):
        answer = await ines.post(f"{LISTINGS}/{listing.id}/flag", request_body)
    assert_error(answer, "VALIDATION_FAILED", fields=fields)


async def test_a_listing_that_is_not_there_is_not_found(ines: Person) -> None:
    unknown = await ines.post(f"{LISTINGS}/{ids.encode('lst', ids.new_uuid())}/flag", {"flagged": False})
    malformed = await ines.post(f"{LISTINGS}/lst_/flag", {"flagged": False})
    assert_error(unknown, "NOT_FOUND")
    assert_same_refusal(unknown, malformed)


async def test_a_retry_with_the_same_key_replays(app: App, ada: Person, ines: Person, database: Database) -> None:
    listing, key = await market.listing(ada), fresh_key()
    path = f"{LISTINGS}/{listing.id}/flag"
    with app.counting() as cost:
        first = await ines.post(path, {"flagged": True}, key=key)
    assert cost.round_trips == 1 + 2
    with unchanged(database):
        assert_replayed(await ines.post(path, {"flagged": True}, key=key), first)
        assert_error(await ines.post(path, {"flagged": False}, key=key), "CONFLICT", "idempotency_key_reused")

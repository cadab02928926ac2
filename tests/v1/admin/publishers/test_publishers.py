"""GET /v1/admin/publishers/{publisherId} and POST …/verification."""

from __future__ import annotations

from typing import Any

import pytest

from fleetprompt import ids
from tests.support.answers import assert_error, assert_ok, assert_replayed, assert_same_refusal
from tests.support.application import App
from tests.support.callers import fresh_key
from tests.support.clock import FakeClock
from tests.support.contents import added_rows, unchanged
from tests.support.databases import Database
from tests.support.events import events_of
from tests.support.people import People, Person

PUBLISHERS = "/v1/admin/publishers"


async def test_an_admin_sees_a_publisher_with_its_user(people: People, ines: Person, clock: FakeClock) -> None:
    ada = await people.publisher("Ada Lovelace", bio={"format": "markdown", "markdown": "*Maps.*"})
    profile = assert_ok(await ada.get("/v1/publisher/profile"), "publisher")
    shown = assert_ok(await ines.get(f"{PUBLISHERS}/{ada.publisher_id}"), "publisher")
    user = {
        "userId": ada.user_id,
        "email": ada.email,
        "displayName": "Ada Lovelace",
        "capabilities": ["publisher"],
        "publisherBarred": False,
        "publisherId": ada.publisher_id,
        "createdAtMs": clock.now_ms(),
    }
    assert shown == {**profile, "createdAtMs": clock.now_ms(), "updatedAtMs": clock.now_ms(), "user": user}
    clock.advance(seconds=4)
    assert_ok(await ines.post(f"/v1/admin/users/{ada.user_id}/suspend", {"reason": "Spam."}))
    suspended = assert_ok(await ines.get(f"{PUBLISHERS}/{ada.publisher_id}"), "publisher")
    assert suspended == {
        **shown,
        "suspendedAtMs": clock.now_ms(),
        "user": {**user, "suspension": {"reason": "Spam.", "atMs": clock.now_ms()}},
    }


@pytest.mark.parametrize("status", ["verified", "failed"])
async def test_a_check_is_noted_with_its_time_and_can_be_made_again_or_taken_back(
    people: People, ines: Person, clock: FakeClock, database: Database, status: str
) -> None:
    ada = await people.publisher("Ada")
    path = f"{PUBLISHERS}/{ada.publisher_id}/verification"
    for _ in range(2):
        now_ms = clock.advance(seconds=8)
        with added_rows(database) as added:
            answer = await ines.post(path, {"status": status, "reason": "By phone."})
        checked = assert_ok(answer, "publisher")
        assert checked["verified"] == {"status": status, "checkedAtMs": now_ms}
        assert checked["updatedAtMs"] == now_ms
        assert added == {"audit_events": 1, "idempotency_keys": 1}
        (event,) = events_of(database, answer)
        assert (event.type, event.publisher_id) == ("publisher.verification_set", ada.publisher_id)
        assert event.details == {"status": status, "reason": "By phone."}
    profile = assert_ok(await ada.get("/v1/publisher/profile"), "publisher")
    assert profile["verified"] == checked["verified"]
    answer = await ines.post(path, {"status": "unverified"})
    assert assert_ok(answer, "publisher")["verified"] == {"status": "unverified"}
    (event,) = events_of(database, answer)
    assert event.details == {"status": "unverified"}


async def test_another_name_takes_the_verification_away(people: People, ines: Person) -> None:
    ada = await people.publisher("Ada")
    assert_ok(await ines.post(f"{PUBLISHERS}/{ada.publisher_id}/verification", {"status": "verified"}))
    assert_ok(await ada.put("/v1/publisher/profile", {"displayName": "Somebody famous"}))
    shown = assert_ok(await ines.get(f"{PUBLISHERS}/{ada.publisher_id}"), "publisher")
    assert shown["verified"] == {"status": "unverified"}


async def test_what_was_never_checked_cannot_be_taken_back(people: People, ines: Person, database: Database) -> None:
    ada = await people.publisher("Ada")
    with unchanged(database):
        answer = await ines.post(f"{PUBLISHERS}/{ada.publisher_id}/verification", {"status": "unverified"})
    assert_error(answer, "CONFLICT", "transition")


@pytest.mark.parametrize(
    ("request_body", "fields"),
    [
        ({}, ["status"]),
        ({"status": "great"}, ["status"]),
        ({"status": "verified", "reason": ""}, ["reason"]),
        ({"status": None, "reason": "x" * 1001, "by": "me"}, ["status", "reason", "by"]),
    ],
)
async def test_other_requests_are_refused_by_name(
    people: People, ines: Person, database: Database, request_body: dict[str, Any], fields: list[str]
) -> None:
    ada = await people.publisher("Ada")
    with unchanged(database):
        answer = await ines.post(f"{PUBLISHERS}/{ada.publisher_id}/verification", request_body)
    assert_error(answer, "VALIDATION_FAILED", fields=fields)


async def test_a_publisher_that_is_not_there_is_not_found(ines: Person) -> None:
    absent, verified = ids.encode("pub", ids.new_uuid()), {"status": "verified"}
    unknown = await ines.get(f"{PUBLISHERS}/{absent}")
    assert_error(unknown, "NOT_FOUND")
    assert_same_refusal(unknown, await ines.get(f"{PUBLISHERS}/usr_nothing"))
    unknown = await ines.post(f"{PUBLISHERS}/{absent}/verification", verified)
    assert_error(unknown, "NOT_FOUND")
    assert_same_refusal(unknown, await ines.post(f"{PUBLISHERS}/usr_nothing/verification", verified))


async def test_only_admins_see_and_verify(people: People, database: Database) -> None:
    ada, visitor = await people.publisher("Ada"), people.visitor()
    path = f"{PUBLISHERS}/{ada.publisher_id}"
    with unchanged(database):
        assert_error(await visitor.get(path), "UNAUTHENTICATED")
        assert_error(await ada.get(path), "UNAUTHORIZED")
        assert_error(await visitor.post(f"{path}/verification", {"status": "verified"}), "UNAUTHENTICATED")
        assert_error(await ada.post(f"{path}/verification", {"status": "verified"}), "UNAUTHORIZED")


async def test_a_retry_with_the_same_key_replays(app: App, people: People, ines: Person, database: Database) -> None:
    ada, key = await people.publisher("Ada"), fresh_key()
    path = f"{PUBLISHERS}/{ada.publisher_id}/verification"
    with app.counting() as cost:
        first = await ines.post(path, {"status": "verified"}, key=key)
    assert cost.round_trips == 1 + 2
    with unchanged(database):
        assert_replayed(await ines.post(path, {"status": "verified"}, key=key), first)
        assert_error(await ines.post(path, {"status": "failed"}, key=key), "CONFLICT", "idempotency_key_reused")

"""GET and PUT /v1/publisher/profile."""

from __future__ import annotations

import asyncio
import re

import pytest

from fleetprompt import ids
from tests.support.answers import assert_error, assert_ok, assert_replayed
from tests.support.application import App
from tests.support.contents import added_rows, unchanged
from tests.support.databases import Database
from tests.support.events import events_of
from tests.support.people import People, Person

BIO = {"format": "markdown", "markdown": "We build *agents*."}


def publisher_uuid(person: Person) -> object:
    return ids.decode("pub", person.publisher_id or "")


async def test_there_is_no_profile_before_the_first_one(people: People) -> None:
    ada = await people.register("Ada")
    assert_error(await ada.get("/v1/publisher/profile"), "NOT_FOUND")


async def test_the_first_profile_makes_a_publisher(people: People, database: Database) -> None:
    ada = await people.register("Ada")
    await ada.csrf_token()
    request = {"displayName": "Acme Automation", "handle": "acme-1", "bio": BIO}
    with added_rows(database) as added:
        answer = await ada.put("/v1/publisher/profile", request)
    assert added == {"publishers": 1, "audit_events": 2, "idempotency_keys": 1}
    publisher = assert_ok(answer, "publisher")
    assert publisher == {
        "publisherId": publisher["publisherId"],
        "handle": "acme-1",
        "displayName": "Acme Automation",
        "bio": BIO | {"html": "<p>We build <em>agents</em>.</p>\n"},
        "verified": {"status": "unverified"},
    }
    updated, granted = events_of(database, answer)
    assert updated.type == "publisher.profile_updated"
    assert updated.details == {"fields": ["displayName", "handle", "bio"]}
    assert (granted.type, granted.cause) == ("capability.granted", updated.id)
    assert granted.details == {"userId": ada.user_id, "capability": "publisher"}
    assert {updated.publisher_id, granted.publisher_id} == {publisher["publisherId"]}
    assert assert_ok(await ada.get("/v1/publisher/profile"), "publisher") == publisher
    assert assert_ok(await ada.get("/v1/me"))["user"]["capabilities"] == ["publisher"]


async def test_becoming_a_publisher_ends_the_other_sessions(people: People, database: Database) -> None:
    ada = await people.register("Ada")
    elsewhere = await people.signed_in_elsewhere(ada)
    answer = await ada.put("/v1/publisher/profile", {"displayName": "Ada"})
    assert_ok(answer)
    _, granted, ended = events_of(database, answer)
    assert (ended.type, ended.cause) == ("session.ended", granted.id)
    assert_error(await elsewhere.get("/v1/me"), "UNAUTHENTICATED")
    again = await people.signed_in_elsewhere(ada)
    assert_ok(await ada.put("/v1/publisher/profile", {"displayName": "Ada II"}))
    assert_ok(await again.get("/v1/me"))


async def test_a_program_that_makes_its_user_a_publisher_ends_every_session(people: People) -> None:
    ada = await people.register("Ada")
    program = await ada.api_key()
    assert_ok(await program.put("/v1/publisher/profile", {"displayName": "Ada"}))
    assert_error(await ada.get("/v1/me"), "UNAUTHENTICATED")
    assert_ok(await program.get("/v1/publisher/profile"))


@pytest.mark.parametrize(
    ("display_name", "pattern"),
    [
        ("Grüne Söhne & Co.", "grune-sohne-co"),
        ("ÇELEBI 3000", "celebi-3000"),
        ("A" * 80, "a{39}"),
        ("北京", "publisher-[0-9a-f]{8}"),
        ("X", "x-[0-9a-f]{8}"),
        ("Admin", "admin-[0-9a-f]{8}"),
        ("FleetPrompt", "fleetprompt-[0-9a-f]{8}"),
    ],
)
async def test_a_handle_is_derived_where_none_is_chosen(people: People, display_name: str, pattern: str) -> None:
    ada = await people.register("Ada")
    publisher = await ada.become_publisher(displayName=display_name)
    assert re.fullmatch(pattern, publisher["handle"])


async def test_a_profile_without_a_handle_never_fails_for_it(people: People) -> None:
    crowd = [await people.register("Ada") for _ in range(4)]
    for person in crowd:
        await person.csrf_token()
    answers = await asyncio.gather(
        *(person.put("/v1/publisher/profile", {"displayName": "The Same Name"}) for person in crowd)
    )
    handles = [assert_ok(answer, "publisher")["handle"] for answer in answers]
    assert len(set(handles)) == 4
    assert "the-same-name" in handles
    assert all(re.fullmatch("the-same-name(-[0-9a-f]{8})?", handle) for handle in handles)


@pytest.mark.parametrize("handle", ["taken-handle", "admin"])
async def test_a_chosen_handle_that_is_taken_or_reserved_is_refused(
    people: People, database: Database, handle: str
) -> None:
    if database.value("select count(*) from publishers where handle = 'taken-handle'") == 0:
        await people.publisher(handle="taken-handle")
    eve = await people.register("Eve")
    await eve.csrf_token()
    with unchanged(database):
        answer = await eve.put("/v1/publisher/profile", {"displayName": "Eve", "handle": handle})
    assert_error(answer, "CONFLICT", "handle_taken")


async def test_of_two_who_choose_one_handle_at_once_one_gets_it(people: People) -> None:
    pair = [await people.register("Ada") for _ in range(2)]
    for person in pair:
        await person.csrf_token()
    request = {"displayName": "Twin", "handle": "only-one-of-us"}
    answers = await asyncio.gather(*(person.put("/v1/publisher/profile", request) for person in pair))
    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_two_first_profiles_of_one_user_at_once_make_one_publisher(people: People, database: Database) -> None:
    ada = await people.register("Ada")
    await ada.csrf_token()
    answers = await asyncio.gather(
        *(ada.put("/v1/publisher/profile", {"displayName": f"Ada {number}"}) for number in range(3))
    )
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["publisher"]["publisherId"] for answer in answers}) == 1
    granted = "select count(*) from audit_events where type = 'capability.granted' and actor_id = %s"
    assert database.value(granted, ids.decode("usr", ada.user_id)) == 1


async def test_a_handle_stays_for_good(people: People, database: Database) -> None:
    ada = await people.publisher("Ada", handle="for-good")
    request = {"displayName": "Ada", "handle": "for-better"}
    with unchanged(database):
        assert_error(await ada.put("/v1/publisher/profile", request), "VALIDATION_FAILED", fields=["handle"])
    answer = await ada.put("/v1/publisher/profile", {"displayName": "Renamed", "handle": "for-good"})
    assert assert_ok(answer, "publisher")["handle"] == "for-good"


@pytest.mark.parametrize(
    ("request_body", "fields"),
    [
        ({}, ["displayName"]),
        ({"displayName": ""}, ["displayName"]),
        ({"displayName": "x" * 81}, ["displayName"]),
        ({"displayName": "a\u202eb"}, ["displayName"]),
        ({"displayName": "Ada", "handle": "a"}, ["handle"]),
        ({"displayName": "Ada", "handle": "-ada"}, ["handle"]),
        ({"displayName": "Ada", "handle": "Ada"}, ["handle"]),
        ({"displayName": "Ada", "handle": "a" * 40}, ["handle"]),
        ({"displayName": "Ada", "bio": {"markdown": "x"}}, ["bio.format"]),
        ({"displayName": "Ada", "bio": {"format": "html", "markdown": "x"}}, ["bio.format"]),
        ({"displayName": "Ada", "bio": {"format": "markdown", "markdown": "x" * 2001}}, ["bio.markdown"]),
        ({"displayName": "Ada", "bio": {"format": "markdown", "markdown": "<b>x</b>"}}, ["bio.markdown"]),
        ({"displayName": "Ada", "publisherId": "pub_1"}, ["publisherId"]),
    ],
)
async def test_what_a_profile_cannot_say_is_refused_by_name(
    people: People, database: Database, request_body: dict[str, object], fields: list[str]
) -> None:
    ada = await people.register("Ada")
    await ada.csrf_token()
    with unchanged(database):
        answer = await ada.put("/v1/publisher/profile", request_body)
        assert_error(answer, "VALIDATION_FAILED", fields=fields)


async def test_a_profile_is_replaced_as_a_whole(people: People, database: Database) -> None:
    ada = await people.publisher("Ada", bio=BIO)
    answer = await ada.put("/v1/publisher/profile", {"displayName": "Ada"})
    assert "bio" not in assert_ok(answer, "publisher")
    (event,) = events_of(database, answer)
    assert (event.type, event.details) == ("publisher.profile_updated", {"fields": ["bio"]})
    bio = "select bio_markdown, bio_html, bio_policy from publishers where id = %s"
    assert database.rows(bio, publisher_uuid(ada)) == [(None, None, None)]


async def test_a_profile_that_changes_nothing_writes_nothing_but_its_ledger_entry(
    people: People, database: Database
) -> None:
    ada = await people.publisher("Ada", bio=BIO)
    with added_rows(database) as added, unchanged(database, but=("idempotency_keys",)):
        answer = await ada.put("/v1/publisher/profile", {"displayName": "Ada", "bio": BIO}, key="nothing")
    assert_ok(answer)
    assert added == {"idempotency_keys": 1}
    with unchanged(database):
        assert_replayed(
            await ada.put("/v1/publisher/profile", {"displayName": "Ada", "bio": BIO}, key="nothing"), answer
        )
        assert_ok(await ada.put("/v1/publisher/profile", {"displayName": "Ada", "bio": BIO}, key=None))


async def test_a_new_display_name_takes_the_verification_away(people: People, database: Database) -> None:
    ada = await people.publisher("Ada")
    verify = "update publishers set verification_status = 'verified', verification_checked_at_ms = 7 where id = %s"
    database.change(verify, publisher_uuid(ada))
    answer = await ada.put("/v1/publisher/profile", {"displayName": "Ada", "bio": BIO})
    assert assert_ok(answer, "publisher")["verified"] == {"status": "verified", "checkedAtMs": 7}
    answer = await ada.put("/v1/publisher/profile", {"displayName": "Acme", "bio": BIO})
    assert assert_ok(answer, "publisher")["verified"] == {"status": "unverified"}
    updated, reset = events_of(database, answer)
    assert updated.details == {"fields": ["displayName"]}
    assert (reset.type, reset.cause, reset.details) == (
        "publisher.verification_set",
        updated.id,
        {"status": "unverified"},
    )


async def test_a_failed_verification_stays_failed_under_another_name(people: People, database: Database) -> None:
    ada = await people.publisher("Ada")
    fail = "update publishers set verification_status = 'failed', verification_checked_at_ms = 7 where id = %s"
    database.change(fail, publisher_uuid(ada))
    answer = await ada.put("/v1/publisher/profile", {"displayName": "Acme"})
    assert assert_ok(answer, "publisher")["verified"] == {"status": "failed", "checkedAtMs": 7}


async def test_whom_an_admin_barred_no_profile_makes_a_publisher(people: People, database: Database) -> None:
    ines, ada, eve = await people.admin("Ines"), await people.publisher("Ada"), await people.register("Eve")
    for person in (ada, eve):
        await ines.post(f"/v1/admin/users/{person.user_id}/capabilities", {"grant": ["publisher"]})
        answer = await ines.post(f"/v1/admin/users/{person.user_id}/capabilities", {"revoke": ["publisher"]})
        assert_ok(answer, "user")
    eve = await people.signed_in_elsewhere(eve)
    for person in (ada, eve):
        await person.csrf_token()
        with unchanged(database):
            assert_error(await person.put("/v1/publisher/profile", {"displayName": "Again"}), "UNAUTHORIZED")
    assert assert_ok(await ada.get("/v1/publisher/profile"), "publisher")["displayName"] == "Ada"
    await ines.post(f"/v1/admin/users/{ada.user_id}/capabilities", {"grant": ["publisher"]})
    ada = await people.signed_in_elsewhere(ada)
    assert_ok(await ada.put("/v1/publisher/profile", {"displayName": "Again"}))


async def test_a_publisher_is_found_by_name_and_handle(people: People, database: Database) -> None:
    ada = await people.publisher("Ada", handle="zebra-works")
    await ada.put("/v1/publisher/profile", {"displayName": "Crème Brûlée"})
    found = "select count(*) from publishers where id = %s and search_vector @@ %s::tsquery"
    for query in ("creme & brulee", "zebra", "works:D"):
        assert database.value(found, publisher_uuid(ada), query) == 1


async def test_a_profile_costs_two_round_trips_and_its_replay_one(people: People, app: App) -> None:
    ada = await people.register("Ada")
    await ada.csrf_token()
    authentication = 1
    with app.counting() as cost:
        assert_ok(await ada.put("/v1/publisher/profile", {"displayName": "Ada"}, key="cost"))
    assert cost.round_trips == authentication + 2
    with app.counting() as cost:
        assert_ok(await ada.put("/v1/publisher/profile", {"displayName": "Ada"}, key="cost"))
    assert cost.round_trips == authentication + 1

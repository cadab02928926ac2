"""POST /v1/admin/users/{userId}/capabilities."""

from __future__ import annotations

import pytest

from fleetprompt import ids
from tests.support.answers import assert_error, assert_ok, assert_replayed
from tests.support.clock import FakeClock
from tests.support.contents import unchanged
from tests.support.databases import Database
from tests.support.events import events_of
from tests.support.people import People, Person


def path_of(person: Person) -> str:
    return f"/v1/admin/users/{person.user_id}/capabilities"


async def test_a_grant_opens_the_surface_and_ends_the_sessions(people: People, database: Database) -> None:
    ines, ada = await people.admin("Ines"), await people.register("Ada")
    answer = await ines.post(path_of(ada), {"grant": ["admin"]})
    user = assert_ok(answer, "user")
    assert (user["userId"], user["capabilities"], user["publisherBarred"]) == (ada.user_id, ["admin"], False)
    granted, ended = events_of(database, answer)
    assert (granted.type, granted.actor) == ("capability.granted", ("user", ines.user_id))
    assert granted.details == {"userId": ada.user_id, "capability": "admin"}
    assert (ended.type, ended.cause) == ("session.ended", granted.id)
    assert_error(await ada.get("/v1/me"), "UNAUTHENTICATED")
    ada = await people.signed_in_elsewhere(ada)
    assert_ok(await ada.get("/v1/admin/users"))


async def test_an_admin_who_grants_herself_something_keeps_the_session_that_asks(people: People) -> None:
    ines = await people.admin("Ines")
    elsewhere = await people.signed_in_elsewhere(ines)
    assert_ok(await ines.post(path_of(ines), {"grant": ["publisher"]}), "user")
    assert_ok(await ines.get("/v1/me"))
    assert_error(await elsewhere.get("/v1/me"), "UNAUTHENTICATED")


async def test_a_revocation_closes_the_surface_at_once(people: People, database: Database) -> None:
    ines, ada = await people.admin("Ines"), await people.publisher("Ada")
    answer = await ines.post(path_of(ada), {"revoke": ["publisher"]})
    user = assert_ok(answer, "user")
    assert (user["capabilities"], user["publisherBarred"], user["publisherId"]) == ([], True, ada.publisher_id)
    (event,) = events_of(database, answer)
    assert (event.type, event.publisher_id) == ("capability.revoked", ada.publisher_id)
    assert event.details == {"userId": ada.user_id, "capability": "publisher"}
    assert assert_ok(await ada.get("/v1/me"))["user"]["capabilities"] == []


async def test_one_request_may_grant_and_revoke(people: People, database: Database) -> None:
    ines, ada = await people.admin("Ines"), await people.publisher("Ada")
    answer = await ines.post(path_of(ada), {"grant": ["admin"], "revoke": ["publisher"]})
    assert assert_ok(answer, "user")["capabilities"] == ["admin"]
    types = [event.type for event in events_of(database, answer)]
    assert types == ["capability.granted", "capability.revoked", "session.ended"]


async def test_what_changes_nothing_writes_nothing(people: People, database: Database) -> None:
    ines, ada = await people.admin("Ines"), await people.publisher("Ada")
    await ines.csrf_token()
    idle: list[dict[str, list[str]]] = [
        {"grant": ["publisher"]},
        {"revoke": ["admin"]},
        {"grant": [], "revoke": []},
        {},
    ]
    with unchanged(database, but=("idempotency_keys",)):
        for request in idle:
            assert_ok(await ines.post(path_of(ada), request), "user")
    assert_ok(await ada.get("/v1/me"))


async def test_nobody_takes_admin_from_herself(people: People, database: Database) -> None:
    ines, otto = await people.admin("Ines"), await people.admin("Otto")
    await ines.csrf_token()
    with unchanged(database):
        answer = await ines.post(path_of(ines), {"revoke": ["admin"]})
    assert_error(answer, "CONFLICT", "transition")
    assert_ok(await otto.post(path_of(ines), {"revoke": ["admin"]}))
    assert_error(await ines.get("/v1/admin/users"), "UNAUTHORIZED")


async def test_a_session_that_was_over_for_an_admin_does_not_come_back_when_she_is_none(
    people: People, database: Database, clock: FakeClock
) -> None:
    otto = await people.admin("Otto")
    clock.advance(hours=2)
    used = await people.signed_in_elsewhere(otto)
    assert_error(await otto.get("/v1/me"), "UNAUTHENTICATED")
    ines = await people.admin("Ines")
    answer = await ines.post(path_of(otto), {"revoke": ["admin"]})
    assert_ok(answer)
    assert [event.type for event in events_of(database, answer)] == ["capability.revoked", "session.ended"]
    assert_error(await otto.get("/v1/me"), "UNAUTHENTICATED")
    assert_ok(await used.get("/v1/me"))


async def test_a_replay_answers_the_same(people: People) -> None:
    ines, ada = await people.admin("Ines"), await people.register("Ada")
    first = await ines.post(path_of(ada), {"grant": ["publisher"]}, key="grant-1")
    assert_replayed(await ines.post(path_of(ada), {"grant": ["publisher"]}, key="grant-1"), first)


@pytest.mark.parametrize(
    ("request_body", "fields"),
    [
        ({"grant": ["root"]}, ["grant[0]"]),
        ({"grant": "admin"}, ["grant"]),
        ({"grant": ["admin", "admin"]}, ["grant[1]"]),
        ({"grant": ["admin"], "revoke": ["publisher", "admin"]}, ["revoke[1]"]),
    ],
)
async def test_what_cannot_be_granted_is_refused_by_name(
    people: People, database: Database, request_body: dict[str, object], fields: list[str]
) -> None:
    ines = await people.admin("Ines")
    await ines.csrf_token()
    with unchanged(database):
        answer = await ines.post(path_of(ines), request_body)
        assert_error(answer, "VALIDATION_FAILED", fields=fields)


async def test_only_admins_grant_and_only_to_users_that_are(people: People, database: Database) -> None:
    ines, ada = await people.admin("Ines"), await people.publisher("Ada")
    await ines.csrf_token()
    nobody = ids.encode("usr", ids.new_uuid())
    with unchanged(database):
        assert_error(await ada.post(path_of(ada), {"grant": ["admin"]}), "UNAUTHORIZED")
        assert_error(await people.visitor().post(path_of(ada), {"grant": ["admin"]}), "UNAUTHENTICATED")
        for absent in (nobody, "usr_nonsense", ada.publisher_id):
            answer = await ines.post(f"/v1/admin/users/{absent}/capabilities", {"grant": ["admin"]})
            assert_error(answer, "NOT_FOUND")

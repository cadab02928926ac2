"""GET /v1/sessions, POST /v1/sessions/{sessionId}/revoke."""

from __future__ import annotations

from fleetprompt import ids
from tests.support.answers import assert_error, assert_ok, assert_same_refusal
from tests.support.clock import FakeClock
from tests.support.contents import unchanged
from tests.support.databases import Database
from tests.support.events import events_of
from tests.support.people import People, Person

DAY_MS = 24 * 60 * 60 * 1000


async def sessions_of(person: Person) -> list[dict[str, object]]:
    items: list[dict[str, object]] = assert_ok(await person.get("/v1/sessions"))["items"]
    return items


async def test_the_live_sessions_are_listed_and_the_asking_one_is_marked(people: People) -> None:
    ada = await people.register("Ada")
    elsewhere = await people.signed_in_elsewhere(ada)
    newer, older = await sessions_of(ada)
    assert (newer["current"], older["current"]) == (False, True)
    assert older.keys() == {"sessionId", "createdAtMs", "lastSeenAtMs", "expiresAtMs", "current"}
    assert older["expiresAtMs"] == int(str(older["createdAtMs"])) + 14 * DAY_MS
    assert [session["current"] for session in await sessions_of(elsewhere)] == [True, False]


async def test_an_admins_session_shows_its_own_deadline(people: People) -> None:
    ines = await people.admin("Ines")
    (session,) = await sessions_of(ines)
    assert session["expiresAtMs"] == int(str(session["createdAtMs"])) + DAY_MS // 2


async def test_an_ended_session_opens_nothing_and_leaves_the_list(people: People, database: Database) -> None:
    ada = await people.register("Ada")
    elsewhere = await people.signed_in_elsewhere(ada)
    session_id = (await sessions_of(ada))[0]["sessionId"]
    answer = await ada.post(f"/v1/sessions/{session_id}/revoke")
    session = assert_ok(answer, "session")
    assert (session["sessionId"], session["current"]) == (session_id, False)
    assert session["endedAtMs"] >= session["createdAtMs"]
    (event,) = events_of(database, answer)
    assert (event.type, event.details) == ("session.ended", {"userId": ada.user_id, "sessionId": session_id})
    assert_error(await elsewhere.get("/v1/me"), "UNAUTHENTICATED")
    assert [each["sessionId"] for each in await sessions_of(ada)] != [session_id]
    with unchanged(database):
        assert_error(await ada.post(f"/v1/sessions/{session_id}/revoke"), "CONFLICT", "transition")


async def test_the_asking_session_may_end_itself(people: People) -> None:
    ada = await people.register("Ada")
    (current,) = await sessions_of(ada)
    answer = await ada.post(f"/v1/sessions/{current['sessionId']}/revoke")
    assert assert_ok(answer, "session")["current"] is True
    assert_error(await ada.get("/v1/me"), "UNAUTHENTICATED")


async def test_nobody_else_sees_or_ends_a_session(people: People, database: Database) -> None:
    ada, eve = await people.register("Ada"), await people.register("Eve")
    (hers,) = await sessions_of(ada)
    await eve.csrf_token()
    with unchanged(database):
        foreign = await eve.post(f"/v1/sessions/{hers['sessionId']}/revoke")
        absent = await eve.post(f"/v1/sessions/{ids.encode('ses', ids.new_uuid())}/revoke")
    assert_error(foreign, "NOT_FOUND")
    assert_same_refusal(foreign, absent)
    assert_ok(await ada.get("/v1/me"))


async def test_a_session_that_ended_by_itself_is_neither_listed_nor_ended_again(
    people: People, clock: FakeClock
) -> None:
    ada = await people.register("Ada")
    (idle,) = await sessions_of(ada)
    clock.advance(hours=12)
    back = await people.signed_in_elsewhere(ada)
    assert idle["sessionId"] not in [each["sessionId"] for each in await sessions_of(back)]
    assert_error(await back.post(f"/v1/sessions/{idle['sessionId']}/revoke"), "CONFLICT", "transition")


async def test_sessions_are_listed_in_pages(people: People) -> None:
    ada = await people.register("Ada")
    for _ in range(4):
        await people.signed_in_elsewhere(ada)
    everything = await sessions_of(ada)
    first = assert_ok(await ada.get("/v1/sessions", params={"limit": 3}))
    second = assert_ok(await ada.get("/v1/sessions", params={"limit": 3, "cursor": first["nextCursor"]}))
    assert first["items"] + second["items"] == everything
    assert second["nextCursor"] is None
    eve = await people.register("Eve")
    answer = await eve.get("/v1/sessions", params={"cursor": first["nextCursor"]})
    assert_error(answer, "VALIDATION_FAILED", fields=["cursor"])

"""When a session ends by itself, and what keeps it from counting as idle (spec 6.4 Browser, 6.7)."""

from __future__ import annotations

import asyncio

from fleetprompt import ids
from tests.support.answers import assert_error, assert_ok
from tests.support.application import App
from tests.support.clock import FakeClock
from tests.support.contents import difference, snapshot, unchanged
from tests.support.databases import Database
from tests.support.holding import until_awaited
from tests.support.people import People, Person


def last_seen(database: Database, person: Person) -> int:
    value = database.value("select last_seen_at_ms from sessions where user_id = %s", ids.decode("usr", person.user_id))
    return int(value)


async def test_twelve_idle_hours_end_a_session(people: People, clock: FakeClock) -> None:
    ada, bea = await people.register("Ada"), await people.register("Bea")
    clock.advance(hours=12, ms=-1)
    assert_ok(await ada.get("/v1/me"))
    clock.advance(ms=1)
    assert_ok(await ada.get("/v1/me"))
    assert_error(await bea.get("/v1/me"), "UNAUTHENTICATED")


async def test_fourteen_days_end_a_session_that_is_in_use(people: People, clock: FakeClock) -> None:
    ada = await people.register("Ada")
    for _ in range(14 * 3 - 1):
        clock.advance(hours=8)
        assert_ok(await ada.get("/v1/me"))
    clock.advance(hours=8, ms=-1)
    assert_ok(await ada.get("/v1/me"))
    clock.advance(ms=1)
    assert_error(await ada.get("/v1/me"), "UNAUTHENTICATED")


async def test_one_idle_hour_ends_an_admins_session(people: People, clock: FakeClock) -> None:
    ines, otto = await people.admin("Ines"), await people.admin("Otto")
    clock.advance(hours=1, ms=-1)
    assert_ok(await ines.get("/v1/me"))
    clock.advance(ms=1)
    assert_ok(await ines.get("/v1/me"))
    assert_error(await otto.get("/v1/me"), "UNAUTHENTICATED")


async def test_twelve_hours_end_an_admins_session_that_is_in_use(people: People, clock: FakeClock) -> None:
    ines = await people.admin("Ines")
    for _ in range(23):
        clock.advance(minutes=30)
        assert_ok(await ines.get("/v1/me"))
    clock.advance(minutes=30, ms=-1)
    assert_ok(await ines.get("/v1/me"))
    clock.advance(ms=1)
    assert_error(await ines.get("/v1/me"), "UNAUTHENTICATED")


async def test_use_is_noted_every_five_minutes_and_without_an_event(
    people: People, clock: FakeClock, database: Database, app: App
) -> None:
    ada = await people.register("Ada")
    begun = last_seen(database, ada)
    clock.advance(minutes=5, ms=-1)
    with unchanged(database), app.counting() as cost:
        assert_ok(await ada.get("/v1/me"))
    assert cost.round_trips == 2
    now = clock.advance(ms=1)
    before = snapshot(database)
    assert_ok(await ada.get("/v1/me"))
    assert difference(before, snapshot(database)).keys() == {"sessions"}
    assert (begun, last_seen(database, ada)) == (now - 5 * 60_000, now)
    with unchanged(database):
        assert_ok(await ada.get("/v1/me"))


async def test_many_requests_at_once_note_it_once(people: People, clock: FakeClock, database: Database) -> None:
    ada = await people.register("Ada")
    now = clock.advance(minutes=10)
    answers = await asyncio.gather(*(ada.get("/v1/me") for _ in range(8)))
    assert [answer.status_code for answer in answers] == [200] * 8
    assert last_seen(database, ada) == now


async def test_a_request_does_not_wait_for_long_where_its_session_is_locked(
    people: People, clock: FakeClock, database: Database
) -> None:
    ada = await people.register("Ada")
    clock.advance(minutes=10)
    async with until_awaited(database) as other:
        other.execute(
            "update sessions set last_seen_at_ms = last_seen_at_ms where user_id = %s",
            (ids.decode("usr", ada.user_id),),
        )
        assert_ok(await ada.get("/v1/me"))

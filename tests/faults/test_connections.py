"""Connections that die, are taken or wait too long: UNAVAILABLE in time, and a write happened whole or not (spec 9)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from fleetprompt import ids
from fleetprompt.errors import Outage
from fleetprompt.runtime.services import Services
from tests.conftest import Start
from tests.faults.outages import ANSWERED_WITHIN_S, assert_outage
from tests.support import market
from tests.support.answers import assert_created, assert_error, assert_ok, assert_replayed
from tests.support.application import App
from tests.support.cable import Cable, cable_to
from tests.support.callers import Caller, fresh_key
from tests.support.contents import added_rows, unchanged
from tests.support.databases import Database
from tests.support.market import listing_request
from tests.support.people import People, Person

LISTINGS = "/v1/publisher/listings"
IDLE = """
select array_agg(pid) from pg_stat_activity
where datname = %s and application_name like 'fleetprompt-%%' and state = 'idle'
"""
IN_A_LOCK = """
select array_agg(pid) from pg_stat_activity
where datname = %s and application_name like 'fleetprompt-%%' and wait_event_type = 'Lock'
"""
LIVE = "select count(*) from pg_stat_activity where pid = any(%s)"
WAITING = "select count(*) from pg_locks join pg_stat_activity using (pid) where datname = %s and not granted"
SLOW = """
create function slow() returns trigger language plpgsql as $$ begin perform pg_sleep(60); return null; end $$
"""
MAIN_CONNECTIONS = 10


def end(database: Database, which: str) -> int:
    """End the application's connections that the query `which` names; how many there were, when they are gone."""
    with database.as_superuser() as connection:
        (pids,) = connection.execute(which.encode(), [database.name]).fetchone() or ([],)
        connection.execute("select pg_terminate_backend(pid) from unnest(%s::int[]) pid", [pids])
        while connection.execute(LIVE.encode(), [pids]).fetchone() != (0,):
            time.sleep(0.005)
    return len(pids)


async def warm(api: Caller) -> None:
    """Have every connection of the pool open."""
    await asyncio.gather(*(api.get("/metrics") for _ in range(4 * MAIN_CONNECTIONS)))


async def test_connections_that_died_while_idle_fail_no_request(
    api: Caller, people: People, ada: Person, database: Database
) -> None:
    for _ in range(3):
        await warm(api)
        assert end(database, IDLE) >= 2
        assert_ok(await ada.get("/v1/me"))
        assert_created(await ada.post(LISTINGS, listing_request()), "listing")
        assert end(database, IDLE) >= 1
        await people.register()


async def test_a_pool_without_a_free_connection_is_unavailable_in_time(
    app: App, services: Services, ada: Person, database: Database
) -> None:
    key = fresh_key()
    request = listing_request()
    async with AsyncExitStack() as held:
        for _ in range(MAIN_CONNECTIONS):
            await held.enter_async_context(services.db.connection())
        with unchanged(database):
            await assert_outage(app, Outage.NO_CONNECTION, ada.post(LISTINGS, request, key=key), ada.get("/v1/me"))
    assert_created(await ada.post(LISTINGS, request, key=key), "listing")


async def test_a_statement_that_waits_too_long_for_a_lock_is_unavailable_and_changes_nothing(
    app: App, ada: Person, database: Database
) -> None:
    listing, key = await market.listing(ada), fresh_key()
    path, edit = f"{LISTINGS}/{listing.id}", {"summary": "Later."}
    with database.as_owner() as holder, holder.transaction():
        holder.execute("select from listings where id = %s for update", [ids.decode("lst", listing.id)])
        with unchanged(database):
            await assert_outage(app, Outage.LOCK_TIMEOUT, ada.patch(path, edit, key=key))
    answer = await ada.patch(path, edit, key=key)
    assert assert_ok(answer, "listing")["summary"] == "Later."
    assert "idempotent-replayed" not in answer.headers


async def test_one_key_sent_many_times_takes_one_connection(ada: Person, database: Database) -> None:
    listing, key = await market.listing(ada), fresh_key()
    path, edit = f"{LISTINGS}/{listing.id}", {"summary": "Once."}
    with database.as_owner() as holder, holder.transaction():
        holder.execute("select from listings where id = %s for update", [ids.decode("lst", listing.id)])
        sent = [asyncio.create_task(ada.patch(path, edit, key=key)) for _ in range(2 * MAIN_CONNECTIONS)]
        await until_one_waits(database)
        assert_ok(await ada.get("/v1/me"))
        assert database.value(WAITING, database.name) == 1
    answers = await asyncio.gather(*sent)
    (first,) = (answer for answer in answers if "idempotent-replayed" not in answer.headers)
    assert assert_ok(first, "listing")["summary"] == "Once."
    for answer in answers:
        if answer is not first:
            assert_replayed(answer, first)


async def test_a_statement_that_takes_too_long_is_unavailable_and_changes_nothing(
    app: App, ada: Person, database: Database
) -> None:
    listing, key = await market.listing(ada), fresh_key()
    path, edit = f"{LISTINGS}/{listing.id}", {"summary": "Later."}
    database.change(SLOW)
    database.change("create trigger slow before update on listings for each statement execute function slow()")
    with unchanged(database):
        await assert_outage(app, Outage.STATEMENT_TIMEOUT, ada.patch(path, edit, key=key))
    database.change("drop trigger slow on listings")
    assert assert_ok(await ada.patch(path, edit, key=key), "listing")["summary"] == "Later."


async def test_a_read_outside_any_transaction_that_loses_its_connection_is_sent_again(
    services: Services, ada: Person, database: Database
) -> None:
    with database.as_owner() as holder:
        with holder.transaction():
            holder.execute("lock table publishers in access exclusive mode")
            reading = asyncio.create_task(ada.get("/v1/me"))
            await until_one_waits(database)
            assert end(database, IN_A_LOCK) == 1
            await until_one_waits(database)
        assert_ok(await reading)


async def until_one_waits(database: Database) -> None:
    """Return when a connection of the application waits for a lock."""
    give_up_at = time.monotonic() + ANSWERED_WITHIN_S
    while not database.value(WAITING, database.name):
        assert time.monotonic() < give_up_at, "nobody waits"
        await asyncio.sleep(0.01)


async def test_a_connection_lost_with_the_commit_on_its_way_runs_again_under_a_key(
    ada: Person, database: Database
) -> None:
    listing, key = await market.listing(ada), fresh_key()
    with database.as_owner() as holder, added_rows(database) as added:
        with holder.transaction():
            holder.execute("select from listings where id = %s for update", [ids.decode("lst", listing.id)])
            sent = asyncio.create_task(ada.patch(f"{LISTINGS}/{listing.id}", {"summary": "Once."}, key=key))
            await until_one_waits(database)
            assert end(database, IN_A_LOCK) == 1
            await until_one_waits(database)
        answer = await sent
    assert assert_ok(answer, "listing")["summary"] == "Once."
    assert "idempotent-replayed" not in answer.headers
    assert added == {"listing_revisions": 1, "audit_events": 1, "idempotency_keys": 1}
    assert_replayed(await ada.patch(f"{LISTINGS}/{listing.id}", {"summary": "Once."}, key=key), answer)


async def test_a_connection_lost_with_the_commit_on_its_way_is_unavailable_without_a_key(
    app: App, ada: Person, database: Database
) -> None:
    listing = await market.listing(ada)
    with database.as_owner() as holder, holder.transaction(), unchanged(database):
        holder.execute("select from listings where id = %s for update", [ids.decode("lst", listing.id)])
        sent = asyncio.create_task(ada.patch(f"{LISTINGS}/{listing.id}", {"summary": "Lost."}, key=None))
        await until_one_waits(database)
        assert end(database, IN_A_LOCK) == 1
        await assert_outage(app, Outage.COMMIT_UNKNOWN, sent)


@pytest.fixture
async def cabled(start: Start, empty_database: Database, tmp_path: Path) -> AsyncIterator[tuple[Cable, App]]:
    """An application whose connections run through a cable."""
    async with cable_to(empty_database, tmp_path) as (cable, reached):
        yield cable, await start(on=reached)


async def test_r_tok_03_a_lost_acknowledgement_under_a_key_is_answered_once_and_is_no_replay(
    cabled: tuple[Cable, App], empty_database: Database
) -> None:
    cable, app = cabled
    ada, bea, whs = await app.people.publisher(), await app.people.register(), await app.people.partner("whs")
    await bea.csrf_token()
    offer = await market.on_sale(ada)
    cable.cut_after_next_commit()
    with added_rows(empty_database) as added:
        created = await ada.post(LISTINGS, listing_request(), key="create")
    assert_created(created, "listing")
    assert added == {"listings": 1, "audit_events": 1, "idempotency_keys": 1}
    token = await market.token(await market.intent(bea, offer, "whs"))
    cable.cut_after_next_commit()
    with added_rows(empty_database) as added:
        redeemed = await whs.redeem(token.text, key="redeem")
    assert assert_ok(redeemed)["installIntent"]["status"] == "redeemed"
    assert "idempotent-replayed" not in redeemed.headers
    assert added == {"request_nonces": 1, "stat_deltas": 1, "audit_events": 1, "idempotency_keys": 1}
    assert cable.cuts == 2
    assert_replayed(await whs.redeem(token.text, key="redeem"), redeemed)


async def test_a_lost_acknowledgement_without_a_key_is_unavailable_although_it_happened(
    cabled: tuple[Cable, App], empty_database: Database
) -> None:
    cable, app = cabled
    visitor = app.people.visitor()
    request = {"email": "lost@example.org", "password": "twelve letters", "displayName": "Lost"}
    cable.cut_after_next_commit()
    with added_rows(empty_database) as added:
        await assert_outage(app, Outage.COMMIT_UNKNOWN, visitor.post("/v1/auth/register", request, key=None))
    assert added == {"users": 1, "sessions": 1, "audit_events": 2}
    assert cable.cuts == 1
    assert_error(await visitor.post("/v1/auth/register", request, key=None), "CONFLICT", "email_taken")


async def test_the_nonce_of_a_refused_call_whose_acknowledgement_was_lost_is_used_up_once(
    cabled: tuple[Cable, App], empty_database: Database
) -> None:
    cable, app = cabled
    whs = await app.people.partner("whs")
    cable.cut_after_next_commit()
    with added_rows(empty_database) as added:
        assert_error(await whs.redeem("fpt_nonsense"), "NOT_FOUND")
    assert added == {"request_nonces": 1}
    assert cable.cuts == 1

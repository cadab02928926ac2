"""Every change tells the audit log what it did, in its own transaction, and nothing else does (spec 2.5, 6.7)."""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import Final
from uuid import UUID

import httpx
import msgspec
import psycopg
import pytest

from fleetprompt import ids
from fleetprompt.enums import ActorType, EventType
from fleetprompt.runtime.audit import DETAILS
from fleetprompt.runtime.operations import Ledger
from fleetprompt.web.routing import Route
from tests.operations.arrangements import make_ready
from tests.operations.cases import ARRANGEMENTS, LEDGERED, MUTATIONS, Ready, endpoint_of, names, secrets_of
from tests.operations.cast import Cast
from tests.operations.naming import naming_nothing
from tests.support.answers import assert_replayed
from tests.support.callers import Caller, Partner, fresh_key
from tests.support.clock import FakeClock
from tests.support.contents import added_rows, unchanged
from tests.support.databases import Database
from tests.support.people import Person
from tests.support.transactions import next_transaction, transactions_since

DETAILS_BYTES_MAX: Final = 4096
EVENTS: Final = """
    select id, type, actor_type, actor_id, cause_event_id, created_at_ms, summary, details::text, xmin::text,
           publisher_id, listing_id, release_id, install_intent_id
    from audit_events where request_id = %s order by id
"""
REWRITING: Final = (
    "update audit_events set summary = 'Nothing happened.'",
    "delete from audit_events",
    "truncate audit_events",
)
NAMED: Final = {
    "publisherId": "publisher_id",
    "listingId": "listing_id",
    "releaseId": "release_id",
    "installIntentId": "install_intent_id",
}


class Event(msgspec.Struct, frozen=True):
    """One row of the log, its columns in the order in which `EVENTS` asks for them."""

    id: UUID
    type: str
    actor_type: str
    actor_id: UUID | None
    cause_event_id: UUID | None
    created_at_ms: int
    summary: str
    details: str | None
    xmin: str
    publisher_id: UUID | None
    listing_id: UUID | None
    release_id: UUID | None
    install_intent_id: UUID | None


def _events_of(database: Database, response: httpx.Response) -> list[Event]:
    request_id = ids.decode("req", response.headers["x-request-id"])
    return [Event(*row) for row in database.rows(EVENTS, request_id)]


def _actor(caller: Caller, answer: httpx.Response) -> tuple[ActorType, UUID | None]:
    """Who the log says did it: who registers or signs in is known by what she is answered."""
    if isinstance(caller, Partner):
        return ActorType.PARTNER, ids.decode("prt", caller.key_id)
    if isinstance(caller, Person):
        return ActorType.USER, ids.decode("usr", caller.user_id)
    return ActorType.USER, ids.decode("usr", answer.json()["user"]["userId"])


def _assert_told(ready: Ready, answer: httpx.Response, events: list[Event], now_ms: int) -> None:
    """Who did what to which row, when, because of what, within bounds and without a secret."""
    case = ready.case
    assert Counter(event.type for event in events) == Counter(case.events)
    told = {event.id for event in events}
    caused = [event for event in events if event.cause_event_id is not None]
    assert Counter(event.type for event in caused) == Counter(case.caused)
    assert all(event.cause_event_id in told - {event.id} for event in caused)
    for event in events:
        assert (event.actor_type, event.actor_id) == _actor(case.caller, answer)
        assert event.created_at_ms == now_ms
        assert event.summary.strip()
        assert len((event.details or "").encode()) <= DETAILS_BYTES_MAX
        if event.details is not None:
            msgspec.json.decode(event.details, type=DETAILS[EventType(event.type)], strict=True)
        for secret in secrets_of(ready, answer):
            assert secret not in f"{event.summary} {event.details}"
        for name, text in case.request.path.items():
            if name in NAMED and event.cause_event_id is None:
                assert getattr(event, NAMED[name]) == ids.decode(text.partition("_")[0], text)


@pytest.mark.parametrize("route", MUTATIONS, ids=names(MUTATIONS))
async def test_a_success_writes_the_declared_events_in_its_own_transaction(
    cast: Cast, route: Route, database: Database, clock: FakeClock
) -> None:
    seen: set[str] = set()
    for variant in ARRANGEMENTS[endpoint_of(route)]:
        ready = await make_ready(cast, route, variant)
        first = next_transaction(database)
        answer = await ready.send()
        ready.assert_succeeded(answer)
        events = _events_of(database, answer)
        written = transactions_since(database, first)
        _assert_told(ready, answer, events, clock.now_ms())
        assert len(set().union(*written.values())) == 1, f"{variant}: {written}"
        assert ("audit_events" in written) == bool(events)
        seen.update(event.type for event in events)
    assert seen == set(route.operation.emits)


@pytest.mark.parametrize("route", LEDGERED, ids=names(LEDGERED))
async def test_refusals_and_replays_write_no_event(ready: Ready, database: Database) -> None:
    key, sound = fresh_key(), ready.case.request
    refused = [sound.with_body(unheard="of"), *ready.case.unfit.values()]
    if sound.path:
        refused.append(naming_nothing(ready.route, sound))
    with unchanged(database, but=ready.spent):
        for request in refused:
            answer = await ready.send(request)
            assert answer.is_client_error
            assert _events_of(database, answer) == []
    first = await ready.send(key=key)
    with unchanged(database, but=ready.spent):
        replay = await ready.send(key=key)
        assert_replayed(replay, first)
        assert _events_of(database, replay) == []


CHANGING: Final = tuple(route for route in LEDGERED if route.operation.ledger is Ledger.ACCEPTED)


@pytest.mark.parametrize("route", CHANGING, ids=names(CHANGING))
async def test_a_change_that_changes_nothing_leaves_but_its_ledger_entry(ready: Ready, database: Database) -> None:
    again = dataclasses.replace(ready.case.request, headers={})
    ready.assert_succeeded(await ready.send())
    with added_rows(database) as added:
        ready.assert_succeeded(await ready.send(again))
    assert added == {"idempotency_keys": 1}
    with unchanged(database):
        ready.assert_succeeded(await ready.send(again, key=None))


@pytest.mark.parametrize("statement", REWRITING)
async def test_the_log_is_append_only_for_every_role(cast: Cast, database: Database, statement: str) -> None:
    await cast.buyer()
    with unchanged(database):
        if database.cluster.separates_roles:
            with database.as_serving() as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement.encode())
        with database.as_owner() as connection, pytest.raises(psycopg.Error, match="audit_events is refused"):
            connection.execute(statement.encode())
        if database.cluster.has_superuser:
            with database.as_superuser() as connection, pytest.raises(psycopg.Error, match="audit_events is refused"):
                connection.execute(statement.encode())

"""Operations without a route keep the rules of all others: the jobs' and the command line's (spec 6.7)."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

import msgspec
import psycopg
import pytest

from fleetprompt import ids
from fleetprompt.accounts.statements.sessions import touch_session
from fleetprompt.authz import SYSTEM
from fleetprompt.enums import EventType
from fleetprompt.errors import Code, Reason, Refusal
from fleetprompt.runtime.audit import DETAILS
from fleetprompt.runtime.operations import Operation, Outcome
from fleetprompt.runtime.run import Call, ask, run
from tests.operations.system_cases import SYSTEM_ARRANGEMENTS, SYSTEM_OPERATIONS, SYSTEM_QUERIES, SystemCase
from tests.support.application import App
from tests.support.clock import FakeClock
from tests.support.contents import difference, snapshot, unchanged
from tests.support.databases import Database
from tests.support.transactions import next_transaction, transactions_since

EVENTS: Final = """
    select id, type, actor_type, actor_id, cause_event_id, created_at_ms, summary, details::text
    from audit_events where request_id = %s
"""

each_of_the_system = pytest.mark.parametrize("operation", SYSTEM_OPERATIONS, ids=lambda operation: operation.name)


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


@pytest.fixture
async def case(app: App, clock: FakeClock, operation: Operation) -> SystemCase:
    """Something for the operation to do."""
    assert operation.name in SYSTEM_ARRANGEMENTS, f"nothing arranges {operation.name}"
    return await SYSTEM_ARRANGEMENTS[operation.name](app, clock)


async def _run(operation: Operation, case: SystemCase, database: Database) -> list[Event]:
    """Run it once; the events that it wrote."""
    request_id = ids.new_uuid()
    await run(operation, case.services, SYSTEM, case.command, Call(request_id=request_id))
    return [Event(*row) for row in database.rows(EVENTS, request_id)]


@each_of_the_system
async def test_a_run_writes_the_declared_events_in_its_own_transaction(
    app: App, case: SystemCase, operation: Operation, clock: FakeClock
) -> None:
    database, first, before = app.database, next_transaction(app.database), snapshot(app.database, ())
    events = await _run(operation, case, database)
    assert difference(before, snapshot(database, ())), "the case must give it something to do"
    assert {event.type for event in events} == set(operation.emits)
    told = {event.id for event in events}
    for event in events:
        assert (event.actor_type, event.actor_id) == ("system", None)
        assert event.created_at_ms == clock.now_ms()
        assert event.summary.strip()
        assert event.cause_event_id in ({None, *told - {event.id}} if case.cause is None else {case.cause})
        if event.details is not None:
            msgspec.json.decode(event.details, type=DETAILS[EventType(event.type)], strict=True)
    written = transactions_since(database, first)
    assert len(set().union(*written.values())) <= 1, written
    assert ("audit_events" in written) == bool(operation.emits)


@each_of_the_system
async def test_a_second_run_finds_done_what_the_first_one_did(app: App, case: SystemCase, operation: Operation) -> None:
    await _run(operation, case, app.database)
    if case.again is None:
        with unchanged(app.database, leave_out=()):
            assert await _run(operation, case, app.database) == []
    elif isinstance(case.again, Reason):
        with unchanged(app.database, leave_out=()), pytest.raises(Refusal) as refused:
            await _run(operation, case, app.database)
        assert (refused.value.code, refused.value.reason) == (Code.CONFLICT, case.again)
    else:
        again = await _run(operation, case, app.database)
        assert sorted(event.type for event in again) == sorted(case.again)


def _missing_a_row_in_the_end(operation: Operation) -> Operation:
    """The operation with one write more, which finds no row: a defect that shows behind all that it wants to change."""

    async def function(*arguments: Any) -> Outcome[Any]:
        outcome: Outcome[Any] = await operation.function(*arguments)
        return msgspec.structs.replace(outcome, writes=[*outcome.writes, touch_session(ids.new_uuid(), 0)])

    return msgspec.structs.replace(operation, function=function)


@each_of_the_system
async def test_a_defect_in_its_last_write_undoes_all_and_the_next_run_does_it(
    app: App, case: SystemCase, operation: Operation
) -> None:
    with unchanged(app.database, leave_out=()), pytest.raises(psycopg.Error, match="rows"):
        await _run(_missing_a_row_in_the_end(operation), case, app.database)
    events = await _run(operation, case, app.database)
    assert {event.type for event in events} == set(operation.emits)


@pytest.mark.parametrize("operation", SYSTEM_QUERIES, ids=lambda operation: operation.name)
async def test_a_query_finds_what_there_is_and_writes_nothing(app: App, case: SystemCase, operation: Operation) -> None:
    with unchanged(app.database, leave_out=()):
        found = msgspec.to_builtins(await ask(operation, case.services, SYSTEM, case.command))
    assert all(found.values()), found

"""Law 10: no statement waits for ever, and waiting for a connection is measured as a phase of its own."""

from __future__ import annotations

import msgspec
import pytest

from fleetprompt.runtime.services import Services
from fleetprompt.store.pools import SEARCH_STATEMENT_MS_MAX, STATEMENT_MS_MAX
from fleetprompt.store.statements import Bound, Statement


class Timeouts(msgspec.Struct, frozen=True):
    """What a connection's statements, locks and idle transactions are cut off at."""

    statement_ms: int
    lock_ms: int
    idle_ms: int


TIMEOUTS = Bound(
    Statement(
        "test.timeouts",
        "select max(setting::int) filter (where name = 'statement_timeout'),"
        " max(setting::int) filter (where name = 'lock_timeout'),"
        " max(setting::int) filter (where name = 'idle_in_transaction_session_timeout') from pg_settings",
        Timeouts,
    )
)


@pytest.mark.parametrize(("search", "statement_ms_max"), [(False, STATEMENT_MS_MAX), (True, SEARCH_STATEMENT_MS_MAX)])
async def test_every_statement_has_a_timeout(services: Services, search: bool, statement_ms_max: int) -> None:
    (timeouts,) = await services.db.many(TIMEOUTS, search=search)
    assert 0 < timeouts.statement_ms <= statement_ms_max
    assert 0 < timeouts.lock_ms <= statement_ms_max
    assert 0 < timeouts.idle_ms <= 10_000


@pytest.mark.parametrize("search", [False, True])
async def test_waiting_for_a_connection_is_measured_by_pool(services: Services, search: bool) -> None:
    counted = f'pool_wait_seconds_count{{pool="{"search" if search else "main"}"}}'
    before = _value(services, counted)
    await services.db.many(TIMEOUTS, search=search)
    assert _value(services, counted) == before + 1


def _value(services: Services, name: str) -> float:
    lines = services.metrics.render().decode().splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if name in line)

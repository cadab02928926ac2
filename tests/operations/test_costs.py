"""What each operation costs the database, from the verb's BEGIN to its COMMIT: counted, not timed.

Authenticating a caller is one statement more, in a round trip of its own, and is taken off.
"""

from __future__ import annotations

from typing import Final

import pytest

from fleetprompt.app import ROUTES
from fleetprompt.authz import Access
from fleetprompt.runtime.operations import REGISTRY, Kind
from fleetprompt.web.routing import Caching, Route
from tests.operations.cases import LEDGERED, MUTATIONS, Ready, names
from tests.support.answers import assert_replayed
from tests.support.application import App
from tests.support.callers import fresh_key
from tests.support.people import Person

QUERIES: Final = tuple(route for route in ROUTES if route.operation.kind is Kind.QUERY)

STATEMENTS: Final = {
    "service.readiness": 3,  # how the database stands, what processes know, and which keys are named
    "moderation.listing": 3,  # an admin sees a listing's releases and its replaced revisions with it
    "moderation.audit": 2,  # where several filters meet, also how far it looked
}
"""What queries cost that are more than one statement; none of them is public data."""

VERIFYING: Final = frozenset({"accounts.login", "accounts.change_password"})
"""Verify a password that a row holds before their transaction begins: one round trip more, also for a replay."""


def authentication(route: Route) -> int:
    """What it costs to learn who calls."""
    return 0 if route.operation.who is Access.ANYONE else 1


async def learn_csrf_token(ready: Ready) -> None:
    """Have a caller with a session ask for its token now, so that this is not counted."""
    if isinstance(ready.case.caller, Person):
        await ready.case.caller.csrf_token()


@pytest.mark.parametrize("route", QUERIES, ids=names(QUERIES))
async def test_a_query_is_one_statement_in_one_round_trip(ready: Ready, app: App) -> None:
    route = ready.route
    with app.counting() as cost:
        ready.assert_succeeded(await ready.send())
    expected = STATEMENTS.get(route.operation.name, 1)
    assert cost.round_trips - authentication(route) <= expected
    assert cost.statements - authentication(route) <= expected
    assert expected == 1 or route.caching is not Caching.PUBLIC


@pytest.mark.parametrize("route", MUTATIONS, ids=names(MUTATIONS))
async def test_a_write_is_at_most_two_round_trips(ready: Ready, app: App) -> None:
    await learn_csrf_token(ready)
    with app.counting() as cost:
        ready.assert_succeeded(await ready.send())
    verifying = ready.route.operation.name in VERIFYING
    assert cost.round_trips - authentication(ready.route) <= 2 + verifying


@pytest.mark.parametrize("route", LEDGERED, ids=names(LEDGERED))
async def test_a_replay_is_one_round_trip_and_a_signed_one_two_with_its_nonce(ready: Ready, app: App) -> None:
    key = fresh_key()
    first = await ready.send(key=key)
    with app.counting() as cost:
        assert_replayed(await ready.send(key=key), first)
    verifying = ready.route.operation.name in VERIFYING
    assert cost.round_trips - authentication(ready.route) <= 1 + ready.is_signed + verifying


def test_no_exception_is_made_for_what_is_not_there() -> None:
    assert STATEMENTS.keys() | VERIFYING <= REGISTRY.keys()

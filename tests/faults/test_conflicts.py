"""Transactions that the database refuses to let stand beside others (spec 3 Isolation, 6.1)."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from fleetprompt.errors import Outage
from tests.faults.outages import assert_outage
from tests.support.answers import assert_created, assert_replayed
from tests.support.application import App
from tests.support.callers import fresh_key
from tests.support.contents import added_rows, unchanged
from tests.support.databases import Database
from tests.support.market import listing_request
from tests.support.metrics import value_of
from tests.support.people import Person

LISTINGS = "/v1/publisher/listings"
CONFLICTS = {"40001": "serialization failure", "40P01": "deadlock", "23505": "unique violation"}
CONFLICTING = """
create function conflicting() returns trigger language plpgsql security definer as $$
begin
  if nextval('conflicts_left') > 0 then raise exception using errcode = new.name; end if;
  return new;
end $$
"""
each_conflict = pytest.mark.parametrize("sqlstate", CONFLICTS, ids=CONFLICTS.get)


@pytest.fixture
def conflicting(database: Database) -> Iterator[Database]:
    """A database in which a listing that is named for an SQLSTATE meets it, until `conflicts_left` has counted down."""
    database.change("create sequence conflicts_left increment -1 minvalue -1000000 maxvalue 1000000 start 1000000")
    database.change(CONFLICTING)
    database.change("create trigger conflicting before insert on listings for each row execute function conflicting()")
    yield database
    database.change("drop function conflicting cascade")
    database.change("drop sequence conflicts_left")


def reruns(app: App, sqlstate: str) -> float:
    """How many transactions the metrics count that ran again for it."""
    return value_of(app.services.metrics, "fleetprompt_transaction_reruns_total", cause=sqlstate) or 0.0


@each_conflict
async def test_a_conflict_that_ends_is_not_seen_by_the_caller(
    sqlstate: str, app: App, ada: Person, conflicting: Database
) -> None:
    conflicting.value("select setval('conflicts_left', 3)")
    before, key, request = reruns(app, sqlstate), fresh_key(), listing_request(name=sqlstate)
    with added_rows(conflicting) as added:
        first = await ada.post(LISTINGS, request, key=key)
    assert_created(first, "listing")
    assert added == {"listings": 1, "audit_events": 1, "idempotency_keys": 1}
    assert reruns(app, sqlstate) == before + 2
    assert_replayed(await ada.post(LISTINGS, request, key=key), first)


async def test_conflicts_that_do_not_end_are_unavailable_after_four_seconds_and_change_nothing(
    app: App, ada: Person, conflicting: Database
) -> None:
    began = time.monotonic()
    with unchanged(conflicting):
        sent = (ada.post(LISTINGS, listing_request(name=sqlstate)) for sqlstate in CONFLICTS)
        await assert_outage(app, Outage.CONFLICTS, *sent)
    assert time.monotonic() - began > 3.5

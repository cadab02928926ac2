"""Folding facet changes, in any number of processes at once (spec 6.4 facets, 7 Jobs)."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import msgspec
import psycopg
import pytest

from fleetprompt import ids
from fleetprompt.catalog.fold_facets import fold_facets
from fleetprompt.catalog.rules import FacetDelta
from fleetprompt.catalog.statements import facets
from fleetprompt.jobs import JOBS
from fleetprompt.runtime.operations import Outcome
from tests.support.application import App
from tests.support.contents import unchanged
from tests.support.databases import Database
from tests.support.jobs import batch


@pytest.fixture(autouse=True)
def empty_facets(database: Database) -> None:
    database.change("delete from facet_counts")
    database.change("delete from facet_deltas")


def _append(database: Database, value: str, listings: int) -> None:
    database.change("insert into facet_deltas values (gen_random_uuid(), 'tag', %s, %s)", value, listings)


def _counts(database: Database) -> dict[str, int]:
    return dict(database.rows("select value, listings from facet_counts"))


def _unfolded(database: Database) -> int:
    return int(database.value("select count(*) from facet_deltas"))


async def test_changes_are_added_to_the_totals_once(app: App, database: Database) -> None:
    database.change("insert into facet_counts values ('tag', 'maps', 3), ('category', 'maps', 8)")
    for value, listings in (("maps", 1), ("maps", 1), ("maps", -1), ("trains", 2)):
        _append(database, value, listings)
    assert await batch(app.services, fold_facets) == 4
    assert database.rows("select facet, value, listings from facet_counts order by facet, value") == [
        ("category", "maps", 8),
        ("tag", "maps", 4),
        ("tag", "trains", 2),
    ]
    with unchanged(database):
        assert await batch(app.services, fold_facets) == 0


async def test_a_change_that_is_gone_before_it_was_folded_undoes_the_folding(app: App, database: Database) -> None:
    gone = FacetDelta(id=ids.new_uuid(), facet="tag", value="maps", listings=1)
    _append(database, "maps", 1)

    async def fold_what_is_gone(*arguments: Any) -> Outcome[Any]:
        outcome: Outcome[Any] = await fold_facets.function(*arguments)
        return msgspec.structs.replace(outcome, writes=[*outcome.writes, facets.delete_deltas([gone])])

    with unchanged(database), pytest.raises(psycopg.Error, match="rows"):
        await batch(app.services, msgspec.structs.replace(fold_facets, function=fold_what_is_gone))


async def test_values_that_no_listing_has_any_more_are_forgotten(app: App, database: Database) -> None:
    database.change("insert into facet_counts values ('tag', 'maps', 1), ('tag', 'boats', 1)")
    for value, listings in (("maps", -1), ("never", 1), ("never", -1), ("later", -1)):
        _append(database, value, listings)
    assert await batch(app.services, fold_facets) == 4
    assert _counts(database) == {"boats": 1, "later": -1}
    _append(database, "later", 1)
    assert await batch(app.services, fold_facets) == 1
    assert _counts(database) == {"boats": 1}


async def test_a_batch_folds_no_more_than_its_limit(app: App, database: Database) -> None:
    for _ in range(5):
        _append(database, "maps", 1)
    assert [await batch(app.services, fold_facets, limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert _counts(database) == {"maps": 5}


async def test_many_at_once_fold_every_change_once(app: App, database: Database) -> None:
    chance = random.Random(5)
    expected: dict[str, int] = {}
    for _ in range(60):
        value, listings = f"tag-{chance.randrange(4)}", chance.choice((1, 1, 2))
        expected[value] = expected.get(value, 0) + listings
        _append(database, value, listings)
    while _unfolded(database):
        await asyncio.gather(*(batch(app.services, fold_facets, limit=7) for _ in range(4)))
    assert _counts(database) == expected


def test_it_runs_within_a_minute() -> None:
    (job,) = (job for job in JOBS if job.operation is fold_facets)
    assert job.period_s <= 60

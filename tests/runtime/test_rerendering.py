"""Rendering stored markdown again (spec 2.4, 7): sources stay, and nothing but HTML and policy changes."""

from __future__ import annotations

import asyncio

import pytest

from fleetprompt.commands.markdown import RERENDERINGS, rerender_everything
from fleetprompt.markdown import POLICY_VERSION
from fleetprompt.runtime.operations import Operation
from fleetprompt.runtime.rerendering import RerenderBatch, RerenderedBatch
from tests.support import market
from tests.support.answers import assert_ok
from tests.support.application import App
from tests.support.contents import difference, snapshot, unchanged
from tests.support.jobs import mutated
from tests.support.people import People

TEXT = {"format": "markdown", "markdown": "A **bold** claim."}
SHOWN = "<p>A <strong>bold</strong> claim.</p>\n"
COLUMNS = {"publishers": "bio", "listings": "description", "releases": "notes"}
OLD = {
    table: f"update {table} set {column}_html = 'stale', {column}_policy = 0 where {column}_html is not null"
    for table, column in COLUMNS.items()
}


@pytest.fixture
async def texts(app: App, people: People) -> None:
    """Three of each kind of text, as an earlier policy rendered them."""
    for _ in range(3):
        ada = await people.publisher(bio=TEXT)
        await market.release(await market.listing(ada, description=TEXT), notes=TEXT)
    for statement in OLD.values():
        assert app.database.change(statement) >= 3


@pytest.mark.usefixtures("texts")
async def test_every_text_gets_todays_html_and_nothing_else_changes(app: App) -> None:
    before = snapshot(app.database)
    for operation in RERENDERINGS.values():
        assert await rerender_everything(app.services, operation) >= 3
    changed = difference(before, snapshot(app.database))
    assert set(changed) == {"audit_events", *COLUMNS}
    for table, column in COLUMNS.items():
        stored = app.database.rows(
            f"select {column}_html, {column}_policy from {table} where {column}_html is not null"
        )
        assert set(stored) - {(None, None)} == {(SHOWN, POLICY_VERSION)}
        for row in changed[table]:
            assert row.startswith("- ") == ("stale" in row)
    told = app.database.rows(
        "select details->>'table', details->>'rows' from audit_events where type = 'markdown.rerendered'"
    )
    assert {table for table, _ in told} == set(COLUMNS)
    with unchanged(app.database):
        for operation in RERENDERINGS.values():
            assert await rerender_everything(app.services, operation) == 0


@pytest.mark.usefixtures("texts")
@pytest.mark.parametrize("operation", RERENDERINGS.values(), ids=lambda each: each.name)
async def test_a_rerendering_that_was_stopped_goes_on_where_it_was(app: App, operation: Operation) -> None:
    first = await mutated(app.services, operation, RerenderBatch(limit=2), RerenderedBatch)
    assert first.done == 2
    second = await mutated(app.services, operation, RerenderBatch(limit=1, after=first.after or ()), RerenderedBatch)
    assert (second.done, second.after == first.after) == (1, False)
    await rerender_everything(app.services, operation)
    assert await rerender_everything(app.services, operation) == 0


@pytest.mark.usefixtures("texts")
async def test_two_rerenderings_at_once_do_the_work_once(app: App) -> None:
    operation = RERENDERINGS["listings' descriptions"]
    wanted = app.database.value("select count(*) from listings where description_policy = 0")
    done = await asyncio.gather(*(rerender_everything(app.services, operation) for _ in range(3)))
    assert sum(done) == wanted
    assert app.database.value("select count(*) from listings where description_policy = 0") == 0


async def test_an_edit_made_meanwhile_stays(app: App, people: People) -> None:
    ada = await people.publisher()
    listing = await market.listing(ada, description=TEXT)
    app.database.change(OLD["listings"])
    edit = {"description": {"format": "markdown", "markdown": "*Edited.*"}}
    operation = RERENDERINGS["listings' descriptions"]
    answers = await asyncio.gather(
        rerender_everything(app.services, operation), ada.patch(f"/v1/publisher/listings/{listing.id}", edit)
    )
    assert_ok(answers[1])
    shown = assert_ok(await ada.get(f"/v1/publisher/listings/{listing.id}"))["listing"]["description"]
    assert shown["html"] == "<p><em>Edited.</em></p>\n"


async def test_a_text_that_todays_policy_refuses_is_shown_as_its_own_text(app: App, people: People) -> None:
    ada = await people.publisher()
    listing = await market.listing(ada, description=TEXT)
    app.database.change("update listings set description_markdown = 'a <b>', description_policy = 0")
    await rerender_everything(app.services, RERENDERINGS["listings' descriptions"])
    shown = assert_ok(await ada.get(f"/v1/publisher/listings/{listing.id}"))["listing"]["description"]
    assert shown["html"] == "<pre><code>a &lt;b&gt;</code></pre>\n"

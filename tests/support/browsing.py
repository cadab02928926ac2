"""Looking around in the public catalog, and what stands in it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fleetprompt import ids
from tests.support.answers import assert_ok
from tests.support.application import App
from tests.support.callers import Caller, Query
from tests.support.people import Person

SEARCH = "/v1/public/listings/search"


async def page(caller: Caller, path: str = SEARCH, **params: Any) -> dict[str, Any]:
    """One page of a list; parameters by their wire names."""
    body: dict[str, Any] = assert_ok(await caller.get(path, params=params))
    assert body.keys() == {"items", "nextCursor"}
    return body


async def walk(caller: Caller, path: str = SEARCH, **params: Any) -> list[dict[str, Any]]:
    """Every item of a list, page by page to the end."""
    items: list[dict[str, Any]] = []
    query: Query = params
    while True:
        fetched = await page(caller, path, **query)
        items += fetched["items"]
        if fetched["nextCursor"] is None:
            return items
        assert fetched["items"], "a page before the last one holds something"
        query = {**params, "cursor": fetched["nextCursor"]}


async def names(caller: Caller, **params: Any) -> list[str]:
    """The names of all that a search finds, in its order."""
    return [item["name"] for item in await walk(caller, **params)]


def suspend_publisher(app: App, publisher: Person) -> None:
    """As an admin does it who suspends the publisher's user."""
    _change_publisher(app, publisher, "suspended_at_ms = 1")


def reinstate_publisher(app: App, publisher: Person) -> None:
    """As an admin does it who reinstates the publisher's user."""
    _change_publisher(app, publisher, "suspended_at_ms = null")


def _change_publisher(app: App, publisher: Person, change: str) -> None:
    assert app.database.change(f"update publishers set {change} where id = %s", publisher_uuid(publisher)) == 1


def suspend_listing(app: App, listing_id: str) -> None:
    """As an admin does it."""
    changed = app.database.change(
        "update listings set status_before_suspension = status, status = 'suspended', suspended_at_ms = 1,"
        " suspend_reason = 'It is malware.' where id = %s",
        ids.decode("lst", listing_id),
    )
    assert changed == 1


def publisher_uuid(publisher: Person) -> UUID:
    """The id of a person's publisher."""
    found = ids.decode("pub", publisher.publisher_id or "")
    assert found is not None
    return found

"""R-PAG-02: pages that are walked while others insert and edit."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from itertools import cycle
from typing import Any

import pytest

from tests.races.arena import Arena
from tests.support import market
from tests.support.answers import assert_ok
from tests.support.callers import Caller
from tests.support.people import Person

pytestmark = pytest.mark.slow
THERE = 9
LIMIT = 2
SEARCH = "/v1/public/listings/search"
CONSOLE = "/v1/publisher/listings"


async def walked(caller: Caller, path: str, **query: Any) -> Counter[str]:
    """How often each listing was seen on the pages of one walk."""
    seen: Counter[str] = Counter()
    cursor: dict[str, str] = {}
    while True:
        page = assert_ok(await caller.get(path, params={**query, **cursor, "limit": LIMIT}))
        seen.update(item["listingId"] for item in page["items"])
        if page["nextCursor"] is None:
            return seen
        cursor = {"cursor": page["nextCursor"]}


async def disturb(person: Person, there: list[str], over: asyncio.Event) -> None:
    """Insert new listings and edit those that are there, until it is over."""
    for edited in cycle(there):
        if over.is_set():
            return
        await market.on_sale(person)
        assert_ok(await person.patch(f"{CONSOLE}/{edited}", {"summary": f"Edit {secrets.token_hex(4)}"}))


async def test_r_pag_02_no_item_is_missed_or_doubled_while_others_are_inserted_and_edited(arena: Arena) -> None:
    ada = await arena.people.publisher()
    there = [(await market.on_sale(ada)).listing.id for _ in range(THERE)]
    for _ in arena.rounds():
        over = asyncio.Event()
        disturbing = asyncio.create_task(disturb(ada, there, over))
        walks = await asyncio.gather(
            walked(arena.people.visitor(), SEARCH, publisherId=ada.publisher_id or "", sort="newest"),
            walked(ada, CONSOLE),
        )
        over.set()
        await disturbing
        for seen in walks:
            assert [seen[listing] for listing in there] == [1] * THERE
            assert max(seen.values()) == 1

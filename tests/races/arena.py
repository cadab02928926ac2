"""Where mutations meet: two servers on one database, and those who call both at once."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx

from tests.support.callers import Partner
from tests.support.consistency import assert_consistent
from tests.support.databases import Database
from tests.support.people import People, Person
from tests.support.servers import serving

HEAD_START_S_MAX: Final = 0.006


@dataclass
class Arena:
    """Two servers and their people, whose requests alternate between them."""

    people: People
    database: Database
    rounds_max: int
    ada: Person
    ines: Person
    whs: Partner
    chance: random.Random = field(default_factory=lambda: random.Random(9421))

    def rounds(self) -> Iterator[int]:
        """Count the rounds of one race; after each, every rule of the database is looked at."""
        for number in range(self.rounds_max):
            yield number
            assert_consistent(self.database)

    async def at_once(self, *requests: Coroutine[Any, Any, httpx.Response]) -> list[httpx.Response]:
        """Send requests together, each to the next server, and each now and then a little behind the others."""

        async def sent(request: Coroutine[Any, Any, httpx.Response]) -> httpx.Response:
            await asyncio.sleep(self.chance.choice((0, 0, self.chance.uniform(0, HEAD_START_S_MAX))))
            return await request

        return list(await asyncio.gather(*map(sent, requests)))


@asynccontextmanager
async def arena_at(isolation: str, rounds_max: int, database: Database, folder: Path) -> AsyncIterator[Arena]:
    """An arena on `database` whose servers run their mutations at this isolation level."""
    with serving(database, folder, ISOLATION=isolation) as servers:
        people = servers.people
        ines = await people.admin()
        ada = await people.publisher()
        whs = await people.partner("whs", admin=ines)
        yield Arena(people, database, rounds_max, ada, ines, whs)
        await servers.aclose()

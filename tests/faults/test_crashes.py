"""R-CRASH: `kill -9` of the server and of PostgreSQL at seeded instants, while clients write and retry (spec 9, 10).

`CRASH_INSTANTS=50` in the environment, or `make crash`, asks for more instants than the few that every run tries.
"""

from __future__ import annotations

import asyncio
import os
import random
from typing import Final

import pytest

from tests.faults.diaries import CLIENTS, Writers
from tests.support.databases import Run
from tests.support.instances import cabled_instance_in, instance_in

INSTANTS: Final = int(os.environ.get("CRASH_INSTANTS", "6")) // 2
SEED: Final = int(os.environ.get("CRASH_SEED", "20260"))
CUT_WITHIN_S: Final = 30.0
COMMITS_IN_TURN: Final = 6 * CLIENTS

pytestmark = pytest.mark.slow


async def test_r_crash_every_acknowledged_write_is_there_once_whenever_server_or_database_is_killed(run: Run) -> None:
    chance = random.Random(SEED)
    async with instance_in(run.folder / "crashes", run.folder / "logs", "--jobs") as instance:
        writers = await Writers.begin(instance)
        for instant in range(INSTANTS):
            await asyncio.sleep(chance.uniform(0.1, 0.8))
            if instant % 2:
                await instance.restart_server()
            else:
                instance.kill_database()
        await writers.assert_each_is_there_once()


async def test_r_crash_every_write_is_there_once_when_server_or_database_dies_between_commit_and_reply(
    run: Run,
) -> None:
    chance = random.Random(SEED)
    async with cabled_instance_in(run.folder / "commits", run.folder / "logs", "--jobs") as (cable, instance):
        writers = await Writers.begin(instance)
        for instant in range(INSTANTS):
            kills_server = bool(instant % 2)
            victim = instance.server.running.kill if kills_server else instance.kill_database
            cable.cut_after_next_commit(passing=chance.randrange(COMMITS_IN_TURN), then=victim)
            await asyncio.wait_for(cable.was_cut.wait(), CUT_WITHIN_S)
            if kills_server:
                await instance.restart_server()
        assert cable.cuts == INSTANTS
        await writers.assert_each_is_there_once()

"""R-CRASH: `kill -9` of the server and of PostgreSQL at random instants, while clients write and retry (spec 9).

`CRASH_INSTANTS=50` in the environment asks for more instants than the few that every run tries.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
import pytest

from tests.support.callers import Caller, Partner, fresh_key
from tests.support.consistency import assert_consistent
from tests.support.contents import snapshot_counts
from tests.support.databases import Run
from tests.support.instances import Instance, instance_in
from tests.support.market import listing_request, release_request
from tests.support.people import Person

INSTANTS: Final = int(os.environ.get("CRASH_INSTANTS", "6"))
SEED: Final = 20_260
CLIENTS: Final = 4
STEPS_IN_A_CHAIN: Final = 6
RETRIED_FOR_S: Final = 60.0
LISTINGS: Final = "/v1/publisher/listings"
INTENTS: Final = "/v1/install/intents"


@dataclass
class Diary:
    """What was acknowledged: each key with its answer, in the order of the chains."""

    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    chains: int = 0
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def write(self, caller: Caller, path: str, request: dict[str, Any]) -> dict[str, Any]:
        """Send one write under one key until it is acknowledged, as a client does that wants it once."""
        key, give_up_at = fresh_key(), time.monotonic() + RETRIED_FOR_S
        while True:
            try:
                answer = await caller.post(path, request, key=key)
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.is_success:
                body: dict[str, Any] = answer.json()
                self.answers[key] = body
                return body
            assert answer is None or answer.status_code == 503, answer.text
            assert time.monotonic() < give_up_at, "nobody answers"
            await asyncio.sleep(0.05)


async def chains(diary: Diary, ada: Person, whs: Partner) -> None:
    """Create, publish, put on sale, open, mint and redeem, until it is over."""
    while not diary.over.is_set():
        listing = (await diary.write(ada, LISTINGS, listing_request()))["listing"]["listingId"]
        release = (await diary.write(ada, f"{LISTINGS}/{listing}/releases", release_request()))["release"]["releaseId"]
        await diary.write(ada, f"{LISTINGS}/{listing}/status", {"status": "published"})
        wanted = {"listingId": listing, "releaseId": release, "targetSystem": "whs"}
        intent = (await diary.write(ada, INTENTS, wanted))["installIntent"]["installIntentId"]
        token = (await diary.write(ada, f"{INTENTS}/{intent}/token", {}))["installToken"]
        await diary.write(whs, "/v1/internal/install/redeem", {"installToken": token, "targetSystem": "whs"})
        diary.chains += 1


@pytest.fixture(scope="module")
async def instance(anyio_backend: Any, run: Run) -> AsyncIterator[Instance]:
    """One that runs."""
    with instance_in(run.folder / "crashes", run.folder / "logs") as started:
        yield started
        await started.transport.aclose()


@pytest.mark.slow
async def test_r_crash_every_acknowledged_write_is_there_once_with_its_events(instance: Instance) -> None:
    chance = random.Random(SEED)
    whs = await instance.people.partner("whs")
    publishers = [await instance.people.publisher() for _ in range(CLIENTS)]
    for person in publishers:
        await person.csrf_token()
    before = snapshot_counts(instance.database)
    diary = Diary()
    writing = [asyncio.create_task(chains(diary, person, whs)) for person in publishers]
    for _ in range(INSTANTS):
        await asyncio.sleep(chance.uniform(0.1, 0.8))
        if chance.random() < 0.6:
            instance.kill_database()
        else:
            await asyncio.to_thread(instance.restart_server)
    diary.over.set()
    await asyncio.gather(*writing)
    assert diary.chains >= CLIENTS
    assert len(diary.answers) == STEPS_IN_A_CHAIN * diary.chains
    assert_consistent(instance.database)
    assert_each_is_there_once(instance, diary, before)


def assert_each_is_there_once(instance: Instance, diary: Diary, before: dict[str, int]) -> None:
    """As many rows of each kind as chains were acknowledged, and the ledger holds just their keys."""
    after = snapshot_counts(instance.database)
    made = {name: after[name] - before[name] for name in ("listings", "releases", "install_intents", "install_tokens")}
    assert set(made.values()) == {diary.chains}, made
    assert after["idempotency_keys"] - before["idempotency_keys"] == len(diary.answers)
    assert after["audit_events"] - before["audit_events"] == len(diary.answers)
    held = {key for (key,) in instance.database.rows("select key from idempotency_keys")}
    assert diary.answers.keys() <= held
    redeemed = instance.database.value("select count(*) from install_intents where status = 'redeemed'")
    assert redeemed == diary.chains

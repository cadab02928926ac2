"""Clients that want each of their writes once, and what they can prove afterwards (spec 10 R-CRASH)."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from fleetprompt import ids
from tests.support.callers import Caller, Partner, fresh_key
from tests.support.consistency import assert_consistent
from tests.support.contents import snapshot_counts
from tests.support.databases import Database
from tests.support.instances import Instance
from tests.support.market import listing_request, release_request
from tests.support.people import Person

CLIENTS: Final = 4
STEPS_IN_A_CHAIN: Final = 6
RETRIED_FOR_S: Final = 60.0
LISTINGS: Final = "/v1/publisher/listings"
INTENTS: Final = "/v1/install/intents"
REDEEM: Final = "/v1/internal/install/redeem"
MADE: Final = {
    "listings": ("lst", "listing", "listingId"),
    "releases": ("rel", "release", "releaseId"),
    "install_intents": ("int", "installIntent", "installIntentId"),
}
"""The rows that a chain makes: table, prefix of its ids, and where an answer shows them."""


@dataclass(frozen=True)
class Entry:
    """One acknowledged write, with all that it takes to send it again."""

    caller: Caller
    path: str
    request: dict[str, Any]
    key: str
    answer: httpx.Response


@dataclass
class Diary:
    """What was acknowledged, in the order in which it was."""

    entries: list[Entry] = field(default_factory=list)
    chains: int = 0
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def write(self, caller: Caller, path: str, request: dict[str, Any]) -> Any:
        """Send one write under one key until it is acknowledged; nothing but UNAVAILABLE or no answer comes before."""
        key, give_up_at = fresh_key(), time.monotonic() + RETRIED_FOR_S
        while True:
            answer = await _sent(caller, path, request, key)
            if answer is not None and answer.is_success:
                self.entries.append(Entry(caller, path, request, key, answer))
                return answer.json()
            assert answer is None or answer.status_code == 503, answer.text
            assert time.monotonic() < give_up_at, "nobody answers"
            await asyncio.sleep(0.05)

    async def chain(self, ada: Person, whs: Partner) -> None:
        """Create, publish, put on sale, open, mint and redeem."""
        listing = (await self.write(ada, LISTINGS, listing_request()))["listing"]["listingId"]
        release = (await self.write(ada, f"{LISTINGS}/{listing}/releases", release_request()))["release"]["releaseId"]
        await self.write(ada, f"{LISTINGS}/{listing}/status", {"status": "published"})
        wanted = {"listingId": listing, "releaseId": release, "targetSystem": "whs"}
        intent = (await self.write(ada, INTENTS, wanted))["installIntent"]["installIntentId"]
        token = (await self.write(ada, f"{INTENTS}/{intent}/token", {}))["installToken"]
        await self.write(whs, REDEEM, {"installToken": token, "targetSystem": "whs"})
        self.chains += 1

    async def chains_until_over(self, ada: Person, whs: Partner) -> None:
        """Chain after chain; the one that is under way when it is over is finished."""
        while not self.over.is_set():
            await self.chain(ada, whs)


async def _sent(caller: Caller, path: str, request: dict[str, Any], key: str) -> httpx.Response | None:
    try:
        return await caller.post(path, request, key=key)
    except httpx.TransportError:
        return None


@dataclass
class Writers:
    """Retrying clients at work on an instance; in the end the database is held to their diary."""

    instance: Instance
    diary: Diary
    before: dict[str, int]
    tasks: list[asyncio.Task[None]]

    @classmethod
    async def begin(cls, instance: Instance) -> Writers:
        """Make the clients, and let them write."""
        whs = await instance.people.partner("whs")
        publishers = [await instance.people.publisher() for _ in range(CLIENTS)]
        for person in publishers:
            await person.csrf_token()
        before, diary = snapshot_counts(instance.database), Diary()
        tasks = [asyncio.create_task(diary.chains_until_over(person, whs)) for person in publishers]
        return cls(instance, diary, before, tasks)

    async def assert_each_is_there_once(self) -> None:
        """Fail unless every acknowledged write is there once, with its event, its ledger entry and its replay."""
        self.diary.over.set()
        await asyncio.gather(*self.tasks)
        assert self.diary.chains >= CLIENTS
        assert len(self.diary.entries) == STEPS_IN_A_CHAIN * self.diary.chains
        assert_consistent(self.instance.database)
        self._assert_nothing_more()
        for table, shown in MADE.items():
            assert _stored(self.instance.database, table) >= _acknowledged(self.diary, *shown), table
        await self._assert_all_replay()

    def _assert_nothing_more(self) -> None:
        after = snapshot_counts(self.instance.database)
        made = {name: after[name] - self.before[name] for name in (*MADE, "install_tokens")}
        assert set(made.values()) == {self.diary.chains}, made
        for table in ("idempotency_keys", "audit_events"):
            assert after[table] - self.before[table] == len(self.diary.entries), table
        redeemed = self.instance.database.value("select count(*) from install_intents where status = 'redeemed'")
        assert redeemed == self.diary.chains

    async def _assert_all_replay(self) -> None:
        for entry in self.diary.entries:
            replay = await entry.caller.post(entry.path, entry.request, key=entry.key)
            assert replay.headers.get("idempotent-replayed") == "true", replay.text
            assert (replay.status_code, replay.content) == (entry.answer.status_code, entry.answer.content)


def _stored(database: Database, table: str) -> set[Any]:
    return {row_id for (row_id,) in database.rows(f"select id from {table}")}


def _acknowledged(diary: Diary, prefix: str, name: str, field_name: str) -> set[Any]:
    shown = [entry.answer.json() for entry in diary.entries]
    return {ids.decode(prefix, body[name][field_name]) for body in shown if name in body}

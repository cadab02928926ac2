"""`fleetprompt keys`: a rotation that nobody notices, and the emergency that everybody does (spec 3, 7)."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from fleetprompt.secrets import load_or_create
from tests.support import market
from tests.support.answers import assert_error, assert_ok, assert_replayed
from tests.support.callers import Partner, fresh_key
from tests.support.contents import unchanged
from tests.support.databases import Database, Run
from tests.support.keys import MASTER_KEYS, key_ring
from tests.support.operator import Operator
from tests.support.people import Person
from tests.support.servers import Servers, serving
from tests.support.traffic import going_on

INTENTS = "/v1/install/intents"

pytestmark = pytest.mark.slow


class Fleet:
    """Two servers whose keys are in a file, and their operator."""

    def __init__(self, servers: Servers, operator: Operator, key_file: Path) -> None:
        self.servers = servers
        self.people = servers.people
        self.database = servers.database
        self.key_file = key_file
        self._operator = operator

    async def keys(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command while others go on."""
        return await asyncio.to_thread(self._operator.run, "keys", *arguments)

    async def readiness(self) -> list[dict[str, Any]]:
        """What each server says of itself."""
        return [assert_ok(await self.servers.people_of(place).visitor().get("/readyz")) for place in range(2)]


@pytest.fixture
async def fleet(anyio_backend: Any, empty_database: Database, run: Run) -> AsyncIterator[Fleet]:
    data_dir = run.folder / f"keys-{empty_database.name}"
    key_file = data_dir / "keys" / "master_keys"
    key_file.parent.mkdir(parents=True, mode=0o700)
    key_file.touch(mode=0o600)
    key_file.write_text(f"{MASTER_KEYS}\n")
    with serving(empty_database, data_dir, MASTER_KEYS=None) as servers:
        yield Fleet(servers, Operator.of(empty_database, data_dir, MASTER_KEYS=None), key_file)
        await servers.aclose()


def traffic(bea: Person, whs: Partner, offer: market.Release) -> AbstractAsyncContextManager[list[float]]:
    """Everything that a key is behind is used for as long as the block runs; the first surprise fails the test."""

    async def walk() -> None:
        key, request = fresh_key(), market.intent_request(offer, "whs")
        first = await bea.post(INTENTS, request, key=key)
        intent = market.Intent(bea, first.json()["installIntent"])
        assert_replayed(await bea.post(INTENTS, request, key=key), first)
        token = await market.token(intent)
        redeem_key = fresh_key()
        redeemed = await whs.redeem(token.text, key=redeem_key)
        assert_ok(redeemed)
        assert_replayed(await whs.redeem(token.text, key=redeem_key), redeemed)
        page = assert_ok(await bea.get(INTENTS, params={"limit": 1}))
        if page["nextCursor"] is not None:
            assert_ok(await bea.get(INTENTS, params={"limit": 1, "cursor": page["nextCursor"]}))

    return going_on(walk)


async def test_u_tok_03_a_rolling_rotation_fails_no_token_cursor_session_partner_call_or_replay(fleet: Fleet) -> None:
    bea, whs = await fleet.people.register("Bea"), await fleet.people.partner("whs")
    offer = await market.on_sale(await fleet.people.publisher())
    await bea.csrf_token()
    key, request = fresh_key(), market.intent_request(offer, "whs")
    first = await bea.post(INTENTS, request, key=key)
    old_token = await market.token(market.Intent(bea, first.json()["installIntent"]))
    kept = await market.token(await market.intent(bea, offer, "whs"), ttl_ms=3_600_000)
    old_cursor = assert_ok(await bea.get(INTENTS, params={"limit": 1}))["nextCursor"]
    async with traffic(bea, whs, offer) as rounds:
        added = await fleet.keys("add")
        assert (added.returncode, added.stdout) == (0, ""), added.stderr
        assert load_or_create(fleet.key_file).versions == ("v2", "v1", "v3")
        promoted = await fleet.keys("promote", "v3")
        assert promoted.returncode == 0, promoted.stderr
        too_early = await fleet.keys("retire", "v2")
    assert len(rounds) > 5
    assert (too_early.returncode, load_or_create(fleet.key_file).versions) == (1, ("v3", "v2", "v1"))
    for what in ("install tokens", "active partner keys", "sessions", "users", "replies"):
        assert what in too_early.stderr
    for ready in await fleet.readiness():
        assert [each["version"] for each in ready["keyVersions"] if each["signs"]] == ["v3"]
        assert [each["keyVersions"] for each in ready["processes"]] == [["v3", "v2", "v1"]] * 2
    assert {version for (version,) in fleet.database.rows("select key_version from install_tokens")} == {"v2", "v3"}
    assert_ok(await bea.get("/v1/me"))
    assert_ok(await bea.get(INTENTS, params={"limit": 1, "cursor": old_cursor}))
    assert_replayed(await bea.post(INTENTS, request, key=key), first)
    assert_ok(await whs.redeem(old_token.text))
    changes = fleet.database.rows("select details->>'change' from audit_events where type = 'key_ring.changed'")
    assert [change for (change,) in changes] == ["added", "promoted"]
    await an_emergency_ends_everything_that_hangs_on_a_key(fleet, bea, whs, kept, (key, request))


async def an_emergency_ends_everything_that_hangs_on_a_key(
    fleet: Fleet, bea: Person, whs: Partner, live: market.Token, earlier: tuple[str, dict[str, Any]]
) -> None:
    buyer_refs = "select distinct buyer_ref_version from users"
    done = await fleet.keys("retire", "v2", "--revoke-dependents")
    assert done.returncode == 0, done.stderr
    assert whs.key_id in done.stdout, "it says whom to give a new key"
    assert "v2 was retired." in done.stderr
    assert load_or_create(fleet.key_file).versions == ("v3", "v1")
    assert fleet.database.rows(buyer_refs) == [("v3",)]
    for ready in await fleet.readiness():
        assert [each["version"] for each in ready["keyVersions"]] == ["v3", "v1"]
    assert_error(await bea.get("/v1/me"), "UNAUTHENTICATED")
    assert_error(await whs.redeem(live.text), "UNAUTHENTICATED")
    await bea.sign_in()
    key, request = earlier
    assert_error(await bea.post(INTENTS, request, key=key), "CONFLICT", reason="idempotency_key_reused")
    again = await fleet.people.partner("whs")
    assert_error(await again.redeem(live.text), "NOT_FOUND")
    assert_ok(await again.redeem((await market.token(live.intent)).text))
    listed = await fleet.keys("list")
    assert "v2" in listed.stdout
    assert "retired" in listed.stdout
    events = fleet.database.rows(
        "select e.type from audit_events e join audit_events c on c.id = e.cause_event_id"
        " where c.details->>'change' = 'retiring'"
    )
    assert {"install_token.revoked", "session.ended", "partner_key.revoked", "key_ring.changed"} <= {
        t for (t,) in events
    }


@pytest.fixture
def servers_of_environment(empty_database: Database, run: Run) -> Iterator[Servers]:
    with serving(empty_database, run.folder / "logs") as servers:
        yield servers


def order_of(printed: str) -> str:
    """The value that is to be set."""
    return printed.strip().removeprefix("FLEETPROMPT_MASTER_KEYS=")


async def test_keys_of_the_environment_are_printed_and_servers_are_restarted_one_after_another(
    servers_of_environment: Servers, empty_database: Database, run: Run
) -> None:
    operator = Operator.of(empty_database, run.folder)
    value = order_of(operator.run("keys", "add").stdout)
    assert value.startswith(f"{MASTER_KEYS},v3:")
    knowing = Operator.of(empty_database, run.folder, MASTER_KEYS=value)
    first, second = servers_of_environment.processes
    for process, is_last in ((first, False), (second, True)):
        refused = knowing.run("keys", "promote", "v3")
        assert refused.returncode == 1
        assert f"(process {process.running.pid})" in refused.stderr
        assert process.stop() == 0
        process.variables["FLEETPROMPT_MASTER_KEYS"] = value
        process.start()
        process.wait_ready()
        assert is_last == (process is second)
    promoted = knowing.run("keys", "promote", "v3")
    assert promoted.returncode == 0, promoted.stderr
    assert promoted.stdout.startswith("FLEETPROMPT_MASTER_KEYS=v3:")
    still_signing = Operator.of(empty_database, run.folder, MASTER_KEYS=order_of(promoted.stdout)).run(
        "keys", "retire", "v2"
    )
    assert still_signing.returncode == 1
    assert "v2 still signs for serve on" in still_signing.stderr


def test_what_cannot_be_is_told_and_changes_nothing(operator: Operator, database: Database) -> None:
    with unchanged(database):
        for arguments, said in (
            (("promote", "v2"), "v2 signs already."),
            (("promote", "v9"), "the key ring holds v2, v1 and lacks v9."),
            (("retire", "v2"), "v2 signs; promote another key before retiring it."),
        ):
            done = operator.run("keys", *arguments)
            assert (done.returncode, done.stdout) == (1, "")
            assert said in done.stderr
    told = operator.answer("keys", "list")
    assert [(key["version"], key["fingerprint"], key["signs"]) for key in told["keys"]] == [
        ("v2", key_ring().fingerprints["v2"], True),
        ("v1", key_ring().fingerprints["v1"], False),
    ]

"""Which keys a database was used with, and which its live rows still name (spec 3, 7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec
import psycopg
import pytest

from fleetprompt import ids
from fleetprompt.authz import SYSTEM
from fleetprompt.enums import EventType
from fleetprompt.fields import NoArguments
from fleetprompt.runtime.key_versions import (
    KeyProblem,
    KeysInUse,
    RecordedVersions,
    in_use,
    problems_of,
    record_key_versions,
)
from fleetprompt.runtime.run import Call, run
from fleetprompt.secrets import KeyRing
from fleetprompt.store import inspection
from tests.conftest import Start
from tests.support import market
from tests.support.clock import FakeClock
from tests.support.contents import added_rows, unchanged
from tests.support.databases import Database
from tests.support.keys import key_ring, master_keys

NOTHING: Final = KeysInUse([], [], [], [], [], [], [], None)
OLD: Final = master_keys(3, 2, 1)
NEW: Final = master_keys(4, 3, 2, 1)


def looked(database: Database, now_ms: int) -> KeysInUse:
    """What the serving role finds."""
    with inspection.looking(database.serving_url) as connection:
        (found,) = inspection.read(connection, in_use(now_ms))
        return found


async def test_live_rows_name_the_keys_that_they_need(start: Start, empty_database: Database, clock: FakeClock) -> None:
    assert looked(empty_database, clock.now_ms()).named_by == {}
    old = (await start(on=empty_database, MASTER_KEYS=OLD)).people
    partner = await old.partner("whs")
    offer = await market.on_sale(await old.publisher())
    new = (await start(on=empty_database, MASTER_KEYS=NEW)).people
    bea = await new.register("Bea")
    token = await market.token(await market.intent(bea, offer))
    assert looked(empty_database, clock.now_ms()).named_by == {
        "v3": ["partner_keys", "sessions", "users", "idempotency_keys"],
        "v4": ["install_tokens", "sessions", "users", "idempotency_keys"],
    }
    empty_database.change("update partner_keys set status = 'revoked', revoked_at_ms = 1")
    assert (await bea.post(f"{token.intent.path}/cancel")).is_success
    clock.advance(hours=24)
    empty_database.change("update sessions set ended_at_ms = 1")
    assert looked(empty_database, clock.now_ms()).named_by == {"v3": ["users"], "v4": ["users"]}
    assert partner.key_id


async def test_a_version_is_recorded_once_with_its_event(
    start: Start, empty_database: Database, clock: FakeClock
) -> None:
    assert await recorded(start, empty_database, OLD) == ("v3",)
    with unchanged(empty_database):
        assert await recorded(start, empty_database, OLD) == ()
    clock.advance(hours=1)
    with added_rows(empty_database) as added:
        assert await recorded(start, empty_database, NEW) == ("v4",)
    assert added == {"key_versions": 1, "audit_events": 1}
    assert looked(empty_database, clock.now_ms()).fingerprint_of == KeyRing.parse(NEW).fingerprints
    assert empty_database.value("select max(first_seen_at_ms) from key_versions") == clock.now_ms()
    assert empty_database.rows("select type, actor_type, details from audit_events order by id") == [
        (EventType.KEY_RING_CHANGED, "system", {"change": "recorded", "versions": [version]})
        for version in ("v3", "v4")
    ]


async def recorded(start: Start, database: Database, master_keys: str) -> tuple[str, ...]:
    app = await start(on=database, MASTER_KEYS=master_keys)
    call = Call(request_id=ids.new_uuid())
    reply = await run(record_key_versions, app.services, SYSTEM, NoArguments(), call)
    return msgspec.json.decode(reply.body, type=RecordedVersions).versions


def test_what_was_recorded_stays_whoever_asks(empty_database: Database) -> None:
    for statement in ("update key_versions set version = 'v2'", "delete from key_versions", "truncate key_versions"):
        with pytest.raises(psycopg.Error) as refused:
            empty_database.change(statement)
        assert refused.value.sqlstate == "FP002"


def test_a_ring_that_holds_what_is_named_and_recorded_is_sound() -> None:
    ring = key_ring()
    found = msgspec.structs.replace(NOTHING, users=["v1"], install_tokens=["v2"], **marks(ring.fingerprints))
    assert problems_of(ring, found) == []
    assert problems_of(ring, NOTHING) == []


def test_a_missing_version_is_a_problem_as_long_as_a_live_row_names_it() -> None:
    ring = KeyRing.parse(master_keys(1))
    recorded_both = msgspec.structs.replace(NOTHING, **marks(key_ring().fingerprints))
    assert problems_of(ring, recorded_both) == []
    found = msgspec.structs.replace(recorded_both, install_tokens=["v2"], idempotency_keys=["v2"])
    (problem,) = problems_of(ring, found)
    assert problem == KeyProblem("v2", ("install_tokens", "idempotency_keys"), key_ring().fingerprints["v2"], None)
    assert str(problem) == (
        "The key ring lacks v2, which is named by install tokens that can be redeemed, replies that can be replayed."
    )


def test_another_key_under_a_known_version_is_a_problem_also_when_nothing_names_it() -> None:
    ring = KeyRing.generate()
    found = msgspec.structs.replace(NOTHING, **marks({"v1": "0123456789abcdef"}))
    (problem,) = problems_of(ring, found)
    assert problem == KeyProblem("v1", (), "0123456789abcdef", ring.fingerprints["v1"])
    assert ring.fingerprints["v1"] in str(problem)


def test_problems_come_in_the_order_of_versions() -> None:
    found = msgspec.structs.replace(NOTHING, users=["v10", "v2", "v9"])
    assert [problem.version for problem in problems_of(KeyRing.generate(), found)] == ["v2", "v9", "v10"]


def marks(fingerprints: Mapping[str, str]) -> dict[str, list[str]]:
    return {"recorded": list(fingerprints), "fingerprints": list(fingerprints.values())}


def test_versions_are_found_along_their_indexes(database: Database) -> None:
    statement = in_use(0)
    with database.as_owner() as connection:
        connection.execute("set enable_seqscan = off")
        bound = b"explain " + statement.statement.sent
        plan = "\n".join(row[0] for row in connection.execute(bound, statement.values).fetchall())
    for index in ("install_tokens_key_version_ix", "users_buyer_ref_version_ix", "sessions_key_version_ix"):
        assert index in plan

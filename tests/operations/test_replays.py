"""A retry under the same key: the first answer again, and nothing happens twice (spec 6.2)."""

from __future__ import annotations

import base64
from typing import Any, Final

import msgspec
import pytest

from fleetprompt.runtime.operations import Ledger
from fleetprompt.web.routing import Route
from tests.operations.cases import LEDGERED, MUTATIONS, Ready, names, secrets_of
from tests.operations.cast import Cast
from tests.operations.credentials import another_credential
from tests.operations.retries import assert_one_of_many_executes, assert_retries_replay, first_answer
from tests.support.answers import assert_error, assert_replayed
from tests.support.callers import fresh_key
from tests.support.clock import FakeClock
from tests.support.contents import unchanged
from tests.support.databases import Database
from tests.support.people import Person

RECORD: Final = "select * from idempotency_keys where key = %s"

each_ledgered = pytest.mark.parametrize("route", LEDGERED, ids=names(LEDGERED))


@each_ledgered
async def test_u_idemp_01_r_idemp_01_r_idemp_02_r_idemp_03_a_retry_gets_the_first_answer_and_nothing_happens_twice(
    ready: Ready, database: Database
) -> None:
    await assert_retries_replay(ready, database)


@each_ledgered
async def test_a_request_that_is_only_written_otherwise_is_the_same(ready: Ready, database: Database) -> None:
    key = fresh_key()
    first = await first_answer(ready, key)
    body = ready.case.request.body
    spelled = b"" if body is msgspec.UNSET else _spelled_otherwise(body)
    with unchanged(database, but=ready.spent):
        assert_replayed(await ready.send(key=key, content=spelled), first)


def _spelled_otherwise(body: Any) -> bytes:
    reordered = dict(reversed(body.items()))
    return msgspec.json.format(msgspec.json.encode(reordered), indent=3).replace(b"a", b"\\u0061")


@each_ledgered
async def test_r_idemp_01_r_idemp_02_r_idemp_03_of_many_at_once_one_executes_and_the_others_replay(
    cast: Cast, route: Route, database: Database
) -> None:
    await assert_one_of_many_executes(cast, route, database)


@each_ledgered
async def test_a_replay_is_given_though_the_state_has_moved_on(ready: Ready, database: Database) -> None:
    key = fresh_key()
    first = await first_answer(ready, key)
    if ready.case.move_on is not None:
        await ready.case.move_on()
        if ready.route.method != "PUT":  # which would bring the first state back
            again = await ready.send()
            assert (again.status_code, again.content) != (first.status_code, first.content)
    with unchanged(database, but=ready.spent):
        assert_replayed(await ready.send(key=key), first)


@each_ledgered
async def test_a_replay_is_given_to_another_credential_of_the_same_caller(
    ready: Ready, cast: Cast, database: Database
) -> None:
    key = fresh_key()
    first = await first_answer(ready, key)
    others = [other async for other in another_credential(ready, cast)]
    assert others
    with unchanged(database, but=ready.spent):
        for other in others:
            assert_replayed(await ready.send(by=other, key=key), first)


@each_ledgered
async def test_what_is_asked_of_every_request_is_asked_of_a_replay(
    ready: Ready, cast: Cast, database: Database
) -> None:
    key = fresh_key()
    first = await first_answer(ready, key)
    with unchanged(database, but=ready.spent):
        assert_error(await ready.send(by=cast.visitor(), key=key), "UNAUTHENTICATED")
        malformed = ready.case.request.with_body(unheard="of")
        assert_error(await ready.send(malformed, key=key), "VALIDATION_FAILED", fields=["unheard"])
        assert_replayed(await ready.send(key=key), first)


@each_ledgered
async def test_u_idemp_03_the_ledger_holds_neither_secret_nor_request(ready: Ready, database: Database) -> None:
    key = fresh_key()
    first = await first_answer(ready, key)
    ((*record,),) = database.rows(RECORD, key)
    held = b"\n".join(value if isinstance(value, bytes) else str(value).encode() for value in record)
    assert key.encode() in held
    secrets = list(secrets_of(ready, first))
    for secret in secrets:
        for spelled in (secret.encode(), base64.b64encode(secret.encode()), secret.encode().hex().encode()):
            assert spelled not in held
    if isinstance(ready.case.request.body, dict):
        assert msgspec.json.encode(ready.case.request.body) not in held
        assert msgspec.json.encode(ready.case.request.body, order="deterministic") not in held
    replay = await ready.send(key=key)
    assert_replayed(replay, first)
    assert list(secrets_of(ready, replay)) == secrets


@each_ledgered
async def test_a_record_lives_24_hours_and_is_then_replaced(ready: Ready, database: Database, clock: FakeClock) -> None:
    key = fresh_key()
    first = await first_answer(ready, key)
    clock.advance(hours=24, ms=-1)
    await _sign_in_again(ready)
    assert_replayed(await ready.send(key=key), first)
    clock.advance(ms=1)
    later = await ready.send(key=key)
    assert "idempotent-replayed" not in later.headers
    record = database.rows("select created_at_ms, expires_at_ms from idempotency_keys where key = %s", key)
    if later.is_success:
        assert record == [(clock.now_ms(), clock.now_ms() + 24 * 60 * 60 * 1000)]
        assert_replayed(await ready.send(key=key), later)
    else:
        assert later.json()["error"].get("details", {}).get("reason") != "idempotency_key_reused"
        assert record == [(clock.now_ms() - 24 * 60 * 60 * 1000, clock.now_ms())]


async def _sign_in_again(ready: Ready) -> None:
    """A browser's session ends earlier than a record."""
    person, body = ready.case.caller, ready.case.request.body
    if isinstance(person, Person):
        person.password = body["new"] if isinstance(body, dict) and "new" in body else person.password
        await person.sign_in()


def test_all_that_changes_state_but_signing_in_and_out_is_in_the_ledger() -> None:
    outside = {route.operation.name for route in MUTATIONS if route.operation.ledger is Ledger.NONE}
    assert outside == {"accounts.register", "accounts.login", "accounts.logout", "installs.ping"}
    expected = {"POST": Ledger.REQUIRED, "PATCH": Ledger.ACCEPTED, "PUT": Ledger.ACCEPTED}
    for route in LEDGERED:
        assert route.operation.ledger is expected[route.method], route.operation.name

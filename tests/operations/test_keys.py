"""Whose an Idempotency-Key is, what it stands for, and how it is written (spec 6.2)."""

from __future__ import annotations

from typing import Final

import httpx
import pytest
from msgspec import UNSET

from fleetprompt.runtime.operations import Ledger, Owner
from tests.operations.cases import LEDGERED, Ready, names, plan
from tests.operations.cast import Cast
from tests.operations.naming import naming_nothing
from tests.operations.retries import assert_key_stands_for_one_request
from tests.support.answers import assert_error, assert_replayed
from tests.support.callers import Caller, Partner, fresh_key
from tests.support.contents import unchanged
from tests.support.databases import Database
from tests.support.people import Person

KEY: Final = "Idempotency-Key"
ILL_FORMED: Final = {
    "129 characters": "k" * 129,
    "a space inside": "two words",
    "a tab inside": "two\twords",
    "a letter that is not ASCII": "schlüssel",
    "a control character": "key\x7f",
    "nothing": "",
}
WELL_FORMED: Final = ("!", "~" * 128, '"a,b;c"')

each_ledgered = pytest.mark.parametrize("route", LEDGERED, ids=names(LEDGERED))


@each_ledgered
def test_other_bodies_are_tried_wherever_there_is_a_body(ready: Ready) -> None:
    assert (ready.case.other is UNSET) == (not plan(ready.route).body.all)


@each_ledgered
async def test_u_idemp_02_r_idemp_04_the_same_key_with_another_request_is_a_conflict(
    ready: Ready, database: Database
) -> None:
    await assert_key_stands_for_one_request(ready, database)


@each_ledgered
async def test_a_refusal_is_not_remembered(ready: Ready) -> None:
    key = fresh_key()
    refused = list(ready.case.unfit.values())
    if ready.case.request.path:
        refused.append(naming_nothing(ready.route, ready.case.request))
    for request in refused:
        assert (await ready.send(request, key=key)).status_code in {400, 404, 409}
    answer = await ready.send(key=key)
    ready.assert_succeeded(answer)
    assert "idempotent-replayed" not in answer.headers


@each_ledgered
async def test_a_key_is_its_callers_own(ready: Ready, cast: Cast, database: Database) -> None:
    key = fresh_key()
    first = await ready.send(key=key)
    ready.assert_succeeded(first)
    other = await _somebody_else(ready, cast)
    answer, under_a_fresh_key = await ready.send(by=other, key=key), await ready.send(by=other)
    assert "idempotent-replayed" not in answer.headers
    assert answer.json().get("error", {}).get("details", {}).get("reason") != "idempotency_key_reused"
    if NOT_FOUND_TO_OTHERS & set(ready.route.operation.owns.values()):
        assert_error(answer, "NOT_FOUND")
        assert_error(under_a_fresh_key, "NOT_FOUND")
    assert_replayed(await ready.send(key=key), first)


NOT_FOUND_TO_OTHERS: Final = {Owner.PUBLISHER, Owner.BUYER, Owner.USER}


async def _somebody_else(ready: Ready, cast: Cast) -> Caller:
    """Another caller with the capability for the surface."""
    if isinstance(ready.case.caller, Partner):
        return await cast.partner("agentelic")
    return await cast.publishing_admin()


@each_ledgered
async def test_a_key_stands_for_one_operation(ready: Ready) -> None:
    key = fresh_key()
    caller, operation = ready.case.caller, ready.route.operation
    if isinstance(caller, Person):
        made = await caller.api_key() if operation.name == "api_keys.create" else None
        path = "/v1/api-keys" if made is None else f"/v1/api-keys/{made.body['apiKeyId']}/revoke"
        elsewhere = await caller.post(path, {} if made else {"name": "Elsewhere"}, key=key)
    else:
        elsewhere = await caller.post("/v1/internal/ping", key=key)
    assert elsewhere.is_success, elsewhere.text
    answer = await ready.send(key=key)
    ready.assert_succeeded(answer)
    assert "idempotent-replayed" not in answer.headers


@each_ledgered
async def test_i_inst_06_a_write_by_post_needs_a_key(ready: Ready, database: Database) -> None:
    if ready.route.operation.ledger is Ledger.ACCEPTED:
        for _ in range(2):
            answer = await ready.send(key=None)
            assert "idempotent-replayed" not in answer.headers
            assert answer.is_success or answer.json()["error"]["code"] == "CONFLICT", answer.text
        return
    malformed = ready.case.request.with_body(unheard="of")
    with unchanged(database, but=ready.spent):
        if ready.is_signed:
            assert_error(await ready.send(key=None), "UNAUTHENTICATED")
        else:
            assert_error(await ready.send(key=None), "VALIDATION_FAILED", fields=[KEY])
            assert_error(await ready.send(malformed, key=None), "VALIDATION_FAILED", fields=[KEY, "unheard"])
    ready.assert_succeeded(await ready.send())


@each_ledgered
async def test_u_idemp_03_an_ill_formed_key_is_refused(ready: Ready, database: Database) -> None:
    with unchanged(database, but=ready.spent):
        for what, key in ILL_FORMED.items():
            refused = await ready.send(key=key) if key.isascii() else await _send_beyond_ascii(ready, key)
            if ready.is_signed:
                assert_error(refused, "UNAUTHENTICATED")
            else:
                fields = [each["fieldName"] for each in assert_error(refused, "VALIDATION_FAILED")["details"]["fields"]]
                assert fields == [KEY], what
    ready.assert_succeeded(await ready.send())


async def _send_beyond_ascii(ready: Ready, key: str) -> httpx.Response:
    return await ready.send(ready.case.request.with_headers({"idempotency-key": key}))


@pytest.mark.parametrize("key", WELL_FORMED, ids=["one character", "128 characters", "punctuation"])
@each_ledgered
async def test_u_idemp_03_every_printable_key_is_good(ready: Ready, key: str) -> None:
    first = await ready.send(key=key)
    ready.assert_succeeded(first)
    assert_replayed(await ready.send(key=key), first)

"""POST /v1/internal/ping"""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from fleetprompt import ids
from tests.support.answers import assert_error, assert_ok
from tests.support.application import App
from tests.support.callers import Partner
from tests.support.clock import FakeClock
from tests.support.contents import added_rows, unchanged
from tests.support.people import People

PATH = "/v1/internal/ping"


@pytest.mark.parametrize("system", ["whs", "agentromatic", "agentelic"])
async def test_a_signed_ping_tells_who_signed_and_the_time(
    app: App, people: People, clock: FakeClock, system: str
) -> None:
    partner = await people.partner(system)
    with added_rows(app.database) as added:
        answer = await partner.post(PATH, {})
    assert assert_ok(answer) == {
        "partnerKeyId": partner.key_id,
        "targetSystem": system,
        "serverTimeMs": clock.now_ms(),
    }
    assert answer.headers["cache-control"] == "no-store"
    assert added == {"request_nonces": 1}


async def test_a_ping_takes_no_fields(app: App, people: People) -> None:
    partner = await people.partner()
    with unchanged(app.database, but=["request_nonces"]):
        assert_error(await partner.post(PATH, {"hello": 1}), "VALIDATION_FAILED", fields=["hello"])


async def test_the_same_key_pings_as_often_as_it_likes(people: People, clock: FakeClock) -> None:
    partner = await people.partner()
    for _ in range(2):
        answer = await partner.post(PATH, {}, key="the-same")
        assert assert_ok(answer)["serverTimeMs"] == clock.advance(seconds=1) - 1000
        assert "idempotent-replayed" not in answer.headers


async def _signed(partner: Partner, path: str, body: bytes = b"{}") -> httpx.Request:
    request = partner.client.build_request(
        "POST", path, content=body, headers={"idempotency-key": "k", "content-type": "application/json"}
    )
    await partner.sign(request)
    return request


async def _altered(partner: Partner, path: str, **change: Any) -> httpx.Response:
    request = await _signed(partner, path)
    for name, value in change.get("headers", {}).items():
        request.headers[name] = value
    return await partner.send(request)


async def test_once_the_mac_holds_a_ping_is_told_which_check_failed_and_a_redeem_is_not(
    app: App, people: People, clock: FakeClock
) -> None:
    partner = await people.partner()
    stale = {path: await _signed(partner, path) for path in (PATH, "/v1/internal/install/redeem")}
    clock.advance(minutes=5, seconds=1)
    with unchanged(app.database):
        told = assert_error(await partner.send(stale[PATH]), "UNAUTHENTICATED", hint="created")
        untold = assert_error(await partner.send(stale["/v1/internal/install/redeem"]), "UNAUTHENTICATED")
    assert told["message"] == untold["message"]


async def test_a_ping_whose_mac_does_not_hold_is_told_nothing(app: App, people: People) -> None:
    partner, other = await people.partner(), await people.partner()
    unknown = Partner(
        app.line, app.clock, partner.secret, {**partner.body, "partnerKeyId": ids.encode("prt", ids.new_uuid())}
    )
    mixed_up = Partner(app.line, app.clock, partner.secret, other.body)
    with unchanged(app.database):
        for answer in (
            await unknown.post(PATH),
            await mixed_up.post(PATH),
            await _altered(partner, PATH, headers={"idempotency-key": "another"}),
            await partner.post(PATH, headers={"origin": "https://evil.example"}),
        ):
            assert_error(answer, "UNAUTHENTICATED")


async def test_a_reused_nonce_is_named_to_a_ping(people: People) -> None:
    partner = await people.partner()
    request = await _signed(partner, PATH)
    assert_ok(await partner.send(request))
    assert_error(await partner.send(request), "UNAUTHENTICATED", hint="nonce_reused")


async def test_a_signature_from_before_a_restore_is_refused(app: App, people: People, clock: FakeClock) -> None:
    partner = await people.partner()
    restored_at_ms = clock.now_ms() + 5_000
    app.database.change(
        "update instance set restored_at_ms = %s",
        restored_at_ms,
    )
    try:
        assert_error(await partner.post(PATH), "UNAUTHENTICATED", hint="before_restore")
        clock.advance(seconds=6)
        assert_ok(await partner.post(PATH))
    finally:
        app.database.change("update instance set restored_at_ms = null")


async def test_a_revoked_key_is_as_unknown_as_one_that_never_was(app: App, people: People) -> None:
    partner = await people.partner()
    assert_ok(await partner.post(PATH))
    app.database.change(
        "update partner_keys set status = 'revoked', revoked_at_ms = 1 where id = %s", ids.decode("prt", partner.key_id)
    )
    with unchanged(app.database):
        assert_error(await partner.post(PATH), "UNAUTHENTICATED")


async def test_a_ping_costs_two_round_trips(app: App, people: People) -> None:
    partner = await people.partner()
    with app.counting() as cost:
        await partner.post(PATH)
    assert cost.round_trips == 1 + 2

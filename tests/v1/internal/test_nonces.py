"""The nonces of signed calls: each works once, whatever came of it (spec 3 Server to server)."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from fleetprompt.partner.signing import Signer
from tests.conftest import Start
from tests.support import market
from tests.support.answers import assert_error, assert_ok
from tests.support.application import App
from tests.support.callers import Partner, fresh_key
from tests.support.clock import FakeClock
from tests.support.contents import added_rows, unchanged
from tests.support.market import Token
from tests.support.people import People, Person

PING = "/v1/internal/ping"
REDEEM = "/v1/internal/install/redeem"


async def _signed(partner: Partner, path: str, body: bytes, key: str | None = None, **headers: str) -> httpx.Request:
    given = {"content-type": "application/json", "idempotency-key": key or fresh_key(), **headers}
    request = partner.client.build_request("POST", path, content=body, headers=given)
    await partner.sign(request)
    return request


async def _redeeming(partner: Partner, install_token: str, key: str | None = None) -> httpx.Request:
    body = f'{{"installToken":"{install_token}","targetSystem":"{partner.target_system}"}}'
    return await _signed(partner, REDEEM, body.encode(), key)


def _copy(request: httpx.Request) -> httpx.Request:
    """The very same request, to be sent beside it or bent."""
    return httpx.Request(request.method, request.url, headers=request.headers, content=request.content)


@pytest.fixture(scope="module")
async def partner(people: People) -> Partner:
    """The server of `whs`."""
    return await people.partner("whs")


@pytest.fixture
async def minted(people: People, ada: Person) -> Token:
    """A token that the partner may redeem."""
    return await market.token(await market.intent(await people.register(), await market.on_sale(ada)))


async def test_i_int_02_a_nonce_works_once_after_a_success(app: App, partner: Partner, minted: Token) -> None:
    request = await _redeeming(partner, minted.text)
    with added_rows(app.database) as added:
        assert_ok(await partner.send(request))
    assert added["request_nonces"] == 1
    with unchanged(app.database):
        assert_error(await partner.send(request), "UNAUTHENTICATED")


async def test_i_int_02_a_nonce_works_once_after_a_replay_too(app: App, partner: Partner, minted: Token) -> None:
    key = fresh_key()
    assert_ok(await partner.redeem(minted.text, key=key))
    request = await _redeeming(partner, minted.text, key)
    with added_rows(app.database) as added:
        assert (await partner.send(request)).headers["idempotent-replayed"] == "true"
    assert added == {"request_nonces": 1}
    with unchanged(app.database):
        assert_error(await partner.send(request), "UNAUTHENTICATED")


@pytest.mark.parametrize(
    ("path", "body", "headers", "code"),
    [
        (REDEEM, b'{"installToken":"unknown","targetSystem":"whs"}', {}, "NOT_FOUND"),
        (REDEEM, b'{"installToken":"unknown","targetSystem":"agentelic"}', {}, "NOT_FOUND"),
        (REDEEM, b"{}", {}, "VALIDATION_FAILED"),
        (REDEEM, b"not json", {}, "VALIDATION_FAILED"),
        (REDEEM, b"\xff", {}, "VALIDATION_FAILED"),
        (REDEEM, b"{}", {"content-type": "text/plain"}, "UNSUPPORTED"),
        (PING, b'{"a":1}', {}, "VALIDATION_FAILED"),
    ],
)
async def test_i_int_02_a_nonce_works_once_after_a_refusal(
    app: App, partner: Partner, path: str, body: bytes, headers: dict[str, str], code: str
) -> None:
    request = await _signed(partner, path, body, **headers)
    with added_rows(app.database) as added:
        assert_error(await partner.send(request), code)
    assert added == {"request_nonces": 1}
    with unchanged(app.database):
        hint = "nonce_reused" if path == PING else None
        assert_error(await partner.send(request), "UNAUTHENTICATED", hint=hint)


async def test_i_int_02_a_nonce_works_once_after_a_reused_idempotency_key(
    app: App, partner: Partner, minted: Token
) -> None:
    key = fresh_key()
    assert_ok(await partner.redeem(minted.text, key=key))
    for other in ("no token of ours", "fpt_" + "0" * 70):
        request = await _redeeming(partner, other, key)
        with added_rows(app.database) as added:
            assert_error(await partner.send(request), "CONFLICT", "idempotency_key_reused")
        assert added == {"request_nonces": 1}
        assert_error(await partner.send(request), "UNAUTHENTICATED")


async def test_i_int_02_a_used_nonce_is_told_before_anything_about_the_body(
    app: App, partner: Partner, minted: Token
) -> None:
    key = fresh_key()
    first = await _redeeming(partner, minted.text, key)
    assert_ok(await partner.send(first))
    nonce = first.headers["signature-input"].partition('nonce="')[2].partition('"')[0]
    for body in (first.content, b"not json", b"{}", b'{"installToken":"x","targetSystem":"whs"}'):
        again = await _with_nonce(partner, app, nonce, body, key)
        with unchanged(app.database):
            assert_error(await partner.send(again), "UNAUTHENTICATED")


async def _with_nonce(partner: Partner, app: App, nonce: str, body: bytes, key: str) -> httpx.Request:
    headers = {"content-type": "application/json", "idempotency-key": key}
    request = partner.client.build_request("POST", REDEEM, content=body, headers=headers)
    signed = Signer(partner.key_id, partner.secret).headers(
        authority=request.url.netloc.decode(),
        path=REDEEM,
        body=body,
        idempotency_key=key,
        created_s=app.clock.now_ms() // 1000,
        nonce=nonce,
    )
    request.headers.update(signed)
    return request


async def test_a_nonce_is_each_keys_own(app: App, people: People, partner: Partner) -> None:
    other, nonce, body = await people.partner(), fresh_key(), b'{"installToken":"x","targetSystem":"whs"}'
    for each in (partner, other):
        assert_error(await each.send(await _with_nonce(each, app, nonce, body, fresh_key())), "NOT_FOUND")


async def test_of_one_nonce_sent_many_times_at_once_one_counts(app: App, partner: Partner, minted: Token) -> None:
    request = await _redeeming(partner, minted.text)
    with added_rows(app.database) as added:
        answers = await asyncio.gather(*(partner.send(_copy(request)) for _ in range(6)))
    assert sorted(each.status_code for each in answers) == [200] + [401] * 5
    assert added["request_nonces"] == 1


async def test_nothing_is_written_while_the_signature_does_not_hold(app: App, partner: Partner) -> None:
    request = await _signed(partner, REDEEM, b'{"installToken":"x","targetSystem":"whs"}')
    with unchanged(app.database):
        for name, value in (("origin", "https://x.example"), ("cookie", "a=b"), ("signature", "sig1=:AAAA:")):
            bent = _copy(request)
            bent.headers[name] = value
            assert_error(await partner.send(bent), "UNAUTHENTICATED")
    assert_error(await partner.send(request), "NOT_FOUND")


async def test_a_nonce_is_free_again_where_the_limit_was_the_refusal(start: Start) -> None:
    app = await start(RATE_LIMITS="redeem=1/min")
    partner = await app.people.partner("agentromatic")
    assert_ok(await partner.post(PING))
    request = await _signed(partner, PING, b"{}")
    with unchanged(app.database):
        assert_error(await partner.send(request), "RATE_LIMITED")
    app.clock.advance(minutes=1)
    assert_ok(await partner.send(request))


async def test_a_nonce_is_free_again_where_the_server_failed(app: App, partner: Partner) -> None:
    request = await _signed(partner, REDEEM, b'{"installToken":"x","targetSystem":"whs"}')
    serving = app.database.cluster.serving.username
    app.database.change(f'revoke insert on request_nonces from "{serving}"')
    try:
        with unchanged(app.database):
            assert_error(await partner.send(request), "INTERNAL")
    finally:
        app.database.change(f'grant insert on request_nonces to "{serving}"')
    assert_error(await partner.send(request), "NOT_FOUND")


async def test_a_reused_nonce_counts_as_a_failed_verification(start: Start) -> None:
    app = await start(RATE_LIMITS="internal_failure=2/min")
    partner = await app.people.partner()
    request = await _signed(partner, PING, b"{}")
    assert_ok(await partner.send(request))
    for _ in range(2):
        assert_error(await partner.send(request), "UNAUTHENTICATED", hint="nonce_reused")
    assert_error(await partner.send(request), "RATE_LIMITED")
    assert_error(await partner.post(PING), "RATE_LIMITED")


async def test_a_nonce_is_kept_ten_minutes_longer_than_its_signature_counts(
    app: App, partner: Partner, clock: FakeClock
) -> None:
    request = await _signed(partner, PING, b"{}")
    created_ms = clock.now_ms() // 1000 * 1000
    clock.advance(minutes=4)
    assert_ok(await partner.send(request))
    kept = app.database.value("select max(keep_until_ms) from request_nonces")
    assert kept == created_ms + (5 + 10) * 60_000

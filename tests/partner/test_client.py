"""The partner's client against a real HTTP server that checks signatures and fails on demand."""

from __future__ import annotations

import ast
import asyncio
import base64
import hashlib
import inspect
import json
import logging
import ssl
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import httpx
import msgspec
import pytest

import fleetprompt.partner
from fleetprompt.partner import (
    AsyncRedeemClient,
    NotRedeemable,
    PartnerError,
    Pong,
    RateLimited,
    RedeemClient,
    Redemption,
    Rejected,
    RetryPolicy,
    Unauthenticated,
    Unavailable,
    UnexpectedReply,
)
from fleetprompt.web.signatures import SignatureReason
from tests.partner.redeem_server import KEY_ID, REDEMPTION, SECRET, TOKEN, Fault, serving

SECRET_BASE64 = base64.b64encode(SECRET).decode()
CERTIFICATES = ssl.create_default_context()  # read once, because it takes as long as the rest of a test
QUICK = RetryPolicy(attempts_max=4, total_s_max=5.0, pause_s_first=0.01, pause_s_max=0.02)


def redeem_in_a_thread(url: str, token: str = TOKEN, system: str = "whs", retry: RetryPolicy = QUICK) -> Redemption:
    with httpx.Client(verify=CERTIFICATES) as http:
        return RedeemClient(url, KEY_ID, SECRET_BASE64, retry=retry, http=http).redeem(token, system)


def redeem_on_a_loop(url: str, token: str = TOKEN, system: str = "whs", retry: RetryPolicy = QUICK) -> Redemption:
    async def redeem() -> Redemption:
        async with httpx.AsyncClient(verify=CERTIFICATES) as http:
            return await AsyncRedeemClient(url, KEY_ID, SECRET_BASE64, retry=retry, http=http).redeem(token, system)

    return asyncio.run(redeem())


both = pytest.mark.parametrize("redeem", [redeem_in_a_thread, redeem_on_a_loop])


@both
def test_e2e_04_a_partner_signs_redeems_and_redeems_again(redeem: Callable[..., Redemption]) -> None:
    with serving() as server:
        first = redeem(server.url)
        again = redeem(server.url)
    assert first.release.refs.whs_agent_id == "agent-9"
    assert first.release.compat.min_whs_version == "2.0.0"
    assert first.install_intent.target_context.room_id == "room-7"
    assert first.install_intent.state == "opaque"
    assert (first.replayed, again.replayed) == (False, True)
    assert msgspec.structs.replace(again, replayed=False) == first
    assert server.redeemed == 1


def test_i_int_06_another_idempotency_key_is_another_redemption() -> None:
    with serving() as server, RedeemClient(server.url, KEY_ID, SECRET_BASE64) as client:
        client.redeem(TOKEN, "whs", idempotency_key="mine")
        assert client.redeem(TOKEN, "whs", idempotency_key="mine").replayed
        with pytest.raises(NotRedeemable):
            client.redeem(TOKEN, "whs")
    assert server.headers[0]["idempotency-key"] == "mine"


def test_a_reply_keeps_every_field_of_the_contract_and_ignores_later_ones() -> None:
    with serving() as server:
        assert json.loads(msgspec.json.encode(redeem_in_a_thread(server.url))) == REDEMPTION


def test_the_idempotency_key_comes_from_the_token_and_the_authority_is_covered() -> None:
    with serving() as server:
        redeem_in_a_thread(server.url)
    (headers,) = server.headers
    assert headers["idempotency-key"] == f"redeem-{hashlib.sha256(TOKEN.encode()).hexdigest()}"
    assert '"@authority"' in headers["signature-input"]


@both
@pytest.mark.parametrize("fault", [Fault.LOST_REPLY, Fault.CUT_REPLY])
def test_r_tok_03_a_lost_reply_is_asked_for_again_and_happened_once(
    redeem: Callable[..., Redemption], fault: Fault
) -> None:
    with serving(fault, fault) as server:
        assert redeem(server.url).replayed
    assert server.redeemed == 1
    assert len({request.nonce for request in server.signed}) == 3
    assert len({request.idempotency_key for request in server.signed}) == 1


@both
def test_overload_and_crashes_are_retried(redeem: Callable[..., Redemption]) -> None:
    with serving(Fault.UNAVAILABLE, Fault.INTERNAL, Fault.PROXY_DOWN) as server:
        assert redeem(server.url).release.version == "1.2.3"
    assert len({request.nonce for request in server.signed}) == 4


@both
def test_retry_after_is_waited_for(redeem: Callable[..., Redemption]) -> None:
    with serving(Fault.RATE_LIMITED) as server:
        redeem(server.url)
    first_s, second_s = server.at_s
    assert second_s - first_s >= 1.0


@both
def test_a_retry_after_that_does_not_fit_ends_the_call_at_once(redeem: Callable[..., Redemption]) -> None:
    with serving(Fault.RATE_LIMITED) as server, pytest.raises(RateLimited) as limited:
        redeem(server.url, retry=RetryPolicy(total_s_max=0.5))
    assert limited.value.retry_after_s == 1
    assert len(server.at_s) == 1


@both
@pytest.mark.parametrize("fault", [Fault.UNAVAILABLE, Fault.INTERNAL, Fault.PROXY_DOWN, Fault.LOST_REPLY])
def test_retries_end(redeem: Callable[..., Redemption], fault: Fault) -> None:
    with serving(*[fault] * 9) as server, pytest.raises(Unavailable):
        redeem(server.url)
    assert len(server.at_s) == QUICK.attempts_max


def test_an_error_carries_what_the_envelope_says() -> None:
    with serving() as server, pytest.raises(Rejected) as rejected:
        redeem_in_a_thread(server.url, system="unheard-of")
    error = rejected.value
    assert (error.code, error.message, error.request_id) == ("VALIDATION_FAILED", "It is VALIDATION_FAILED.", "req_1")
    assert (error.status, error.details["fields"][0]["fieldName"]) == (400, "targetSystem")
    assert len(server.at_s) == 1


@both
def test_a_token_that_cannot_be_redeemed_is_not_redeemable(redeem: Callable[..., Redemption]) -> None:
    with serving() as server:
        for token in ("fpt_other", "", "\udc80", '"}'):
            with pytest.raises(NotRedeemable):
                redeem(server.url, token)


@pytest.mark.parametrize("fault", [Fault.REDIRECT, Fault.STRANGER, Fault.NONSENSE])
def test_what_is_no_fleetprompt_is_never_followed_or_believed(fault: Fault) -> None:
    with serving(fault) as server, pytest.raises(UnexpectedReply):
        redeem_in_a_thread(server.url)
    assert len(server.at_s) == 1


def test_s_cd_01_a_cookie_that_a_balancer_sets_is_not_sent_back() -> None:
    with serving(Fault.COOKIE) as server, RedeemClient(server.url, KEY_ID, SECRET_BASE64) as client:
        client.ping()
        client.ping()
    assert not any("cookie" in headers for headers in server.headers)


def test_i_int_02_a_wrong_secret_or_key_is_unauthenticated_and_not_retried() -> None:
    with serving() as server:
        wrong_secret = base64.b64encode(bytes(32)).decode()
        for key_id, secret in ((KEY_ID, wrong_secret), ("prt_01kaj3x5rhf4zvd0xk6qtbn8m0", SECRET_BASE64)):
            with RedeemClient(server.url, key_id, secret) as client, pytest.raises(Unauthenticated) as refused:
                client.ping()
            assert refused.value.hint is None
    assert server.reasons == [SignatureReason.MAC, SignatureReason.UNKNOWN_KEY]


@pytest.mark.parametrize("kind", [RedeemClient, AsyncRedeemClient])
def test_ping_names_the_check_that_failed(kind: type[RedeemClient | AsyncRedeemClient]) -> None:
    with serving(Fault.CLOCK_BEHIND) as server:
        with pytest.raises(Unauthenticated) as refused:
            _ping(kind, server.url)
        assert refused.value.hint == "created"
        assert "created" in str(refused.value)
        assert _ping(kind, server.url).partner_key_id == KEY_ID


def _ping(kind: type[RedeemClient | AsyncRedeemClient], url: str) -> Pong:
    client = kind(url, KEY_ID, SECRET_BASE64)
    if isinstance(client, RedeemClient):
        with client:
            return client.ping()

    async def ping(client: AsyncRedeemClient) -> Pong:
        async with client:
            return await client.ping()

    return asyncio.run(ping(client))


def test_redeem_never_hints() -> None:
    with serving(Fault.CLOCK_BEHIND) as server, pytest.raises(Unauthenticated) as refused:
        redeem_in_a_thread(server.url)
    assert refused.value.hint is None


def test_a_client_that_was_passed_in_is_used_and_left_open() -> None:
    with serving() as server, httpx.Client(cookies={"a": "b"}, auth=("user", "password")) as http:
        with RedeemClient(server.url, KEY_ID, SECRET_BASE64, http=http) as client:
            client.ping()
        assert not http.is_closed
    assert not {"cookie", "authorization"} & server.headers[0].keys()


def test_nobody_listening_is_unavailable_and_says_where() -> None:
    with serving() as server:
        url = server.url
    with pytest.raises(Unavailable, match="ConnectError") as unavailable:
        redeem_in_a_thread(url)
    assert url in str(unavailable.value)
    assert unavailable.value.status is None


@both
@pytest.mark.parametrize("fault", [Fault.LOST_REPLY, Fault.INTERNAL, Fault.NONSENSE, Fault.STRANGER])
def test_u_tok_02_no_error_log_or_repr_shows_token_or_secret(
    redeem: Callable[..., Redemption], fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with serving(*[fault] * 4) as server, pytest.raises(PartnerError) as failed:
        redeem(server.url)
    client = RedeemClient(server.url, KEY_ID, SECRET_BASE64)
    shown = [repr(client), str(client), repr(client.__dict__), caplog.text, *traceback.format_exception(failed.value)]
    for error in (failed.value, failed.value.__context__, failed.value.__cause__):
        shown += [str(error), repr(error), repr(getattr(error, "__dict__", ""))]
        assert not hasattr(error, "request")
    for secret in (TOKEN, SECRET_BASE64, SECRET.hex(), repr(SECRET)):
        assert secret not in "\n".join(shown)


@pytest.mark.parametrize(
    "base_url",
    [
        "http://fleetprompt.example",
        "http://192.0.2.1",
        "http://localhost.example",
        "ftp://127.0.0.1",
        "//fleetprompt.example",
        "fleetprompt.example",
        "https://",
        "https://user:password@fleetprompt.example",
        "https://fleetprompt.example/?a=1",
        "https://fleetprompt.example/#a",
        "https://fleetprompt.example:port",
        "",
    ],
)
def test_a_base_url_that_is_not_https_or_not_plain_is_refused(base_url: str) -> None:
    with pytest.raises(ValueError, match="base URL"):
        RedeemClient(base_url, KEY_ID, SECRET_BASE64)


@pytest.mark.parametrize(
    "base_url", ["http://127.0.0.1:1", "http://[::1]", "http://localhost:8000/", "https://a.example/b/"]
)
def test_https_and_loopback_are_accepted(base_url: str) -> None:
    with RedeemClient(base_url, KEY_ID, SECRET_BASE64) as client:
        assert base_url in repr(client)


@pytest.mark.parametrize("secret", ["", "!", SECRET_BASE64[:-1], SECRET_BASE64 + "AAAA", SECRET_BASE64 + "\n", "é"])
def test_a_secret_that_is_not_base64_of_32_bytes_is_refused_without_being_quoted(secret: str) -> None:
    with pytest.raises(ValueError, match="32 bytes") as refused:
        RedeemClient("https://fleetprompt.example", KEY_ID, secret)
    assert not secret or secret not in "".join(traceback.format_exception(refused.value, chain=True)[-1:])
    assert refused.value.__context__ is None


@pytest.mark.parametrize("key_id", ["prt_\n", "schlüssel"])
def test_a_key_id_that_no_header_can_carry_is_refused(key_id: str) -> None:
    with pytest.raises(ValueError, match="printable"):
        RedeemClient("https://fleetprompt.example", key_id, SECRET_BASE64)


def test_the_client_imports_nothing_else_of_fleetprompt() -> None:
    imported: set[str] = set()
    for file in Path(inspect.getfile(fleetprompt.partner)).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {name.name for name in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add(node.module or "")
    foreign = {name for name in imported if name.startswith("fleetprompt") and "fleetprompt.partner" not in name}
    assert not foreign
    assert {"httpx", "http_sf", "msgspec"} <= imported


def test_a_call_stops_retrying_when_its_time_is_up() -> None:
    patient = RetryPolicy(attempts_max=100, total_s_max=1.0, pause_s_first=0.2, pause_s_max=0.2)
    started_s = time.monotonic()
    with serving(*[Fault.INTERNAL] * 100) as server, pytest.raises(Unavailable):
        redeem_in_a_thread(server.url, retry=patient)
    assert time.monotonic() - started_s < 4.0
    assert 1 < len(server.at_s) < 15

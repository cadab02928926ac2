"""The clients of a partner system, one for threads and one for an event loop (spec 6.4, 6.6)."""

from __future__ import annotations

import asyncio
import hashlib
import ipaddress
import secrets
import time
from types import TracebackType
from typing import Final, Self, TypeVar

import httpx
import msgspec

from fleetprompt.partner.call import Call, RetryPolicy
from fleetprompt.partner.errors import UnexpectedReply
from fleetprompt.partner.redemption import Pong, Redemption
from fleetprompt.partner.signing import Signer

_REDEEM: Final = "/v1/internal/install/redeem"
_PING: Final = "/v1/internal/ping"
_TIMEOUT: Final = httpx.Timeout(10.0, connect=5.0)

Reply = TypeVar("Reply", Redemption, Pong)


class _Caller:
    """What both clients share: where to call, with which key, and how hard to try."""

    def __init__(self, base_url: str, partner_key_id: str, secret_base64: str, retry: RetryPolicy) -> None:
        self._base_url = _checked_base_url(base_url)
        self._signer = Signer(partner_key_id, secret_base64)
        self._retry = retry

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self._base_url)!r}, {self._signer.partner_key_id!r})"

    def _redeem_call(self, install_token: str, target_system: str, idempotency_key: str | None) -> Call:
        token = install_token.encode(errors="replace")
        body = msgspec.json.encode({"installToken": token.decode(), "targetSystem": target_system})
        # One token, one key: whoever asks again, after a crash or a reload, gets the first answer.
        return self._call(_REDEEM, body, idempotency_key or f"redeem-{hashlib.sha256(token).hexdigest()}")

    def _ping_call(self) -> Call:
        return self._call(_PING, b"{}", f"ping-{secrets.token_hex(16)}")

    def _call(self, path: str, body: bytes, idempotency_key: str) -> Call:
        url = self._base_url.copy_with(raw_path=self._base_url.raw_path.rstrip(b"/") + path.encode())
        return Call(self._signer, url, body, idempotency_key, self._retry)


class RedeemClient(_Caller):
    """Redeems install tokens, signed and retried. Safe to share between threads; close it, or use it in `with`.

    base_url: FleetPrompt's PUBLIC_URL or INTERNAL_URL, https unless it is loopback. secret_base64: as issued.
    http: a client of your own, where proxies, certificates or timeouts need one; it stays yours to close.
    Raises ValueError for a base URL or a secret that cannot be used.
    """

    def __init__(
        self,
        base_url: str,
        partner_key_id: str,
        secret_base64: str,
        *,
        retry: RetryPolicy | None = None,
        http: httpx.Client | None = None,
    ) -> None:
        super().__init__(base_url, partner_key_id, secret_base64, retry or RetryPolicy())
        self._owns_http = http is None
        self._http = http or httpx.Client(timeout=_TIMEOUT)

    def redeem(self, install_token: str, target_system: str, *, idempotency_key: str | None = None) -> Redemption:
        """Resolve `install_token` for `target_system` (`whs`, `agentromatic` or `agentelic`).

        idempotency_key: by default derived from the token, so that asking again replays the first answer.
        Raises NotRedeemable, Unauthenticated, RateLimited, Unavailable, Rejected or UnexpectedReply. May be repeated
        with the same token at any time within 24 hours: the answer is the first one, unless the offer was withdrawn.
        """
        return _redemption(self._send(self._redeem_call(install_token, target_system, idempotency_key)))

    def ping(self) -> Pong:
        """Check key, secret, clock and base URL. Raises Unauthenticated with the `hint` of what is wrong."""
        return _decoded(self._send(self._ping_call()), Pong)

    def _send(self, call: Call) -> httpx.Response:
        while True:
            outcome: httpx.Response | httpx.RequestError
            try:
                outcome = self._http.send(call.request(), auth=None, follow_redirects=False)
            except httpx.RequestError as error:
                outcome = error
            pause_s = call.pause_s_after(outcome)
            if pause_s is None:
                return call.reply(outcome)
            time.sleep(pause_s)

    def close(self) -> None:
        """Close the connections, unless they belong to an `http` that was passed in."""
        if self._owns_http:
            self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        self.close()


class AsyncRedeemClient(_Caller):
    """`RedeemClient` for an event loop of asyncio: the same parameters, results and errors."""

    def __init__(
        self,
        base_url: str,
        partner_key_id: str,
        secret_base64: str,
        *,
        retry: RetryPolicy | None = None,
        http: httpx.AsyncClient | None = None,
    ) -> None:
        super().__init__(base_url, partner_key_id, secret_base64, retry or RetryPolicy())
        self._owns_http = http is None
        self._http = http or httpx.AsyncClient(timeout=_TIMEOUT)

    async def redeem(self, install_token: str, target_system: str, *, idempotency_key: str | None = None) -> Redemption:
        """As `RedeemClient.redeem`."""
        return _redemption(await self._send(self._redeem_call(install_token, target_system, idempotency_key)))

    async def ping(self) -> Pong:
        """As `RedeemClient.ping`."""
        return _decoded(await self._send(self._ping_call()), Pong)

    async def _send(self, call: Call) -> httpx.Response:
        while True:
            outcome: httpx.Response | httpx.RequestError
            try:
                outcome = await self._http.send(call.request(), auth=None, follow_redirects=False)
            except httpx.RequestError as error:
                outcome = error
            pause_s = call.pause_s_after(outcome)
            if pause_s is None:
                return call.reply(outcome)
            await asyncio.sleep(pause_s)

    async def aclose(self) -> None:
        """Close the connections, unless they belong to an `http` that was passed in."""
        if self._owns_http:
            await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        await self.aclose()


def _checked_base_url(base_url: str) -> httpx.URL:
    """The base URL, refused with ValueError where a signature or a token would travel in the clear or astray."""
    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL as error:
        raise ValueError(f"The base URL is not valid: {error}") from None
    if not url.host or url.userinfo or url.query or url.fragment:
        raise ValueError("The base URL is a scheme, a host and perhaps a port and a path, and nothing else.")
    if url.scheme != "https" and not (url.scheme == "http" and _is_loopback(url.host)):
        raise ValueError("The base URL must be https, except on the loopback interface.")
    return url


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _decoded(reply: httpx.Response, kind: type[Reply]) -> Reply:
    try:
        return msgspec.json.decode(reply.content, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        message = f"The reply of status {reply.status_code} is no {kind.__name__}."
        raise UnexpectedReply("UNEXPECTED_REPLY", message, status=reply.status_code) from error


def _redemption(reply: httpx.Response) -> Redemption:
    redemption = _decoded(reply, Redemption)
    return msgspec.structs.replace(redemption, replayed=reply.headers.get("idempotent-replayed") == "true")

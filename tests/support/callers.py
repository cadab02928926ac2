"""Who sends requests: nobody in particular, a browser with its session, a program with its key, a partner system."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any, Final

import httpx
import msgspec

from fleetprompt.clock import Clock
from fleetprompt.partner.signing import Signer
from tests.support.declared_answers import assert_declared
from tests.support.secrecy.exchanges import COLLECTED

FRESH: Final = "a fresh key"
"""The default `key`: every write under an Idempotency-Key of its own."""

Query = Mapping[str, str | int | bool | list[str]]


def fresh_key() -> str:
    """An Idempotency-Key that was never used."""
    return f"test-{secrets.token_hex(12)}"


class Line:
    """The way to a server: where it says that it is, and what carries requests to it. Cookies are each caller's own."""

    def __init__(self, transport: httpx.AsyncBaseTransport, public_url: str) -> None:
        self.transport = transport
        self.public_url = public_url

    def client(self) -> httpx.AsyncClient:
        """A client with an empty cookie jar. It holds nothing to close but the transport, which is not its own."""
        return httpx.AsyncClient(
            transport=self.transport,
            base_url=self.public_url,
            trust_env=False,
            timeout=30,
            event_hooks={"request": [COLLECTED.of_request], "response": [COLLECTED.of_response]},
        )


class Caller:
    """Sends requests as nobody: no credential, and cookies are forgotten at once.

    json: the body; writes send `{}` where it is not given. content: the raw body instead. params: the query; a list
    repeats its parameter. key: the Idempotency-Key of a write, None for none. headers: added last, so they win.
    """

    def __init__(self, line: Line) -> None:
        self.line = line
        self.client = line.client()

    async def get(
        self, path: str, *, params: Query | None = None, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """A read."""
        return await self.request("GET", path, params=params, headers=headers, key=None)

    async def post(self, path: str, json: Any = msgspec.UNSET, **options: Any) -> httpx.Response:
        """A write; options as in `request`."""
        return await self.request("POST", path, json=json, **options)

    async def put(self, path: str, json: Any = msgspec.UNSET, **options: Any) -> httpx.Response:
        """A write that replaces; options as in `request`."""
        return await self.request("PUT", path, json=json, **options)

    async def patch(self, path: str, json: Any = msgspec.UNSET, **options: Any) -> httpx.Response:
        """A write of the named fields; options as in `request`."""
        return await self.request("PATCH", path, json=json, **options)

    async def request(
        self,
        method: str,
        path: str,
        *,
        json: Any = msgspec.UNSET,
        content: bytes | None = None,
        params: Query | None = None,
        key: str | None = FRESH,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Send one request and return its response, whatever it says."""
        ours: dict[str, str] = {}
        is_write = method not in {"GET", "HEAD", "OPTIONS"}
        if is_write and content is None:
            content = msgspec.json.encode({} if json is msgspec.UNSET else json)
        if content is not None:
            ours["content-type"] = "application/json"
        if is_write and key is not None:
            ours["idempotency-key"] = fresh_key() if key is FRESH else key
        built = self.client.build_request(method, path, params=params, content=content, headers=ours)
        await self.sign(built)
        built.headers.encoding = "utf-8"
        built.headers.update({name.encode(): value.encode() for name, value in (headers or {}).items()})
        return await self.send(built)

    async def send(self, request: httpx.Request) -> httpx.Response:
        """Send a request as it is."""
        response = await self.client.send(request)
        self.client.cookies.clear()
        assert_declared(response)
        return response

    async def sign(self, request: httpx.Request) -> None:
        """Add the caller's credential."""


class Browser(Caller):
    """Keeps cookies, and adds the CSRF token to writes while it has a session."""

    def __init__(self, line: Line) -> None:
        super().__init__(line)
        self._csrf: tuple[str, str] | None = None

    @property
    def session_cookie(self) -> str | None:
        """The session's cookie, None while nobody is signed in here."""
        return self.client.cookies.get("fp_session") or self.client.cookies.get("__Host-fp_session")

    async def csrf_token(self) -> str:
        """The token of the present session, asked for once in each."""
        cookie = self.session_cookie
        if cookie is None:
            raise LookupError("nobody is signed in here")
        if self._csrf is None or self._csrf[0] != cookie:
            answer = await self.client.get("/v1/me")
            answer.raise_for_status()
            self._csrf = cookie, answer.json()["csrfToken"]
        return self._csrf[1]

    async def send(self, request: httpx.Request) -> httpx.Response:
        """Send a request as it is; cookies are kept."""
        response = await self.client.send(request)
        assert_declared(response)
        return response

    async def sign(self, request: httpx.Request) -> None:
        """The cookie is there already; a write needs the CSRF token too."""
        if request.method not in {"GET", "HEAD", "OPTIONS"} and self.session_cookie is not None:
            request.headers["x-csrf-token"] = await self.csrf_token()


class KeyHolder(Caller):
    """A program with an API key. body: `apiKey` as its creation showed it."""

    def __init__(self, line: Line, secret: str, body: dict[str, Any]) -> None:
        super().__init__(line)
        self.secret = secret
        self.body = body

    async def sign(self, request: httpx.Request) -> None:
        """`Authorization: Bearer`."""
        request.headers["authorization"] = f"Bearer {self.secret}"


class Partner(Caller):
    """A partner system's server. Every request gets a nonce of its own and the clock's time."""

    def __init__(self, line: Line, clock: Clock, secret: str, body: dict[str, Any]) -> None:
        super().__init__(line)
        self.body = body
        self.key_id: str = body["partnerKeyId"]
        self.target_system: str = body["targetSystem"]
        self.secret = secret
        self._clock = clock
        self._signer = Signer(self.key_id, secret)

    def signed_headers(self, path: str, body: bytes, key: str, authority: str = "127.0.0.1:8000") -> dict[str, str]:
        """The headers of 6.6 for a POST of `body` to `path`, with a nonce of their own."""
        return self._signer.headers(
            authority=authority,
            path=path,
            body=body,
            idempotency_key=key,
            created_s=self._clock.now_ms() // 1000,
            nonce=secrets.token_urlsafe(24),
        )

    async def sign(self, request: httpx.Request) -> None:
        """The signature of 6.6 over what the request holds."""
        key = request.headers.get("idempotency-key", "")
        path, authority = request.url.raw_path.decode(), request.url.netloc.decode()
        request.headers.update(self.signed_headers(path, request.content, key, authority))

    async def redeem(self, install_token: str, *, key: str | None = FRESH, target_system: str = "") -> httpx.Response:
        """Redeem a token for its own system, or for the one that is named."""
        body = {"installToken": install_token, "targetSystem": target_system or self.target_system}
        return await self.post("/v1/internal/install/redeem", body, key=key)

"""Behind a real nginx with the configuration that ships: addresses, cookies, origins, what stays inside (spec 6.3)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, Final

import httpx
import pytest

from fleetprompt.clock import SystemClock
from tests.deploy.proxy import INTERNAL, PUBLIC, Proxy, free_ports, nginx
from tests.support.answers import assert_error, assert_ok
from tests.support.callers import Line, Partner
from tests.support.databases import Database, Run
from tests.support.people import People
from tests.support.servers import ServerProcess, serving

pytestmark = pytest.mark.slow

PUBLIC_URL: Final = f"https://{PUBLIC}"
INTERNAL_URL: Final = f"https://{INTERNAL}:8443"
SEARCH: Final = "/v1/public/listings/search"
PING: Final = "/v1/internal/ping"
INSIDE: Final = (
    PING,
    "/v1/internal",
    "/v1/internal/install/redeem",
    "/v1/%69nternal/ping",
    "/v1/internal%2Fping",
    "/v1/./internal/ping",
    "/v1/public/../internal/ping",
    "/v1//internal/ping",
    "//v1/internal/ping",
    "/metrics",
    "/metric%73",
)


@dataclass
class Behind:
    """A server behind nginx, and clients at addresses that are not the proxy's own."""

    server: ServerProcess
    proxy: Proxy
    database: Database
    stack: AsyncExitStack

    async def line(self, source: str = "127.0.0.2", url: str = PUBLIC_URL) -> Line:
        """The way through nginx for clients at an address of this machine."""
        transport = await self.stack.enter_async_context(self.proxy.clients_at(source))
        return Line(transport, url)

    async def people(self, source: str = "127.0.0.2") -> People:
        """People at an address of this machine."""
        return People(await self.line(source), self.database, SystemClock())


@pytest.fixture(scope="module")
async def behind(anyio_backend: Any, database: Database, run: Run) -> AsyncIterator[Behind]:
    settings = {"PUBLIC_URL": PUBLIC_URL, "INTERNAL_URL": INTERNAL_URL, "TRUSTED_PROXIES": "127.0.0.1"}
    settings |= {"RATE_LIMITS": "public_read=4/min,register=1000/h", "METRICS_TOKEN": "metrics-token-of-the-tests"}
    with serving(database, run.folder / "logs", processes=1, arguments=(), **settings) as servers:
        (server,) = servers.processes
        with nginx(server.url.removeprefix("http://")) as proxy:
            async with AsyncExitStack() as stack:
                yield Behind(server, proxy, database, stack)
        await servers.aclose()


async def test_a_session_lives_in_a_secure_cookie_of_this_host_and_writes_come_from_its_own_origin(
    behind: Behind,
) -> None:
    ada = await (await behind.people()).register()
    assert ada.client.cookies.get("__Host-fp_session")
    assert ada.client.cookies.get("fp_session") is None
    answer = await ada.post(
        "/v1/auth/login", {"email": ada.email, "password": ada.password}, key=None, headers={"origin": PUBLIC_URL}
    )
    assert {"Secure", "HttpOnly", "Path=/"} <= {part.strip() for part in answer.headers["set-cookie"].split(";")}
    profile = {"displayName": "Ada"}
    for foreign in ("https://evil.example", f"http://{PUBLIC}", INTERNAL_URL, behind.server.url):
        refused = await ada.put("/v1/publisher/profile", profile, headers={"origin": foreign})
        assert_error(refused, "UNAUTHORIZED")
    assert_ok(await ada.put("/v1/publisher/profile", profile, headers={"origin": PUBLIC_URL}), "publisher")


async def test_s_rl_01_a_client_counts_by_the_address_that_nginx_saw_whatever_it_claims(behind: Behind) -> None:
    claims = ["198.51.100.1", "127.0.0.1", "198.51.100.2, 127.0.0.1", "", "not an address"]
    visitor = (await behind.people("127.0.0.3")).visitor()
    for claim in claims[:4]:
        assert (await visitor.get(SEARCH, headers={"x-forwarded-for": claim})).is_success
    assert_error(await visitor.get(SEARCH, headers={"x-forwarded-for": claims[4]}), "RATE_LIMITED")
    elsewhere = (await behind.people("127.0.0.4")).visitor()
    assert (await elsewhere.get(SEARCH)).is_success, "another address is another client"


@pytest.mark.parametrize("path", INSIDE)
async def test_what_is_internal_does_not_exist_on_the_public_side_however_it_is_spelled(
    behind: Behind, path: str
) -> None:
    partner = await (await behind.people()).partner("whs")
    body = b"{}"
    headers = partner.signed_headers(PING, body, "a-key", PUBLIC)
    for method in ("GET", "POST"):
        request = httpx.Request(
            method,
            httpx.URL(PUBLIC_URL).copy_with(raw_path=path.encode()),
            headers={**headers, "idempotency-key": "a-key", "content-type": "application/json"},
            content=body if method == "POST" else None,
        )
        assert_error(await (await behind.people()).visitor().client.send(request), "NOT_FOUND")


async def test_i_int_03_a_partner_reaches_the_internal_name_and_covers_its_authority(behind: Behind) -> None:
    partner = await (await behind.people()).partner("whs")
    inside = Partner(await behind.line(url=INTERNAL_URL), SystemClock(), partner.secret, partner.body)
    assert assert_ok(await inside.post(PING))["partnerKeyId"] == partner.key_id
    for path in ("/v1/public/facets", "/v1/me", "/healthz", "/metrics"):
        assert_error(await inside.client.get(path), "NOT_FOUND")


async def test_plain_http_is_sent_to_https_with_its_path(behind: Behind) -> None:
    visitor = (await behind.people()).visitor()
    assert (await visitor.get("/healthz")).headers["strict-transport-security"] == "max-age=31536000"
    answer = await visitor.client.get(f"http://{PUBLIC}/v1/public/facets?a=b")
    assert answer.status_code == 308
    assert answer.headers["location"] == f"{PUBLIC_URL}/v1/public/facets?a=b"


async def test_a_body_that_is_too_large_is_refused_in_our_own_words(behind: Behind) -> None:
    visitor = (await behind.people()).visitor()
    large = b'{"email": "' + b"a" * 300 * 1024 + b'"}'
    assert_error(await visitor.post("/v1/auth/login", content=large, key=None), "TOO_LARGE")


async def test_while_the_server_is_away_the_answer_is_unavailable_in_the_envelope() -> None:
    (nobody,) = free_ports((8000,)).values()
    with nginx(f"127.0.0.1:{nobody}") as proxy:
        async with httpx.AsyncClient(transport=proxy.clients_at("127.0.0.2"), trust_env=False) as client:
            answer = await client.get(f"{PUBLIC_URL}/healthz")
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["retry-after"] == "5"
    assert answer.headers["cache-control"] == "no-store"
    error = answer.json()["error"]
    assert error["code"] == "UNAVAILABLE"
    assert error["requestId"] == answer.headers["x-request-id"]

"""Limits over several processes: two workers of one server, and two servers with a Redis (spec 6.3, 10 S-RL)."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Final

import httpx
import pytest

from tests.operations.moved import moved
from tests.support import market
from tests.support.answers import assert_error
from tests.support.application import App
from tests.support.callers import Caller, Line
from tests.support.databases import Database, Run
from tests.support.environment import PUBLIC_URL
from tests.support.redis_server import RedisServer, running_redis
from tests.support.servers import Alternating, Servers, serving

pytestmark = pytest.mark.slow

SEARCH: Final = "/v1/public/listings/search"
LIMITS: Final = "public_read=9/s,write=9/min,mint=5/min"
QUOTA: Final = re.compile(r'"([a-z_]+)";r=([0-9]+);t=([0-9]+)')
AT_ONCE: Final = 10
ROUNDS_MAX: Final = 20

Send = Callable[[], Awaitable[httpx.Response]]


@dataclass(frozen=True)
class Deployment:
    """Several processes that enforce limits together. redis: what they share, if anything."""

    line: Line
    app: App
    redis: RedisServer | None

    async def reached_by(self, caller: Caller) -> Any:
        """The caller, whom the application without limits has made, at these processes."""
        return await moved(caller, self.line)


class FreshConnections(Alternating):
    """A connection for every request, so that any worker of a server may be the one to accept it."""

    def __init__(self, servers: Servers) -> None:
        super().__init__(servers.processes)
        self._http = httpx.AsyncHTTPTransport(limits=httpx.Limits(max_keepalive_connections=0))


TWO_WORKERS: Final = "two workers"
WITH_REDIS: Final = "two servers with Redis"


@pytest.fixture(scope="module", params=[TWO_WORKERS, WITH_REDIS])
async def deployment(
    request: pytest.FixtureRequest, anyio_backend: Any, app: App, database: Database, run: Run
) -> AsyncIterator[Deployment]:
    with ExitStack() as stack:
        settings, redis = {"RATE_LIMITS": LIMITS}, None
        if request.param == TWO_WORKERS:
            processes, arguments = 1, ["--workers", "2"]
        else:
            processes, arguments = 2, []
            redis = stack.enter_context(running_redis())
            settings["REDIS_URL"] = redis.url
        folder = run.folder / "logs"
        servers = stack.enter_context(
            serving(database, folder, processes=processes, arguments=tuple(arguments), **settings)
        )
        transport = FreshConnections(servers)
        await asyncio.sleep(1.5)  # the second worker is ready too, and what was asked while waiting has left its window
        yield Deployment(Line(transport, PUBLIC_URL), app, redis)
        await transport.aclose()


def remaining(answer: httpx.Response, policy: str) -> int:
    """What an answer says is left of a policy."""
    found = {name: int(left) for name, left, _ in QUOTA.findall(answer.headers["ratelimit"])}
    return found[policy]


async def all_that_pass(send: Send, limit: int) -> list[httpx.Response]:
    """Every answer, in rounds of many at once, until the limit is used up and twice as many have been refused."""
    answers: list[httpx.Response] = []
    for _ in range(ROUNDS_MAX):
        answers += await asyncio.gather(*[send() for _ in range(AT_ONCE)])
        passed = sum(answer.is_success for answer in answers)
        if passed >= limit and len(answers) - passed > 2 * limit:
            break
    return answers


def assert_limited(answers: list[httpx.Response], policy: str, limit: int, window_s: int) -> None:
    """Exactly `limit` passed in total, and every answer says so truly."""
    assert sum(answer.is_success for answer in answers) == limit
    for answer in answers:
        assert f'"{policy}";q={limit};w={window_s}' in answer.headers["ratelimit-policy"]
        if answer.is_success:
            assert 0 <= remaining(answer, policy) < limit
        else:
            assert_error(answer, "RATE_LIMITED")
            assert remaining(answer, policy) == 0
            assert 1 <= int(answer.headers["retry-after"]) <= window_s


async def test_s_rl_01_searches_are_limited_in_total_at_every_instant_and_recover(deployment: Deployment) -> None:
    visitor = await deployment.reached_by(deployment.app.people.visitor())
    passed: list[tuple[float, float]] = []
    refused = 0
    over_at = time.monotonic() + 4

    async def search_on() -> None:
        nonlocal refused
        while (sent := time.monotonic()) < over_at:
            answer = await visitor.get(SEARCH)
            if answer.is_success:
                passed.append((sent, time.monotonic()))
            else:
                assert_error(answer, "RATE_LIMITED")
                assert answer.headers["retry-after"] == "1"
                refused += 1
                await asyncio.sleep(0.05)

    await asyncio.gather(*[search_on() for _ in range(6)])
    assert refused > 0
    assert len(passed) > 9 * 2, "what was limited recovers"
    for start, _ in passed:
        within = [sent for sent, answered in passed if sent >= start and answered < start + 1]
        assert len(within) <= 9


async def test_s_rl_02_publisher_writes_are_limited_in_total(deployment: Deployment) -> None:
    publisher = await deployment.app.people.publisher()
    ada = await deployment.reached_by(publisher)
    answers = await all_that_pass(lambda: ada.post("/v1/publisher/listings", market.listing_request()), 9)
    assert_limited(answers, "write", 9, 60)


async def test_s_rl_03_minting_is_limited_in_total(deployment: Deployment) -> None:
    offer = await market.on_sale(await deployment.app.people.publisher())
    buyer = await deployment.app.people.register()
    intent = await market.intent(buyer, offer)
    bea = await deployment.reached_by(buyer)
    answers = await all_that_pass(lambda: bea.post(f"{intent.path}/token"), 5)
    limited = [answer for answer in answers if "mint" in answer.headers["ratelimit"]]
    assert_limited(limited, "mint", 5, 60)
    assert sum(answer.is_success for answer in answers) == 5


@pytest.mark.parametrize("deployment", [WITH_REDIS], indirect=True)
async def test_without_its_store_sign_in_refuses_all_else_passes_soon_and_limits_come_back(
    deployment: Deployment,
) -> None:
    redis = deployment.redis
    assert redis is not None
    visitor = await deployment.reached_by(deployment.app.people.visitor())
    for take_away, give_back in ((redis.kill, redis.start), (redis.pause, redis.resume)):
        take_away()
        started = time.monotonic()
        answers = [await visitor.get(SEARCH) for _ in range(20)]
        assert all(answer.is_success and "ratelimit" not in answer.headers for answer in answers)
        assert time.monotonic() - started < 5
        refused = await visitor.post("/v1/auth/login", {"email": "a@example.org", "password": "x" * 12}, key=None)
        assert_error(refused, "UNAVAILABLE")
        assert int(refused.headers["retry-after"]) >= 1
        give_back()
        await _limits_count_again(visitor)


async def _limits_count_again(visitor: Caller) -> None:
    give_up_at = time.monotonic() + 10
    while not all(["ratelimit" in (await visitor.get(SEARCH)).headers for _ in range(4)]):
        assert time.monotonic() < give_up_at
        await asyncio.sleep(0.2)
    login = await visitor.post("/v1/auth/login", {"email": "a@example.org", "password": "x" * 12}, key=None)
    assert_error(login, "UNAUTHENTICATED")

"""Rate limits that several servers count in one Redis, and what happens while it is away (spec 6.3)."""

from __future__ import annotations

import asyncio
import time

import pytest

from fleetprompt.errors import Code, Refusal
from fleetprompt.rate_limits import RateClass, RateLimit
from fleetprompt.telemetry import Metrics
from fleetprompt.web.limits import Share, headers
from fleetprompt.web.moving_windows import REST_MS
from tests.support.clock import FakeClock
from tests.support.redis_server import RedisServer
from tests.web.limiting import REPORT, limiter_of, passing


async def test_s_rl_01_servers_with_one_redis_share_one_limit_also_all_at_once(redis_server: RedisServer) -> None:
    servers = [limiter_of(FakeClock(), redis_url=redis_server.url, share=Share(0, 4)) for _ in range(3)]
    for rate_class, allowed in ((RateClass.MINT, 30), (RateClass.PUBLIC_READ, 60)):
        answers = await asyncio.gather(*[servers[i % 3].hit(rate_class, "a") for i in range(90)])
        assert sum(not answer.limited for answer in answers) == allowed
    refused = await servers[0].hit(RateClass.MINT, "a")
    assert refused.limited
    assert refused.quotas[0].remaining == 0
    assert 58 <= refused.retry_after_s <= 60
    for server in servers:
        await server.close()


async def test_s_rl_03_a_window_in_redis_moves_and_recovers(redis_server: RedisServer) -> None:
    limiter = limiter_of(FakeClock(), redis_url=redis_server.url, limits={REPORT: RateLimit(3, 4)})
    assert await passing(limiter, REPORT, "a", 1) == 1
    await asyncio.sleep(2)
    assert await passing(limiter, REPORT, "a", 5) == 2
    refused = await limiter.peek(REPORT, "a")
    assert refused.limited
    assert 1 <= refused.retry_after_s <= 2
    await asyncio.sleep(refused.retry_after_s)
    assert await passing(limiter, REPORT, "a", 5) == 1
    await limiter.give_back(REPORT, "a")
    assert await passing(limiter, REPORT, "a", 5) == 1
    await limiter.close()


async def test_redis_holds_neither_addresses_nor_e_mails_and_forgets_its_keys(redis_server: RedisServer) -> None:
    for key in (b"one", b"other"):
        limiter = limiter_of(FakeClock(), redis_url=redis_server.url, key=key)
        await limiter.hit(RateClass.SIGN_IN_ACCOUNT, "ada@example.com 192.0.2.1")
        await limiter.hit(RateClass.PUBLIC_READ, "192.0.2.1")
        await limiter.close()
    stored = redis_server.keys()
    assert len(stored) == 6
    assert not [key for key in stored if "ada" in key or "192.0" in key]
    assert all(0 < redis_server.client.ttl(key) <= 60 for key in stored)


async def test_without_its_store_sign_in_refuses_and_everything_else_passes(redis_server: RedisServer) -> None:
    redis_server.kill()
    metrics = Metrics()
    limiter = limiter_of(FakeClock(), redis_url=redis_server.url, metrics=metrics)
    for _ in range(5):
        passed = await limiter.hit(RateClass.WRITE, "usr_1")
        assert not passed.limited
        assert headers([passed]) == []
        for ask in (limiter.hit, limiter.peek):
            with pytest.raises(Refusal) as refused:
                await ask(RateClass.SIGN_IN_ACCOUNT, "ada@example.com")
            assert refused.value.code is Code.UNAVAILABLE
            assert refused.value.retry_after_s == 2
    await limiter.give_back(RateClass.SIGN_IN_ACCOUNT, "ada@example.com")
    assert "fleetprompt_limiter_failures_total 3.0" in metrics.render().decode()
    await limiter.close()
    redis_server.start()


async def test_a_slow_store_costs_little_and_is_used_again_when_it_answers(redis_server: RedisServer) -> None:
    clock = FakeClock()
    limiter = limiter_of(clock, redis_url=redis_server.url)
    assert await passing(limiter, REPORT, "a", 3) == 3
    redis_server.pause()
    started = time.perf_counter()
    assert await passing(limiter, REPORT, "a", 50) == 50
    assert time.perf_counter() - started < 3.0, "not every hit waits for it"
    redis_server.resume()
    assert await passing(limiter, RateClass.MINT, "a", 40) == 40
    clock.advance(ms=REST_MS)
    assert await passing(limiter, RateClass.MINT, "a", 40) == 30
    await limiter.close()

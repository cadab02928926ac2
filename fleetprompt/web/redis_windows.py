"""Moving windows in a Redis that all processes share (spec 6.3)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import Any, Final, TypeVar

import msgspec
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from fleetprompt.clock import Clock
from fleetprompt.telemetry import Metrics, get_logger
from fleetprompt.web.moving_windows import REST_MS, Standing, StoreAway, Window

KEY_PREFIX: Final = "fleetprompt:limits"
BATCH_MAX: Final = 256
PATIENCE_S: Final = 0.1
PATIENCE_SLICES: Final = 10
FAILURES_MAX: Final = 3

# A window is a list of hit times, the oldest first. All windows of a hit are looked at before any is changed, and
# the time is Redis' own, so that servers whose clocks differ still share one limit.
_TAKE: Final = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local cost = tonumber(ARGV[1])
local fits = 1
for i, key in ipairs(KEYS) do
  local hits_max, window_ms = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  local oldest = redis.call('LINDEX', key, 0)
  while oldest and tonumber(oldest) <= now - window_ms do
    redis.call('LPOP', key)
    oldest = redis.call('LINDEX', key, 0)
  end
  if redis.call('LLEN', key) + cost > hits_max then fits = 0 end
end
local answer = {fits}
for i, key in ipairs(KEYS) do
  local window_ms = tonumber(ARGV[2 * i + 1])
  if fits == 1 and cost > 0 then
    for _ = 1, cost do redis.call('RPUSH', key, now) end
    redis.call('PEXPIRE', key, window_ms)
  end
  local oldest = redis.call('LINDEX', key, 0)
  answer[2 * i] = redis.call('LLEN', key)
  answer[2 * i + 1] = (oldest and tonumber(oldest) or now) + window_ms - now
end
return answer
"""
_GIVE_BACK: Final = "for _, key in ipairs(KEYS) do redis.call('RPOP', key) end"

logger = get_logger(__name__)
_Answer = TypeVar("_Answer")


class _Call(msgspec.Struct):
    script: str
    keys: list[str]
    arguments: list[int]
    answer: asyncio.Future[Any]


class RedisWindows:
    """Windows that all processes share. Raises StoreAway when Redis does not answer within about 100 ms.

    Calls that come while a round trip is under way go together in the next one, so that a flood of requests costs
    few of them. After some failed round trips in a row Redis is asked only now and then.
    """

    def __init__(self, url: str, *, clock: Clock, metrics: Metrics) -> None:
        self._redis = Redis.from_url(url, retry=Retry(NoBackoff(), 0), socket_timeout=None, socket_connect_timeout=None)
        self._metrics = metrics
        self._breaker = CircuitBreaker(clock)
        self._waiting: list[_Call] = []
        self._sender: asyncio.Task[None] | None = None

    async def take(self, key: str, windows: Sequence[Window], cost: int) -> tuple[bool, list[Standing]]:
        """Count `cost` hits in every window, or in none where they do not fit into one; 0 only looks."""
        bounds = [number for window in windows for number in (window.hits_max, window.window_ms)]
        fits, *numbers = await self._ask(_TAKE, _names(key, windows), [cost, *bounds])
        return bool(fits), [Standing(*pair) for pair in zip(numbers[::2], numbers[1::2], strict=True)]

    async def give_back(self, key: str, windows: Sequence[Window]) -> None:
        """Uncount the newest hit of every window."""
        await self._ask(_GIVE_BACK, _names(key, windows), [])

    async def close(self) -> None:
        """Close the connection."""
        if self._sender is not None:
            await asyncio.wait({self._sender})
        await self._redis.aclose()

    async def _ask(self, script: str, keys: list[str], arguments: list[int]) -> Any:
        if not self._breaker.allows():
            raise StoreAway("it was away a moment ago")
        call = _Call(script, keys, arguments, asyncio.get_running_loop().create_future())
        self._waiting.append(call)
        if self._sender is None or self._sender.done():
            self._sender = asyncio.create_task(self._send())
        return await call.answer

    async def _send(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:BATCH_MAX], self._waiting[BATCH_MAX:]
            try:
                answers = await patiently(partial(self._round_trip, batch))
            except (RedisError, OSError, TimeoutError) as error:
                self._failed(error)
                answers = [StoreAway(_why(error))] * len(batch)
            else:
                self._breaker.succeeded()
            for call, answer in zip(batch, answers, strict=True):
                _settle(call.answer, answer)

    async def _round_trip(self, calls: list[_Call]) -> list[Any]:
        pipeline = self._redis.pipeline(transaction=False)
        for call in calls:
            pipeline.eval(call.script, len(call.keys), *call.keys, *call.arguments)
        return await pipeline.execute()

    def _failed(self, error: Exception) -> None:
        self._metrics.limiter_failed()
        if self._breaker.failed():
            logger.warning("rate limit store away", cause=type(error).__name__)


def _names(key: str, windows: Sequence[Window]) -> list[str]:
    """The keys in Redis; the braces keep the windows of one caller on one node of a cluster."""
    return [f"{KEY_PREFIX}:{{{key}}}:{window.policy}" for window in windows]


def _why(error: Exception) -> str:
    """What Redis says, without the script that the driver puts before it."""
    return str(error).rpartition(" caused error: ")[2] or "it does not answer in time"


def _settle(future: asyncio.Future[Any], answer: Any) -> None:
    if future.done():  # whoever asked has gone
        return
    if isinstance(answer, Exception):
        future.set_exception(answer)
    else:
        future.set_result(answer)


async def patiently(ask: Callable[[], Coroutine[Any, Any, _Answer]]) -> _Answer:
    """The answer, or TimeoutError when it takes more than 100 ms.

    The time is waited for in slices, so that an event loop that is late itself, busy with other requests, gives the
    answer as many rounds to arrive as an idle one: a flood of requests must not look like a store that is away.
    """
    task = asyncio.create_task(ask())
    task.add_done_callback(lambda done: done.cancelled() or done.exception())
    try:
        for _ in range(PATIENCE_SLICES):
            await asyncio.wait({task}, timeout=PATIENCE_S / PATIENCE_SLICES)
            if task.done():
                return task.result()
    finally:
        task.cancel()
    raise TimeoutError


class CircuitBreaker:
    """Keeps everybody from waiting for a store that is away: after some failures in a row it lets one caller try."""

    def __init__(self, clock: Clock, *, failures_max: int = FAILURES_MAX, rest_ms: int = REST_MS) -> None:
        self._clock = clock
        self._failures_max = failures_max
        self._rest_ms = rest_ms
        self._failures = 0
        self._resting_until_ms = 0

    def allows(self) -> bool:
        """Whether to ask the store. After a rest one caller may, and the others once it has succeeded."""
        if self._failures < self._failures_max:
            return True
        now_ms = self._clock.now_ms()
        if now_ms < self._resting_until_ms:
            return False
        self._resting_until_ms = now_ms + self._rest_ms
        return True

    def succeeded(self) -> None:
        """The store answered."""
        self._failures = 0

    def failed(self) -> bool:
        """The store did not answer. Whether this was the failure that opened the breaker."""
        self._failures += 1
        self._resting_until_ms = self._clock.now_ms() + self._rest_ms
        return self._failures == self._failures_max

"""Rate limits: how often a caller may do something, and how she is told (spec 6.3)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import lru_cache
from hashlib import blake2b

import http_sf
import msgspec
from http_sf.types import BareItemType, ItemType
from msgspec import structs

from fleetprompt.clock import Clock
from fleetprompt.errors import Code, Outage, Refusal, unavailable
from fleetprompt.rate_limits import FAILED_SIGN_INS, RateClass, RateLimit
from fleetprompt.telemetry import Metrics
from fleetprompt.web.moving_windows import REST_MS, MemoryWindows, StoreAway, Window, WindowStore


class Quota(msgspec.Struct, frozen=True):
    """How a caller stands with one policy: `remaining` of `limit` hits, more of them after `reset_s` seconds."""

    policy: str
    limit: int
    window_s: int
    remaining: int
    reset_s: int


class Allowance(msgspec.Struct, frozen=True):
    """The answer to one question: whether it is `limited`, and the quotas behind that. No quotas: nothing limits it."""

    limited: bool
    quotas: tuple[Quota, ...] = ()

    @property
    def retry_after_s(self) -> int:
        """Seconds until the next hit can pass; 0 where it can now."""
        if not self.limited:
            return 0
        exhausted = [quota.reset_s for quota in self.quotas if quota.remaining == 0]
        return max(exhausted or [quota.reset_s for quota in self.quotas])

    def with_one_given_back(self) -> Allowance:
        """The answer that one hit less would have got."""
        return Allowance(
            self.limited,
            tuple(structs.replace(quota, remaining=min(quota.remaining + 1, quota.limit)) for quota in self.quotas),
        )


def policies(rate_class: RateClass, limit: RateLimit) -> tuple[Window, ...]:
    """The windows that make up a limit: its period, and where it has a burst, the time that a burst may take.

    That is the time in which the limit would allow as many hits evenly spread: with 300 a minute and a burst of 60,
    the 61st hit within 12 s is refused.
    """
    period = Window(rate_class.value, limit.count, limit.period_s)
    if limit.burst is None or limit.burst >= limit.count:
        return (period,)
    burst_s = math.ceil(limit.period_s * limit.burst / limit.count)
    return (period, Window(f"{rate_class.value}_burst", limit.burst, burst_s))


class Share(msgspec.Struct, frozen=True):
    """A worker's part of every limit: it is the one at `place` (from 0) of `workers` that enforce it side by side."""

    place: int = 0
    workers: int = 1

    def of(self, window: Window) -> Window:
        """What this worker enforces; over all places that is exactly the whole window."""
        whole, rest = divmod(window.hits_max, self.workers)
        return Window(window.policy, whole + (self.place < rest), window.window_s)


class UnshareableLimitError(ValueError):
    """A limit is too small for every worker to have a part of it. The message names the limit and the remedies."""


def require_shareable(limits: Mapping[RateClass, RateLimit], workers: int) -> None:
    """Raise UnshareableLimitError where a worker would have no part of a limit, and refuse everybody."""
    windows = [window for rate_class, limit in limits.items() for window in policies(rate_class, limit)]
    smallest = min(windows, key=lambda window: window.hits_max, default=None)
    if smallest is not None and smallest.hits_max < workers:
        raise UnshareableLimitError(
            f"{workers} workers cannot share the rate limit {smallest.policy}, {smallest.hits_max} in "
            f"{smallest.window_s} s: set FLEETPROMPT_REDIS_URL, so that they count together, raise the limit in "
            f"FLEETPROMPT_RATE_LIMITS, or run at most {smallest.hits_max} with --workers"
        )


class _Policy(msgspec.Struct, frozen=True):
    """What is announced for a class, and what this process enforces of it."""

    announced: tuple[Window, ...]
    enforced: tuple[Window, ...]


class Limiter:
    """Counts hits by rate class and key, in this process or, with a Redis, over all processes.

    limits: by rate class; a class that is not among them is not limited. key: hashes what is counted, so that no
    e-mail or address stands in the store; the processes that share a Redis need the same one. share: this
    process's part of every limit where several of one server enforce them without a Redis.
    Raises UnshareableLimitError where a limit is too small for that.
    While its store is away the sign-in classes raise UNAVAILABLE, and everything else passes.
    """

    def __init__(
        self,
        limits: Mapping[RateClass, RateLimit],
        *,
        clock: Clock,
        key: bytes,
        metrics: Metrics,
        share: Share | None = None,
        redis_url: str | None = None,
    ) -> None:
        self._key = blake2b(key).digest()
        self._metrics = metrics
        self._store: WindowStore
        part = Share()
        if redis_url is not None:
            from fleetprompt.web.redis_windows import RedisWindows  # its driver takes a tenth of the start

            self._store = RedisWindows(redis_url, clock=clock, metrics=metrics)
        else:
            self._store = MemoryWindows(clock)
            part = share or part
            require_shareable(limits, part.workers)
        self._policies: dict[RateClass, _Policy] = {}
        for rate_class, limit in limits.items():
            announced = policies(rate_class, limit)
            self._policies[rate_class] = _Policy(announced, tuple(part.of(window) for window in announced))

    async def hit(self, rate_class: RateClass, key: str, cost: int = 1) -> Allowance:
        """Count `cost` hits, or none and `limited` where they do not fit.

        Raises UNAVAILABLE for a sign-in class while the store is away.
        """
        return await self._take(rate_class, key, cost)

    async def peek(self, rate_class: RateClass, key: str) -> Allowance:
        """Whether the next hit would be limited, without counting one.

        For limits on failures where it does no harm that parallel attempts get through together: peek before, `hit`
        after a failure. Where it does (passwords), `hit` before and `give_back` what did not fail.
        Raises UNAVAILABLE for a sign-in class while the store is away.
        """
        return await self._take(rate_class, key, 0)

    async def give_back(self, rate_class: RateClass, key: str) -> None:
        """Uncount one hit that turned out not to count. While the store is away it stays counted."""
        if policy := self._policies.get(rate_class):
            try:
                await self._store.give_back(self._hashed(rate_class, key), policy.enforced)
            except StoreAway:
                return

    async def close(self) -> None:
        """Let go of the store's connections."""
        await self._store.close()

    async def _take(self, rate_class: RateClass, key: str, cost: int) -> Allowance:
        policy = self._policies.get(rate_class)
        if policy is None:
            return Allowance(limited=False)
        try:
            fits, standings = await self._store.take(self._hashed(rate_class, key), policy.enforced, cost)
        except StoreAway:
            if rate_class in FAILED_SIGN_INS:
                message = "Nobody can sign in at the moment; try again shortly."
                raise unavailable(message, Outage.LIMITER_AWAY, retry_after_s=REST_MS // 1_000) from None
            return Allowance(limited=False)
        quotas = tuple(
            Quota(
                policy=announced.policy,
                limit=announced.hits_max,
                window_s=announced.window_s,
                remaining=max(0, enforced.hits_max - standing.hits),
                reset_s=min(max(1, math.ceil(standing.oldest_leaves_ms / 1_000)), announced.window_s),
            )
            for announced, enforced, standing in zip(policy.announced, policy.enforced, standings, strict=True)
        )
        limited = not fits or (cost == 0 and any(quota.remaining == 0 for quota in quotas))
        if limited:
            self._metrics.limit_refused(rate_class.value)
        return Allowance(limited, quotas)

    def _hashed(self, rate_class: RateClass, key: str) -> str:
        message = f"{rate_class.value}\0{key}".encode("utf-8", "surrogatepass")
        return blake2b(message, key=self._key, digest_size=16).hexdigest()


def _item(name: str, **parameters: BareItemType) -> ItemType:
    return name, parameters


@lru_cache(maxsize=256)
def _policy_field(announced: tuple[tuple[str, int, int], ...]) -> str:
    return http_sf.ser([_item(name, q=limit, w=window_s) for name, limit, window_s in announced])


def headers(allowances: Iterable[Allowance]) -> list[tuple[str, str]]:
    """`RateLimit-Policy` and `RateLimit` for a reply, as in draft-ietf-httpapi-ratelimit-headers-10.

    The policy names the whole limit, also where this process enforces a share of it. Empty where nothing limits.
    """
    quotas = [quota for allowance in allowances for quota in allowance.quotas]
    if not quotas:
        return []
    announced = tuple((quota.policy, quota.limit, quota.window_s) for quota in quotas)
    standing = http_sf.ser([_item(quota.policy, r=quota.remaining, t=quota.reset_s) for quota in quotas])
    return [("RateLimit-Policy", _policy_field(announced)), ("RateLimit", standing)]


def refusal(allowances: Iterable[Allowance]) -> Refusal | None:
    """RATE_LIMITED with the longest wait among those that are limited, or None."""
    waits_s = [allowance.retry_after_s for allowance in allowances if allowance.limited]
    if not waits_s:
        return None
    wait_s = max(waits_s)
    return Refusal(Code.RATE_LIMITED, f"Too many requests; try again in {wait_s} s.", retry_after_s=wait_s)

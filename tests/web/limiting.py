"""Limiters as the tests want them."""

from __future__ import annotations

from collections.abc import Mapping

from fleetprompt.clock import Clock
from fleetprompt.rate_limits import DEFAULT_LIMITS, RateClass, RateLimit
from fleetprompt.telemetry import MetricLabels, Metrics
from fleetprompt.web.limits import Limiter, Share

REPORT = RateClass.REPORT
LIMITS = {**DEFAULT_LIMITS, REPORT: RateLimit(3, 2)}


def limiter_of(
    clock: Clock,
    *,
    limits: Mapping[RateClass, RateLimit] | None = None,
    share: Share | None = None,
    redis_url: str | None = None,
    metrics: Metrics | None = None,
    key: bytes = b"k" * 32,
) -> Limiter:
    """A limiter of its own; `limits` replace all others."""
    return Limiter(
        LIMITS if limits is None else limits,
        clock=clock,
        key=key,
        metrics=metrics or Metrics(MetricLabels(rate_classes=frozenset(LIMITS))),
        share=share,
        redis_url=redis_url,
    )


async def passing(limiter: Limiter, rate_class: RateClass, key: str, attempts: int) -> int:
    """How many of so many hits at once are not refused."""
    return sum([not (await limiter.hit(rate_class, key)).limited for _ in range(attempts)])

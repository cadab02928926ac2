"""Rate limits: never exceeded, moving, and told to the caller (spec 6.3)."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable

import http_sf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleetprompt.errors import Code, Refusal
from fleetprompt.rate_limits import RateClass, RateLimit
from fleetprompt.telemetry import MetricLabels, Metrics
from fleetprompt.web.limits import (
    Allowance,
    Quota,
    Share,
    UnshareableLimitError,
    headers,
    policies,
    refusal,
)
from fleetprompt.web.moving_windows import Window
from tests.support.clock import FakeClock
from tests.web.limiting import LIMITS, REPORT, limiter_of, passing


def fields_of(allowance: Allowance) -> dict[str, str]:
    return dict(headers([allowance]))


def run(main: Callable[[], Awaitable[None]]) -> None:
    async def awaited() -> None:
        await main()

    asyncio.run(awaited())


def most_in_any_window(hits_ms: list[int], window_ms: int) -> int:
    return max((sum(start <= hit < start + window_ms for hit in hits_ms) for start in hits_ms), default=0)


steps = st.lists(
    st.tuples(st.sampled_from([0, 1, 7, 499, 500, 999, 1_000, 1_999, 2_000, 2_001, 6_000]), st.integers(0, 5)),
    max_size=120,
)


@settings(max_examples=60)
@given(steps=steps, limit=st.integers(3, 14), burst=st.none() | st.integers(3, 14), workers=st.integers(1, 3))
def test_s_rl_01_no_window_over_all_workers_ever_holds_more_than_the_limit(
    steps: list[tuple[int, int]], limit: int, burst: int | None, workers: int
) -> None:
    whole = RateLimit(limit, 6, burst=burst)

    async def main() -> None:
        clock = FakeClock()
        limiters = [
            limiter_of(clock, limits={RateClass.WRITE: whole}, share=Share(place, workers)) for place in range(workers)
        ]
        passed: list[int] = []
        for position, (pause_ms, _) in enumerate(steps):
            clock.advance(ms=pause_ms)
            if not (await limiters[position % workers].hit(RateClass.WRITE, "somebody")).limited:
                passed.append(clock.now)
        for window in policies(RateClass.WRITE, whole):
            assert most_in_any_window(passed, window.window_ms) <= window.hits_max

    run(main)


@settings(max_examples=60)
@given(
    steps=steps,
    limit=st.integers(4, 14),
    burst=st.none() | st.integers(4, 14),
    workers=st.integers(1, 4),
    order=st.lists(st.integers(0, 3), min_size=1, max_size=40),
)
def test_s_rl_01_whoever_waits_as_she_is_told_passes_within_one_window_whichever_workers_answer_her(
    steps: list[tuple[int, int]], limit: int, burst: int | None, workers: int, order: list[int]
) -> None:
    whole = RateLimit(limit, 6, burst=burst)

    async def main() -> None:
        clock = FakeClock()
        limiters = [
            limiter_of(clock, limits={RateClass.WRITE: whole}, share=Share(place, workers)) for place in range(workers)
        ]
        for pause_ms, place in steps:
            clock.advance(ms=pause_ms)
            await limiters[place % workers].hit(RateClass.WRITE, "somebody")
        first_asked_ms = clock.now
        for place in itertools.cycle(order):
            allowance = await limiters[place % workers].hit(RateClass.WRITE, "somebody")
            if not allowance.limited:
                break
            clock.advance(seconds=allowance.retry_after_s)
        assert clock.now - first_asked_ms <= (whole.period_s + 1) * 1_000

    run(main)


@settings(max_examples=60)
@given(steps=steps, limit=st.integers(1, 6))
def test_whoever_stays_below_the_limit_is_never_refused(steps: list[tuple[int, int]], limit: int) -> None:
    async def main() -> None:
        clock = FakeClock()
        limiter = limiter_of(clock, limits={RateClass.WRITE: RateLimit(limit, 2)})
        passed: dict[int, list[int]] = {}
        for pause_ms, who in steps:
            clock.advance(ms=pause_ms)
            recent = [hit for hit in passed.get(who, []) if hit > clock.now - 2_000]
            allowance = await limiter.hit(RateClass.WRITE, f"caller {who}")
            assert allowance.limited == (len(recent) >= limit)
            assert allowance.quotas[0].remaining == max(0, limit - len(recent) - 1)
            if not allowance.limited:
                passed.setdefault(who, []).append(clock.now)

    run(main)


async def test_s_rl_02_the_window_moves_so_that_no_edge_lets_twice_the_limit_through() -> None:
    clock = FakeClock()
    limiter = limiter_of(clock)
    clock.advance(seconds=59)
    assert await passing(limiter, RateClass.MINT, "usr_1", 40) == 30
    clock.advance(seconds=2)
    assert await passing(limiter, RateClass.MINT, "usr_1", 40) == 0
    clock.advance(seconds=58)
    assert await passing(limiter, RateClass.MINT, "usr_1", 40) == 30


async def test_s_rl_01_a_burst_is_refused_before_the_minute_is_used_up() -> None:
    clock = FakeClock()
    limiter = limiter_of(clock)
    assert await passing(limiter, RateClass.PUBLIC_READ, "192.0.2.1", 100) == 60
    refused = await limiter.hit(RateClass.PUBLIC_READ, "192.0.2.1")
    assert refused.retry_after_s == 12
    clock.advance(seconds=12)
    passed = 60
    for _ in range(4):
        passed += await passing(limiter, RateClass.PUBLIC_READ, "192.0.2.1", 100)
        clock.advance(seconds=12)
    assert passed == 300


async def test_s_rl_03_the_announced_wait_is_enough_and_not_a_second_longer() -> None:
    clock = FakeClock()
    limiter = limiter_of(clock)
    assert await passing(limiter, RateClass.MINT, "usr_1", 10) == 10
    clock.advance(ms=20_500)
    assert await passing(limiter, RateClass.MINT, "usr_1", 30) == 20
    refused = await limiter.hit(RateClass.MINT, "usr_1")
    assert refused.retry_after_s == 40
    error = refusal([refused])
    assert isinstance(error, Refusal)
    assert error.code is Code.RATE_LIMITED
    assert error.retry_after_s == 40
    clock.advance(seconds=39)
    assert (await limiter.hit(RateClass.MINT, "usr_1")).limited
    clock.advance(seconds=1)
    assert not (await limiter.hit(RateClass.MINT, "usr_1")).limited


async def test_headers_are_those_of_the_draft_exactly() -> None:
    clock = FakeClock()
    limiter = limiter_of(clock)
    assert headers([await limiter.hit(RateClass.WRITE, "usr_1")]) == [
        ("RateLimit-Policy", '"write";q=120;w=60'),
        ("RateLimit", '"write";r=119;t=60'),
    ]
    clock.advance(seconds=10)
    both = [await limiter.hit(RateClass.WRITE, "usr_1"), await limiter.hit(RateClass.PUBLIC_READ, "192.0.2.1")]
    assert headers(both) == [
        ("RateLimit-Policy", '"write";q=120;w=60, "public_read";q=300;w=60, "public_read_burst";q=60;w=12'),
        ("RateLimit", '"write";r=118;t=50, "public_read";r=299;t=60, "public_read_burst";r=59;t=12'),
    ]


@given(
    st.lists(
        st.builds(
            Quota,
            policy=st.from_regex(r"[a-z_]{1,20}", fullmatch=True),
            limit=st.integers(1, 10**6),
            window_s=st.integers(1, 86_400),
            remaining=st.integers(0, 10**6),
            reset_s=st.integers(1, 86_400),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_headers_are_structured_fields_that_give_back_what_was_put_in(quotas: list[Quota]) -> None:
    fields = dict(headers([Allowance(limited=False, quotas=tuple(quotas))]))
    policies = http_sf.parse(fields["RateLimit-Policy"].encode(), tltype="list")
    standing = http_sf.parse(fields["RateLimit"].encode(), tltype="list")
    assert policies == [(quota.policy, {"q": quota.limit, "w": quota.window_s}) for quota in quotas]
    assert standing == [(quota.policy, {"r": quota.remaining, "t": quota.reset_s}) for quota in quotas]


async def test_a_class_without_a_limit_passes_and_says_nothing() -> None:
    limiter = limiter_of(FakeClock(), limits={})
    assert await passing(limiter, RateClass.WRITE, "usr_1", 1_000) == 1_000
    assert headers([await limiter.hit(RateClass.WRITE, "usr_1")]) == []
    assert refusal([await limiter.peek(RateClass.WRITE, "usr_1")]) is None


def test_of_two_refusals_the_longer_wait_is_announced() -> None:
    quotas = [Quota("a", 1, 60, 0, 7), Quota("b", 1, 60, 0, 40), Quota("c", 9, 60, 3, 50)]
    limited = [Allowance(limited=True, quotas=(quota,)) for quota in quotas[:2]]
    error = refusal([*limited, Allowance(limited=False, quotas=(quotas[2],))])
    assert error is not None
    assert error.retry_after_s == 40
    assert Allowance(limited=True, quotas=tuple(quotas)).retry_after_s == 40


async def test_callers_and_classes_are_counted_apart() -> None:
    limiter = limiter_of(FakeClock())
    assert await passing(limiter, REPORT, "a", 9) == 3
    assert await passing(limiter, REPORT, "b", 9) == 3
    assert await passing(limiter, RateClass.REGISTER, "a", 9) == 5


async def test_looking_counts_nothing() -> None:
    limiter = limiter_of(FakeClock())
    for _ in range(10):
        assert not (await limiter.peek(REPORT, "a")).limited
    assert await passing(limiter, REPORT, "a", 9) == 3
    looked = await limiter.peek(REPORT, "a")
    assert looked.limited
    assert looked.retry_after_s == 2


async def test_a_hit_that_is_given_back_does_not_count() -> None:
    limiter = limiter_of(FakeClock())
    for _ in range(20):
        assert not (await limiter.hit(REPORT, "a")).limited
        await limiter.give_back(REPORT, "a")
    assert await passing(limiter, REPORT, "a", 9) == 3
    await limiter.give_back(REPORT, "nobody")


async def test_a_cost_is_taken_whole_or_not_at_all() -> None:
    limiter = limiter_of(FakeClock())
    assert not (await limiter.hit(REPORT, "a", cost=2)).limited
    assert (await limiter.hit(REPORT, "a", cost=2)).limited
    assert not (await limiter.hit(REPORT, "a")).limited
    assert (await limiter.hit(REPORT, "b", cost=4)).limited


def test_workers_that_cannot_share_a_limit_are_refused_by_name() -> None:
    too_small = r"6 workers cannot share the rate limit register, .*FLEETPROMPT_REDIS_URL.*at most 5 with --workers"
    with pytest.raises(UnshareableLimitError, match=too_small):
        limiter_of(
            FakeClock(),
            share=Share(0, 6),
            limits={name: LIMITS[name] for name in (RateClass.WRITE, RateClass.REGISTER)},
        )


@given(hits_max=st.integers(1, 1_000), workers=st.integers(1, 64))
def test_s_rl_01_the_shares_of_all_workers_are_the_whole_limit_and_differ_by_one_at_most(
    hits_max: int, workers: int
) -> None:
    shares = [Share(place, workers).of(Window("write", hits_max, 60)).hits_max for place in range(workers)]
    assert sum(shares) == hits_max
    assert max(shares) - min(shares) <= 1


async def test_s_rl_02_a_worker_enforces_its_share_and_names_the_whole_policy() -> None:
    limits = {RateClass.WRITE: RateLimit(5, 60)}
    limiters = [limiter_of(FakeClock(), share=Share(place, 2), limits=limits) for place in range(2)]
    assert [fields_of(await limiter.hit(RateClass.WRITE, "a")) for limiter in limiters] == [
        {"RateLimit-Policy": '"write";q=5;w=60', "RateLimit": '"write";r=2;t=60'},
        {"RateLimit-Policy": '"write";q=5;w=60', "RateLimit": '"write";r=1;t=60'},
    ]
    assert [await passing(limiter, RateClass.WRITE, "a", 200) for limiter in limiters] == [2, 1]


async def test_refusals_are_counted_by_class() -> None:
    metrics = Metrics(MetricLabels(rate_classes=frozenset({"report"})))
    limiter = limiter_of(FakeClock(), metrics=metrics)
    await passing(limiter, REPORT, "a", 5)
    assert 'fleetprompt_limit_refusals_total{rate_class="report"} 2.0' in metrics.render().decode()


async def test_many_live_addresses_do_not_slow_a_hit_down() -> None:
    limiter = limiter_of(FakeClock())
    for number in range(20_000):
        await limiter.hit(RateClass.WRITE, f"usr_{number}")
    started = time.process_time()
    for number in range(500):
        await limiter.hit(RateClass.WRITE, f"usr_{number}")
    assert (time.process_time() - started) / 500 < 0.001


def test_a_burst_spans_the_time_that_its_pace_takes() -> None:
    def spans(limit: RateLimit) -> list[tuple[str, int, int]]:
        return [(window.policy, window.hits_max, window.window_s) for window in policies(RateClass.WRITE, limit)]

    assert spans(RateLimit(300, 60, burst=60)) == [("write", 300, 60), ("write_burst", 60, 12)]
    assert spans(RateLimit(100, 60, burst=7)) == [("write", 100, 60), ("write_burst", 7, 5)]
    assert spans(RateLimit(5, 3_600)) == [("write", 5, 3_600)]
    assert spans(RateLimit(5, 3_600, burst=5)) == [("write", 5, 3_600)]

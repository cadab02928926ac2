"""Windows in memory: exact, bounded, and strict also where there is no room for one's own."""

from __future__ import annotations

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from fleetprompt.web.moving_windows import MemoryWindows, Standing, Window
from tests.support.clock import FakeClock

SHORT = Window("short", 3, 2)
LONG = Window("long", 4, 6)

steps = st.lists(
    st.tuples(st.sampled_from([0, 1, 499, 1_000, 1_999, 2_000, 2_001, 6_000]), st.integers(0, 5), st.integers(1, 2)),
    max_size=120,
)


def most_in_any_window(hits_ms: list[int], window_ms: int) -> int:
    return max((sum(start <= hit < start + window_ms for hit in hits_ms) for start in hits_ms), default=0)


@settings(max_examples=80)
@given(steps=steps, keys_max=st.integers(0, 4))
def test_crowded_windows_may_refuse_early_but_never_let_more_through(
    steps: list[tuple[int, int, int]], keys_max: int
) -> None:
    async def main() -> None:
        clock = FakeClock()
        store = MemoryWindows(clock, keys_max=keys_max)
        passed: dict[int, list[int]] = {}
        for pause_ms, who, cost in steps:
            clock.advance(ms=pause_ms)
            fits, _ = await store.take(f"caller {who}", (LONG, SHORT), cost)
            if fits:
                passed.setdefault(who, []).extend([clock.now] * cost)
            assert len(store) <= keys_max
        for hits in passed.values():
            assert most_in_any_window(hits, SHORT.window_ms) <= SHORT.hits_max
            assert most_in_any_window(hits, LONG.window_ms) <= LONG.hits_max

    asyncio.run(main())


@settings(max_examples=80)
@given(steps=steps)
def test_with_room_for_all_a_hit_fits_exactly_when_both_windows_have_room(steps: list[tuple[int, int, int]]) -> None:
    async def main() -> None:
        clock = FakeClock()
        store = MemoryWindows(clock)
        passed: dict[int, list[int]] = {}
        for pause_ms, who, cost in steps:
            clock.advance(ms=pause_ms)
            hits = passed.setdefault(who, [])
            live = {window: [hit for hit in hits if hit > clock.now - window.window_ms] for window in (LONG, SHORT)}
            expected = all(len(recent) + cost <= window.hits_max for window, recent in live.items())
            fits, standings = await store.take(f"caller {who}", (LONG, SHORT), cost)
            assert fits == expected
            taken = [clock.now] * cost if fits else []
            hits.extend(taken)
            assert standings == [
                Standing(len(recent + taken), (recent + taken + [clock.now])[0] + window.window_ms - clock.now)
                for window, recent in live.items()
            ]

    asyncio.run(main())


def test_memory_stays_bounded_under_many_addresses_and_is_freed_when_their_windows_end() -> None:
    async def main() -> None:
        clock = FakeClock()
        store = MemoryWindows(clock, keys_max=500)
        for number in range(5_000):
            await store.take(f"address {number}", (SHORT,), 1)
        assert len(store) == 500
        clock.advance(ms=SHORT.window_ms)
        fits, _ = await store.take("new", (SHORT,), 1)
        assert fits
        assert len(store) == 1

    asyncio.run(main())


def test_a_busy_caller_does_not_keep_the_windows_of_others_in_memory() -> None:
    async def main() -> None:
        clock = FakeClock()
        store = MemoryWindows(clock)
        for number in range(100):
            await store.take(f"caller {number}", (SHORT,), 1)
        clock.advance(ms=SHORT.window_ms // 2)
        await store.take("caller 0", (SHORT,), 1)
        clock.advance(ms=SHORT.window_ms // 2)
        await store.take("new", (SHORT,), 1)
        assert len(store) == 2

    asyncio.run(main())


def test_a_clock_that_is_set_back_lets_nothing_more_through_and_locks_nobody_out() -> None:
    async def main() -> None:
        clock = FakeClock()
        store = MemoryWindows(clock)
        assert (await store.take("a", (SHORT,), 2))[0] is True
        clock.advance(hours=-1)
        assert (await store.take("a", (SHORT,), 2))[0] is False
        assert (await store.take("a", (SHORT,), 1))[0] is True
        clock.advance(ms=SHORT.window_ms)
        assert (await store.take("a", (SHORT,), 3))[0] is True

    asyncio.run(main())


def test_looking_and_giving_back_open_no_window() -> None:
    async def main() -> None:
        store = MemoryWindows(FakeClock())
        for number in range(100):
            assert await store.take(f"address {number}", (SHORT,), 0) == (True, [Standing(0, SHORT.window_ms)])
            await store.give_back(f"address {number}", (SHORT,))
        assert len(store) == 0

    asyncio.run(main())

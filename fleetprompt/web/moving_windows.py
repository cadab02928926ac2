"""Moving windows: the times of the last hits, so that no interval of their length ever holds too many (spec 6.3)."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Sequence
from typing import Final, Protocol

import msgspec

from fleetprompt.clock import Clock

KEYS_MAX: Final = 100_000
SHARED_WINDOWS: Final = 1_024
REST_MS: Final = 2_000
"""How long a store that is away is left alone."""


class Window(msgspec.Struct, frozen=True):
    """At most `hits_max` hits in any `window_s` seconds, counted under the name of `policy`."""

    policy: str
    hits_max: int
    window_s: int

    @property
    def window_ms(self) -> int:
        """The length in milliseconds."""
        return self.window_s * 1_000


class Standing(msgspec.Struct, frozen=True):
    """How many hits a window holds, and in how many milliseconds the oldest of them leaves it."""

    hits: int
    oldest_leaves_ms: int


class StoreAway(Exception):
    """The store does not answer, so nobody knows how a window stands. The message says why."""


class WindowStore(Protocol):
    """Where windows are kept, each under a key and its policy."""

    async def take(self, key: str, windows: Sequence[Window], cost: int) -> tuple[bool, list[Standing]]:
        """Count `cost` hits in every window, or in none where they do not fit into one; 0 only looks.

        Returns whether they fitted, and how each window stands then. Raises StoreAway.
        """

    async def give_back(self, key: str, windows: Sequence[Window]) -> None:
        """Uncount the newest hit of every window. Raises StoreAway."""

    async def close(self) -> None:
        """Let go of connections."""


class MemoryWindows:
    """Windows of this process, in bounded memory.

    Windows that have run out are dropped from the front of a queue as new ones are opened. When `keys_max` are live,
    new keys share a fixed number of further windows by hash until these are empty: strangers may then use up one
    another's quota, but nobody gets more than hers.
    """

    def __init__(self, clock: Clock, *, keys_max: int = KEYS_MAX) -> None:
        self._clock = clock
        self._keys_max = keys_max
        self._own: dict[int, OrderedDict[str, array[int]]] = {}  # by length in ms, the least recently hit first
        self._shared: dict[str, array[int]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._own.values()))

    async def take(self, key: str, windows: Sequence[Window], cost: int) -> tuple[bool, list[Standing]]:
        """Count `cost` hits in every window, or in none where they do not fit into one; 0 only looks."""
        now_ms = self._clock.now_ms()
        held = [self._hits(_name(key, window), window, now_ms) for window in windows]
        fits = all(len(hits) + cost <= window.hits_max for hits, window in zip(held, windows, strict=True))
        if fits and cost:
            held = [self._add(_name(key, window), window, now_ms, cost) for window in windows]
        return fits, [_standing(hits, window, now_ms) for hits, window in zip(held, windows, strict=True)]

    async def give_back(self, key: str, windows: Sequence[Window]) -> None:
        """Uncount the newest hit of every window."""
        for window in windows:
            if hits := self._hits(_name(key, window), window, self._clock.now_ms()):
                hits.pop()

    async def close(self) -> None:
        """Nothing to let go of."""

    def _hits(self, name: str, window: Window, now_ms: int) -> array[int]:
        """The live hits that count for `name`: its own, or while there are any, those of the window that it shares."""
        own = self._own.setdefault(window.window_ms, OrderedDict())
        hits = own[name] if name in own else self._shared.get(_shared_name(name, window), array("q"))
        if hits and hits[-1] > now_ms:  # the clock was set back: what lies ahead of it counts as just now
            hits[:] = array("q", [min(hit_ms, now_ms) for hit_ms in hits])
        del hits[: bisect_right(hits, now_ms - window.window_ms)]
        return hits

    def _add(self, name: str, window: Window, now_ms: int, cost: int) -> array[int]:
        hits = self._hits(name, window, now_ms)
        own = self._own[window.window_ms]
        if not hits and name not in own:
            hits = self._open(name, window, now_ms)
        hits.extend([now_ms] * cost)
        if name in own:
            own.move_to_end(name)
        return hits

    def _open(self, name: str, window: Window, now_ms: int) -> array[int]:
        self._drop_expired(window.window_ms, now_ms)
        if len(self) >= self._keys_max:
            for window_ms in self._own:
                self._drop_expired(window_ms, now_ms)
        if len(self) >= self._keys_max:
            return self._shared.setdefault(_shared_name(name, window), array("q"))
        return self._own[window.window_ms].setdefault(name, array("q"))

    def _drop_expired(self, window_ms: int, now_ms: int) -> None:
        own = self._own[window_ms]
        while own:
            hits = next(iter(own.values()))
            if hits and hits[-1] > now_ms - window_ms:
                return
            own.popitem(last=False)


def _name(key: str, window: Window) -> str:
    return f"{window.policy}:{key}"


def _shared_name(name: str, window: Window) -> str:
    return f"{window.policy}:{hash(name) % SHARED_WINDOWS}"


def _standing(hits: array[int], window: Window, now_ms: int) -> Standing:
    oldest_ms = hits[0] if hits else now_ms
    return Standing(len(hits), oldest_ms + window.window_ms - now_ms)

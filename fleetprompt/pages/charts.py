"""Charts of numbers by day: where each bar stands, as whole units of an SVG's own coordinates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

DAY_WIDTH: Final = 10
HEIGHT: Final = 100
BAR_HEIGHT_MIN: Final = 2
_STEPS: Final = (1, 2, 5, 10)


@dataclass(frozen=True)
class Bar:
    """One day. day: `YYYY-MM-DD`. x, y, height: of its bar; a day without anything has none, its height is 0."""

    day: str
    number: int
    x: int
    y: int
    height: int


@dataclass(frozen=True)
class Chart:
    """Bars by day, the oldest first. top: the number that the upper edge stands for. width: of all days together."""

    bars: tuple[Bar, ...]
    top: int
    width: int

    @property
    def total(self) -> int:
        """The sum over all days."""
        return sum(bar.number for bar in self.bars)

    @property
    def highest(self) -> Bar | None:
        """The day with most, the latest of several; none where there is nothing on any day."""
        most = max((bar.number for bar in self.bars), default=0)
        return next((bar for bar in reversed(self.bars) if bar.number == most), None) if most else None


def bars_by_day(days: Sequence[tuple[str, int]], top: int = 0) -> Chart:
    """The chart of (`YYYY-MM-DD`, number) pairs, none of them negative.

    top: the scale, where several charts share one; by default the chart's own.
    """
    top = max(top, scale_top(number for _, number in days))
    bars = tuple(_bar(place, day, number, top) for place, (day, number) in enumerate(days))
    return Chart(bars=bars, top=top, width=DAY_WIDTH * len(bars))


def rows(*charts: Chart) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """The numbers of charts of the same days as rows of a table: the days with something in any, the latest first."""
    days = zip(*(chart.bars for chart in charts), strict=True)
    told = [(bars[0].day, tuple(bar.number for bar in bars)) for bars in days if any(bar.number for bar in bars)]
    return tuple(reversed(told))


def scale_top(numbers: Iterable[int]) -> int:
    """The least of 1, 2, 5, 10, 20, 50, 100 and so on that none of `numbers` exceeds."""
    most = max(numbers, default=0)
    magnitude: int = 10 ** (len(str(most)) - 1)
    return next(step * magnitude for step in _STEPS if most <= step * magnitude)


def _bar(place: int, day: str, number: int, top: int) -> Bar:
    height = max(BAR_HEIGHT_MIN, round(HEIGHT * number / top)) if number else 0
    return Bar(day=day, number=number, x=DAY_WIDTH * place, y=HEIGHT - height, height=height)

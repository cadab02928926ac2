"""Charts by day: what the bars say is what the numbers say."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetprompt.pages import charts, rendering
from tests.support.forms import named, parsed, text_of

_MACROS = rendering._ENVIRONMENT.from_string(
    """{% import "chart.html" as charts with context %}{{ charts.bars(chart, "Installs begun", "install") }}
{{ charts.table(rows, (chart,), ("Installs begun",), "By day") }}"""
)
SVG = "{http://www.w3.org/2000/svg}"
FIRST = date(2026, 11, 1)
numbers = st.lists(st.integers(0, 10_000_000), min_size=1, max_size=90)


def _days(counts: list[int]) -> list[tuple[str, int]]:
    return [((FIRST + timedelta(days=place)).isoformat(), number) for place, number in enumerate(counts)]


@given(numbers)
def test_bars_stand_in_the_frame_in_proportion_and_something_is_never_nothing(counts: list[int]) -> None:
    chart = charts.bars_by_day(_days(counts))
    assert [bar.number for bar in chart.bars] == counts
    assert chart.total == sum(counts)
    for bar, after in zip(chart.bars, [*chart.bars[1:], None], strict=True):
        assert bar.y + bar.height == charts.HEIGHT
        assert 0 <= bar.height <= charts.HEIGHT
        assert (bar.height > 0) == (bar.number > 0)
        assert abs(bar.height - charts.HEIGHT * bar.number / chart.top) <= charts.BAR_HEIGHT_MIN
        assert (chart.width if after is None else after.x) == bar.x + charts.DAY_WIDTH


@pytest.mark.parametrize(
    ("most", "top"), [(0, 1), (1, 1), (2, 2), (3, 5), (6, 10), (10, 10), (11, 20), (500, 500), (501, 1000)]
)
def test_the_scale_ends_at_a_round_number(most: int, top: int) -> None:
    assert charts.scale_top([0, most]) == top


def test_charts_that_share_a_scale_keep_it() -> None:
    assert charts.bars_by_day(_days([1]), top=50).bars[0].height == 2
    assert charts.bars_by_day(_days([60]), top=50).top == 100


def test_the_rows_are_the_days_with_something_the_latest_first() -> None:
    begun, over = (charts.bars_by_day(_days(counts)) for counts in ([3, 0, 5, 0], [0, 0, 4, 1]))
    assert charts.rows(begun, over) == (("2026-11-04", (0, 1)), ("2026-11-03", (5, 4)), ("2026-11-01", (3, 0)))
    assert charts.bars_by_day(_days([2, 7, 7, 0])).highest == charts.bars_by_day(_days([2, 7, 7, 0])).bars[2]
    assert charts.bars_by_day(_days([0])).highest is None


def test_picture_and_table_tell_the_same_numbers() -> None:
    chart = charts.bars_by_day(_days([3, 0, 1200]))
    shown = _MACROS.render(chart=chart, rows=charts.rows(chart))
    root = parsed(f"<!doctype html><html><head><title>.</title></head><body>{shown}</body></html>")
    picture = named(root, f"{SVG}svg")
    told = "Installs begun: 1,203 installs from 1 Nov 2026 to 3 Nov 2026, most on 3 Nov 2026: 1,200"
    assert picture.get("aria-label") == told
    assert [text_of(bar) for bar in picture.iter(f"{SVG}rect")] == ["1 Nov 2026: 3", "3 Nov 2026: 1,200"]
    rows = [[text_of(cell) for cell in row] for row in named(root, "table").iter("tr")]
    heading = ["Day (UTC)", "Installs begun"]
    assert rows == [heading, ["3 Nov 2026", "1,200"], ["1 Nov 2026", "3"], ["All 3 days", "1,203"]]


def test_where_nothing_happened_the_chart_says_so() -> None:
    chart = charts.bars_by_day(_days([0, 0]))
    shown = _MACROS.render(chart=chart, rows=charts.rows(chart))
    assert "<rect" not in shown
    assert "0 installs from 1 Nov 2026 to 2 Nov 2026" in shown
    assert "Nothing happened on any of these days." in shown

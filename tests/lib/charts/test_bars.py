"""Bars of days: nothing, one day, one huge day, and shares too small to be seen."""

import pytest

from promosms.lib.charts.bars import Box, Day, bars, strip


def days(*numbers: tuple[int, int]) -> list[Day]:
    return [Day(str(n), "", good, bad) for n, (good, bad) in enumerate(numbers)]


def test_days_without_any_text_have_no_bar_but_a_scale() -> None:
    chart = bars(days(*[(0, 0)] * 30))
    assert [(bar.good, bar.bad) for bar in chart.bars] == [(None, None)] * 30
    assert chart.lines == [(0, 200.0), (1, 10.0)]
    assert (chart.good, chart.bad) == (0, 0)
    assert [bar.good for bar in strip(days((0, 0), (0, 0))).bars] == [None, None]


def test_one_day_has_the_whole_width() -> None:
    (bar,) = bars(days((1, 0))).bars
    assert (bar.x, bar.width, bar.middle) == (18.0, 64.0, 50.0)
    assert bar.good == Box(10.0, 190.0)


def test_a_huge_day_leaves_a_line_for_the_small_ones() -> None:
    chart = bars(days((1_234_567, 0), (3, 0)))
    huge, small = chart.bars
    assert chart.greatest == huge.day
    assert huge.good == Box(43.6, 156.4)
    assert small.good == Box(199.0, 1.0)
    assert chart.scale.unit == 1_000


# In a strip of 84 pixels, one of 1,000 texts is 0.084 pixels: 2 pixels are 24 texts.
@pytest.mark.parametrize(
    ("good", "bad", "pieces"),
    [
        (977, 23, (Box(25.9, 82.1), None)),
        (976, 24, (Box(27.5, 80.5), Box(24.0, 2.0))),
        (0, 1000, (None, Box(24.0, 84.0))),
        (1000, 0, (Box(24.0, 84.0), None)),
    ],
)
def test_a_bad_share_under_two_pixels_is_left_to_the_table(
    good: int, bad: int, pieces: tuple[Box | None, Box | None]
) -> None:
    (bar,) = strip(days((good, bad))).bars
    assert (bar.good, bar.bad) == pieces


def test_a_strip_has_a_number_above_each_bar() -> None:
    chart = strip(days((10, 0), (5, 0), (0, 0)))
    assert chart.base == 108
    assert [bar.top for bar in chart.bars] == [24.0, 66.0, 108.0]
    assert chart.lines == []

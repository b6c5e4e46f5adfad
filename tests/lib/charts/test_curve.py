"""A curve: its points and paths."""

from promosms.lib.charts.curve import Moment, curve


def test_it_rises_from_nothing() -> None:
    chart = curve("10:00", [Moment("1 min", 0.5), Moment("1 day", 1.0)])
    places = [(point.moment.label, point.x, point.y) for point in chart.points]
    assert places == [("10:00", 0.0, 164.0), ("1 min", 59.18, 89.0), ("1 day", 100.0, 14.0)]
    assert chart.lines == [(0, 164.0), (50, 89.0), (100, 14.0)]
    assert chart.line == "M0 164 L59.18 89 L100 14"
    assert chart.area == "M0 164 L59.18 89 L100 14 L100 164 Z"


def test_one_moment_and_none() -> None:
    assert curve("10:00", [Moment("1 min", 0.0)]).line == "M0 164 L100 164"
    assert curve("10:00", []).area == "M0 164 L0 164 Z"

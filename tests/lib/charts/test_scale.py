"""The scale of a chart: round ticks that cover the values, and short labels."""

import pytest

from promosms.lib.charts.scale import Scale, scale


@pytest.mark.parametrize(
    ("greatest", "ticks"),
    [
        (0, [0, 1]),
        (1, [0, 1]),
        (5, [0, 1, 2, 3, 4, 5]),
        (6, [0, 2, 4, 6]),
        (10, [0, 2, 4, 6, 8, 10]),
        (11, [0, 5, 10, 15]),
        (1_690, [0, 500, 1_000, 1_500, 2_000]),
        (2_000, [0, 500, 1_000, 1_500, 2_000]),
        (2_501, [0, 1_000, 2_000, 3_000]),
        (1_234_567, [0, 500_000, 1_000_000, 1_500_000]),
    ],
)
def test_the_ticks_are_round_and_cover_the_greatest_value(greatest: int, ticks: list[int]) -> None:
    assert list(scale(greatest).ticks) == ticks


@pytest.mark.parametrize(
    ("greatest", "unit", "labels"),
    [
        (9_999, 1, [0, 2_000, 4_000, 6_000, 8_000, 10_000]),
        (10_000, 1_000, [0, 2, 4, 6, 8, 10]),
        (1_234_567, 1_000, [0, 500, 1_000, 1_500]),
        (9_999_999, 1_000, [0, 2_000, 4_000, 6_000, 8_000, 10_000]),
        (10_000_000, 1_000_000, [0, 2, 4, 6, 8, 10]),
    ],
)
def test_the_unit_keeps_labels_short(greatest: int, unit: int, labels: list[float]) -> None:
    found = scale(greatest)
    assert found.unit == unit
    assert [found.in_unit(tick) for tick in found.ticks] == labels


@pytest.mark.parametrize(
    ("value", "unit", "label"),
    [
        *((7, 1, 7), (1_797, 1, 1_797), (0, 1_000, 0), (40, 1_000, 0.0), (60, 1_000, 0.1)),
        *(
            (9_940, 1_000, 9.9),
            (9_999, 1_000, 10.0),
            (12_499, 1_000, 12),
            (1_234_567, 1_000, 1_235),
        ),
    ],
)
def test_a_number_in_a_unit(value: int, unit: int, label: float) -> None:
    assert Scale(1, 1, unit).in_unit(value) == label

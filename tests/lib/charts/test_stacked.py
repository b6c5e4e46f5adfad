"""A stacked bar: the widths of its parts."""

import pytest

from promosms.lib.charts.stacked import THINNEST_IN_ROW, Part, stacked


@pytest.mark.parametrize(
    ("numbers", "widths"),
    [
        ([], []),
        ([0, 0], []),
        ([5], [100.0]),
        ([0, 3, 1], [75.0, 25.0]),
        ([988, 12], [98.8, 1.2]),
        ([989, 11], [98.8, 1.2]),
        ([1_000_000, 1, 1], [97.6, 1.2, 1.2]),
        ([975, 13, 12], [97.5, 1.3, 1.2]),
        # What is made wider takes room from the others, which may thereby get too thin.
        ([986, 12, 1, 1], [96.4, 1.2, 1.2, 1.2]),
    ],
)
def test_a_part_that_exists_can_be_seen(numbers: list[int], widths: list[float]) -> None:
    pieces = stacked([Part("good", number, "") for number in numbers]).pieces
    assert [piece.width for piece in pieces] == widths
    assert [piece.x for piece in pieces] == [
        round(sum(widths[:place]), 2) for place in range(len(widths))
    ]


def test_a_bar_in_a_row_is_so_short_that_parts_are_wider() -> None:
    pieces = stacked([Part("good", 99, ""), Part("bad", 1, "")], THINNEST_IN_ROW).pieces
    assert [piece.width for piece in pieces] == [95.0, 5.0]

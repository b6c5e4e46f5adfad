"""A funnel: the widths of its bars, and the shares that stand beside them."""

import pytest

from promosms.lib.charts.funnel import Step, funnel


@pytest.mark.parametrize(
    ("numbers", "widths"),
    [
        ([], []),
        ([0, 0], [0.0, 0.0]),
        ([200, 150, 3], [100.0, 75.0, 1.5]),
        ([1000, 12, 11], [100.0, 1.2, 1.2]),
        ([1_000_000, 1, 0], [100.0, 1.2, 0.0]),
        ([0, 4], [0.0, 100.0]),
    ],
)
def test_a_step_that_somebody_has_reached_can_be_seen(
    numbers: list[int], widths: list[float]
) -> None:
    assert [bar.width for bar in funnel([Step("", number) for number in numbers])] == widths


def test_a_share_is_that_of_those_who_could_have_reached_the_step() -> None:
    steps = [Step("", 8), Step("", 4, 8), Step("", 0, 4), Step("", 0, 0)]
    assert [step.share for step in steps] == [None, 0.5, 0.0, None]

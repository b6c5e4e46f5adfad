"""Shares of people, against published figures and the formula of Wilson as an equation."""

from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promosms.lib.proportions import SURE, Share, difference


# The examples of Newcombe's table II, by his method 10.
@pytest.mark.parametrize(
    ("first", "second", "least", "most"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0000),
    ],
)
def test_differences_are_those_that_were_published(
    first: tuple[int, int], second: tuple[int, int], least: float, most: float
) -> None:
    found = difference(Share(*first), Share(*second))
    assert (round(found.least, 4), round(found.most, 4)) == (least, most)
    assert found.is_clear is (least > 0)
    back = difference(Share(*second), Share(*first))
    assert (back.least, back.most) == pytest.approx((-found.most, -found.least))
    assert back.is_clear is found.is_clear


@given(st.integers(1, 10**6), st.data())
def test_the_ends_of_an_interval_are_where_the_share_is_just_possible(
    people: int, data: st.DataObject
) -> None:
    share = Share(data.draw(st.integers(0, people)), people)
    low, high = share.interval()
    assert 0 <= low <= share.value <= high <= 1
    for end in (low, high):
        if 0 < end < 1:
            distance = abs(share.value - end) / sqrt(end * (1 - end) / people)
            assert distance == pytest.approx(SURE, rel=1e-4)


def test_of_nobody_nothing_is_known() -> None:
    nobody, somebody = Share(0, 0), Share(5, 10)
    assert (nobody.value, nobody.interval()) == (0, (0, 1))
    assert not difference(nobody, somebody).is_clear
    assert Share(12, 10).value == 1

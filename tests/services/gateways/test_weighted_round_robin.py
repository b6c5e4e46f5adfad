"""Smooth weighted round robin."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promosms.services.gateways.weighted_round_robin import LONGEST, sequence


@pytest.mark.parametrize(
    ("weights", "row"),
    [
        ({1: 100}, [1]),
        ({1: 100, 2: 100}, [1, 2]),
        ({1: 10_000, 2: 5_000}, [1, 2, 1]),
        ({1: 5, 2: 1, 3: 1}, [1, 1, 2, 1, 3, 1, 1]),
    ],
)
def test_turns_are_spread_out(weights: dict[int, int], row: list[int]) -> None:
    assert sequence(weights) == row


@given(st.dictionaries(st.integers(1, 9), st.integers(1, 100_000), min_size=1, max_size=6))
def test_every_gateway_gets_its_share(weights: dict[int, int]) -> None:
    row = sequence(weights)
    counted, total = Counter(row), sum(weights.values())
    assert set(counted) == set(weights)
    assert len(row) <= LONGEST + len(weights)
    for key, weight in weights.items():
        assert abs(counted[key] / len(row) - weight / total) < 0.05

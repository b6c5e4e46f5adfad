"""Taking turns."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promosms.services.gateways.weighted_round_robin import LONGEST, smooth


@pytest.mark.parametrize(
    ("shares", "row"),
    [
        ({1: 100}, [1]),
        ({1: 100, 2: 100}, [1, 2]),
        ({1: 10_000, 2: 5_000}, [1, 2, 1]),
        ({1: 5, 2: 1, 3: 1}, [1, 1, 2, 1, 3, 1, 1]),
    ],
)
def test_turns_are_spread_out(shares: dict[int, int], row: list[int]) -> None:
    assert smooth(shares) == row


@given(st.dictionaries(st.integers(1, 9), st.integers(1, 100_000), min_size=1, max_size=6))
def test_everybody_gets_its_share_and_nobody_starves(shares: dict[int, int]) -> None:
    row = smooth(shares)
    counted, total = Counter(row), sum(shares.values())
    assert set(counted) == set(shares)
    assert len(row) <= LONGEST + len(shares)
    for one, share in shares.items():
        assert abs(counted[one] / len(row) - share / total) < 0.05

"""Short codes: a pair of numbers as a few letters, both ways."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promosms.lib.short_codes import DIGITS, SIZES, Codes

CODES, OTHERS = Codes(b"a" * 32), Codes(b"b" * 32)
SHORT, LONG = SIZES


@given(
    first=st.integers(0, 2**LONG.first - 1),
    seconds=st.lists(st.integers(0, 2**LONG.second - 1), min_size=1, max_size=20, unique=True),
)
def test_each_pair_has_a_code_of_its_own_that_leads_back(first: int, seconds: list[int]) -> None:
    codes = CODES.encode(first, seconds)
    assert len(set(codes)) == len(seconds)
    assert [CODES.decode(code) for code in codes] == [(first, second) for second in seconds]
    for code, second in zip(codes, seconds, strict=True):
        size = SHORT if SHORT.holds(first, second) else LONG
        assert len(code) == size.length
        assert set(code) <= set(DIGITS)


@given(st.text(DIGITS, min_size=9, max_size=9) | st.text(DIGITS, min_size=12, max_size=12))
def test_a_code_that_leads_to_a_pair_is_the_code_of_that_pair(code: str) -> None:
    pair = CODES.decode(code)
    assert pair is None or CODES.encode(pair[0], [pair[1]]) == [code]


@pytest.mark.parametrize("number", [0, 1, 2**29 - 1])
def test_the_last_short_code_is_followed_by_the_first_long_one(number: int) -> None:
    first = 2**24 - 1
    assert [len(code) for code in CODES.encode(first, [number, 2**29])] == [9, 12]
    assert [len(code) for code in CODES.encode(first + 1, [number])] == [12]


def test_neighbours_and_keys_have_nothing_in_common() -> None:
    codes = CODES.encode(7, range(1000))
    assert len({code[:4] for code in codes}) > 990
    assert len({code[-4:] for code in codes}) > 990
    assert not set(codes) & set(OTHERS.encode(7, range(1000)))
    assert all(OTHERS.decode(code) not in {(7, n) for n in range(1000)} for code in codes[:50])


@pytest.mark.parametrize(
    "code", ["", "a", "a" * 8, "a" * 10, "zzzzzzzzz", "example-1", "ąbcdefghi"]
)
def test_what_is_no_code_is_nothing(code: str) -> None:
    assert CODES.decode(code) is None


def test_numbers_that_never_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="too large"):
        CODES.encode(2**32, [1])

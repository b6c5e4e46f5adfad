"""VAT on an amount: literal sums, worked out by hand."""

import pytest

from promosms.documents.tax import split_gross, tax_on

# Net and VAT in 1/10,000 of the currency, the rate in 1/100 of a percent. A cent is 100.
SUMS = [
    (0, 2300, 0),
    (15_000, 2300, 3_500),  # 34.5 cents: the half goes up
    (14_900, 2300, 3_400),  # 34.27 cents
    (15_100, 2300, 3_500),  # 34.73 cents
    (10_000, 1900, 1_900),  # exactly 19 cents
    (1_000_000, 1900, 190_000),
    (1_000_000, 0, 0),
    (200, 2500, 100),  # half a cent
    (100, 2500, 0),  # a quarter of a cent
    (300, 2500, 100),  # three quarters
    (199, 2500, 0),  # just below the half
    (201, 2500, 100),  # just above it
    (-15_000, 2300, -3_500),  # a correction mirrors what it corrects
    (-14_900, 2300, -3_400),
    (-200, 2500, -100),
    (-199, 2500, 0),
    (10_000_000_000, 2300, 2_300_000_000),
]
# Gross, the rate, then the net and the VAT that it is made of.
SPLITS = [
    (1_190_000, 1900, 1_000_000, 190_000),
    (18_500, 2300, 15_000, 3_500),
    (10_000, 0, 10_000, 0),
    (12_300, 2300, 10_000, 2_300),
    (-1_230_000, 2300, -1_000_000, -230_000),  # given back
    (-18_500, 2300, -15_000, -3_500),
]


@pytest.mark.parametrize(("net", "rate", "vat"), SUMS)
def test_it_is_rounded_once_and_half_up_to_whole_cents(net: int, rate: int, vat: int) -> None:
    assert tax_on(net, rate) == vat


def test_it_is_rounded_to_the_smallest_amount_of_the_currency() -> None:
    assert tax_on(50_150_000, 1000, 10_000) == 5_020_000  # 501.5 yen: the half goes up
    assert tax_on(-50_140_000, 1000, 10_000) == -5_010_000
    assert tax_on(10_010, 500, 10) == 500  # 50.05 fils
    assert split_gross(55_000_000, 1000, 10_000) == (50_000_000, 5_000_000)
    assert split_gross(10_000, 1000, 10_000) == (10_000, 0)  # a yen cannot be split


@pytest.mark.parametrize(("gross", "rate", "net", "vat"), SPLITS)
def test_what_was_paid_is_split_into_net_and_vat(gross: int, rate: int, net: int, vat: int) -> None:
    assert split_gross(gross, rate) == (net, vat)

"""What spreadsheets and data frames do to numbers is undone, or refused where digits are lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promosms.sms.phone import InvalidPhone, PhoneProblem, parse

MOBILE = st.integers(0, 9_999_999).map(lambda tail: f"60{tail:07}")


@pytest.mark.parametrize(
    ("raw", "region", "e164"),
    [
        ("601234567.0", "PL", "+48601234567"),
        ("601234567.00", "PL", "+48601234567"),
        ("601234567,00", "PL", "+48601234567"),
        ("601234567.000000", "PL", "+48601234567"),
        ("601234567,0000000", "PL", "+48601234567"),
        ("48601234567.0", "PL", "+48601234567"),
        ("+48601234567.00", "GB", "+48601234567"),
        ("0664 1234567.00", "AT", "+436641234567"),
        ("6641234567.00", "AT", "+436641234567"),
        ("447988123456.0", "PL", "+447988123456"),
        ("12015550123.00", "US", "+12015550123"),
        ("601,234,567", "PL", "+48601234567"),
        ("601,234,567.00", "PL", "+48601234567"),
        ("601.234.567", "PL", "+48601234567"),
        ("601.234.567,00", "PL", "+48601234567"),
        ("601 234 567.00", "PL", "+48601234567"),
        ("601\xa0234\xa0567,00", "PL", "+48601234567"),
        ("601'234'567", "PL", "+48601234567"),
        ("48,601,234,567", "PL", "+48601234567"),
        ("9,81,23,45,678", "IN", "+919812345678"),
        ("6.01234567E8", "PL", "+48601234567"),
        ("6.01234567E+08", "PL", "+48601234567"),
        ("6,01234567e+08", "PL", "+48601234567"),
        ("4.860123456700E+10", "PL", "+48601234567"),
        ("4.8601234567e10", "PL", "+48601234567"),
        ("+4.8601234567E+10", "GB", "+48601234567"),
        ('="601234567"', "PL", "+48601234567"),
        ('="+48601234567"', "GB", "+48601234567"),
        ('\'="+48601234567"', "GB", "+48601234567"),
        ('=""601234567""', "PL", "+48601234567"),
        ("=601234567", "PL", "+48601234567"),
        ("=+48601234567", "GB", "+48601234567"),
        ("=+48 601 234 567", "GB", "+48601234567"),
        ("'601234567", "PL", "+48601234567"),
        ("''+48601234567", "GB", "+48601234567"),
        ('"601234567"', "PL", "+48601234567"),
        ("06.12.34.56.00", "FR", "+33612345600"),  # dots in groups are no decimals
        ("0171.1000000", "DE", "+491711000000"),
    ],
)
def test_it_is_undone(raw: str, region: str, e164: str) -> None:
    assert parse(raw, region).e164 == e164


@pytest.mark.parametrize(
    ("raw", "region", "problem"),
    [
        ("4.479E+11", "GB", "damaged"),
        ("4,479E+11", "GB", "damaged"),
        ("6.01E+08", "PL", "damaged"),
        ("6.0123456E+08", "PL", "damaged"),  # the last digit may have been rounded
        ("6.012345675E+08", "PL", "damaged"),
        ("6.01234567E-08", "PL", "damaged"),
        ("6.01234567E+99", "PL", "damaged"),
        ("########", "PL", "damaged"),
        ("601234567.5", "PL", "extension"),
        ("601234567,50", "PL", "extension"),
        ("0664 1234567.50", "AT", "extension"),
        ("60123456.00", "PL", "not_valid"),  # not 601234560 0
        ("6012345.00", "PL", "not_valid"),
        ("6012345600.00", "PL", "not_valid"),
        ('="Anna"', "PL", "letters"),
        ("=601234567+1", "PL", "letters"),
        ("=A1&601234567", "PL", "letters"),
    ],
)
def test_what_is_lost_is_refused(raw: str, region: str, problem: str) -> None:
    with pytest.raises(InvalidPhone) as error:
        parse(raw, region)
    assert error.value.code is PhoneProblem(problem)


@given(MOBILE, st.integers(1, 9), st.sampled_from(["", "48"]), st.sampled_from(".,"))
def test_decimals_and_exponents_are_the_same_number(
    national: str, zeros: int, code: str, point: str
) -> None:
    digits = code + national
    for spoilt in (
        f"{digits}{point}{'0' * zeros}",
        f"{digits[0]}{point}{digits[1:]}E+{len(digits) - 1:02}",
        f"{digits[0]}{point}{digits[1:]}{'0' * zeros}e{len(digits) - 1}",
        f'="{digits}"',
    ):
        assert parse(spoilt, "PL").e164 == f"+48{national}"

"""Senders that networks carry."""

import pytest

from promosms.sms.senders import spelling

NAMES = ["Kwiaty", "PromoSMS", "Bar 24h", "H&M", "A.B-C_D", "24h", "abc", "Abcdefghijk", "1a1"]
NO_NAMES = [
    *("", "ab", "Abcdefghijkl"),
    *("48601234567", "12345678901", "123", "600 700 800", "48.601.234", "1-2-3"),
    *("A\nB C", "ABC\n", "\nABC", "A\tBC", "A\x00BC", "A\u2028BC", "A\rB"),
    *(" ABC", "ABC ", "A  BC", "---", ". . .", "&&&", "_A_"),
    *("Łódź", "Müller", "Кафе", "Shop+", "Shop!", "a@b.pl", "<b>", "{name}", "Kwiaty'", "٧١٢٣a"),
]
NUMBERS = {
    "+48732000001": "+48732000001",
    "+48 732 000 001": "+48732000001",
    "+1 (555) 010-9999": "+15550109999",
    "71234": "71234",
    "711": "711",
    "12345678": "12345678",
}
NO_NUMBERS = [
    "",
    "12",
    "123456789",
    "48732000001",
    "+0048732000001",
    "+123456",
    "٧١٢٣٤",
    "７１２３４",
]
NO_NUMBERS += ["+" + "4" * 16, "+48732000001\n", "71234\n71234", "Kwiaty", "+48732OOO001"]


@pytest.mark.parametrize("text", NAMES)
def test_it_is_a_name(text: str) -> None:
    assert spelling.is_name(text)
    assert spelling.fits(True, text)


@pytest.mark.parametrize("text", NO_NAMES)
def test_it_is_no_name(text: str) -> None:
    assert not spelling.is_name(text)
    assert not spelling.fits(True, text)


@pytest.mark.parametrize(("typed", "number"), NUMBERS.items())
def test_it_is_a_number(typed: str, number: str) -> None:
    assert spelling.number(typed) == number
    assert spelling.fits(False, number)


@pytest.mark.parametrize("typed", NO_NUMBERS)
def test_it_is_no_number(typed: str) -> None:
    assert spelling.number(typed) is None
    assert not spelling.fits(False, typed)

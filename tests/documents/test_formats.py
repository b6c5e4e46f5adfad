"""How values are written on documents."""

from datetime import date

import pytest

from promosms.documents import formats

MANY = [("en", "JPY"), ("pl", "JPY"), ("en", "KWD")]


@pytest.mark.parametrize(
    ("amount", "english", "polish", "xml"),
    [
        (0, "0.00", "0,00", "0.00"),
        (10_000, "1.00", "1,00", "1.00"),
        (12_345_600, "1,234.56", "1\u00a0234,56", "1234.56"),
        (-12_345_600, "−1,234.56", "−1\u00a0234,56", "-1234.56"),
        (1_234, "0.1234", "0,1234", "0.1234"),
        (
            10_000_000_000_000,
            "1,000,000,000.00",
            "1\u00a0000\u00a0000\u00a0000,00",
            "1000000000.00",
        ),
    ],
)
def test_money(amount, english, polish, xml):
    assert formats.money(amount, "en", "EUR", named=False) == english
    assert formats.money(amount, "pl", "EUR", named=False) == polish
    assert formats.decimal(amount) == xml


def test_money_names_its_currency_without_a_break():
    assert formats.money(10_000, "pl", "PLN") == "1,00\u00a0PLN"


def test_money_has_the_digits_of_its_currency():
    amounts = [formats.money(12_340_000, language, code) for language, code in MANY]
    assert amounts == ["1,234\u00a0JPY", "1\u00a0234\u00a0JPY", "1,234.000\u00a0KWD"]
    assert formats.money(-345, "en", "JPY") == "\u22120.0345\u00a0JPY"


@pytest.mark.parametrize(
    ("rate", "english", "polish"),
    [(2300, "23%", "23%"), (550, "5.5%", "5,5%"), (1000, "10%", "10%"), (825, "8.25%", "8,25%")],
)
def test_rates(rate, english, polish):
    assert formats.percent(rate, "en") == english
    assert formats.percent(rate, "pl") == polish


def test_days_accounts_and_numbers():
    assert formats.day(date(2026, 5, 1), "pl").split() == ["1", "maja", "2026"]
    assert formats.day(date(2026, 5, 1), "cs").split() == ["1", "May", "2026"]
    assert formats.iban("DE89 370400440532013000").split() == [
        "DE89",
        "3704",
        "0044",
        "0532",
        "0130",
        "00",
    ]
    assert formats.number(-12_000, "en") == "−12,000"


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        (" a\r\n\tb ", "a b"),
        ("a\x00b", "a b"),
        ("a\u202eb\u200bc\ufeff", "abc"),
        ("\ud800a\uffff", "a"),
        ("z\u0307", "ż"),
    ],
)
def test_texts_are_cleaned_for_xml_and_print(raw, cleaned):
    assert formats.plain(raw) == cleaned


def test_only_very_long_words_can_be_broken():
    assert formats.breakable("a" * 32) == "a" * 32
    assert formats.breakable("b" * 33).count("\u200b") == 4

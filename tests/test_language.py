"""Money and numbers as people read them, in every currency and language."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from markupsafe import Markup

import promosms
from promosms.language import (
    breakable,
    browser,
    counted,
    force_locale,
    hyphenated,
    money,
    number,
    percent,
    places,
    plain_money,
)
from promosms.settings import currencies
from tests.support.settings import override

AMOUNTS = [
    ("EUR", 12_345_000, "€1,234.50", "1 234,50 €"),
    ("EUR", -12_345_000, "−€1,234.50", "−1 234,50 €"),
    ("PLN", 50_000, "PLN 5.00", "5,00 zł"),
    ("PLN", -345, "−PLN 0.0345", "−0,0345 zł"),
    ("PLN", 350, "PLN 0.035", "0,035 zł"),
    ("JPY", 50_000_000, "¥5,000", "5 000 JPY"),
    ("JPY", -10_000, "−¥1", "−1 JPY"),
    ("JPY", 25_000, "¥2.5", "2,5 JPY"),
    ("KWD", 12_500, "KWD 1.250", "1,250 KWD"),
    ("KWD", 12_345, "KWD 1.2345", "1,2345 KWD"),
    ("KWD", 0, "KWD 0.000", "0,000 KWD"),
    ("CHF", 50, "CHF 0.005", "0,005 CHF"),
    ("USD", -1_000_000, "−$100.00", "−100,00 USD"),
    ("CLF", 10_001, "CLF 1.0001", "1,0001 CLF"),
    ("RSD", 12_500, "RSD 1.25", "1,25 RSD"),
]
# What writes figures: all else asks it.
WRITERS = {
    *("language.py", "settings/currencies.py"),
    *("documents/formats.py", "documents/payment_qr.py"),  # the formats of standards
    *("services/prices/tables.py", "services/payments/payment_qr.py"),
    "services/recipients/field_values.py",  # in the language of a text, not of the page
}
BY_HAND = re.compile(
    r":\.[24]f\}|\.quantize\(|format_currency|format_percent|format_decimal|/ ?10_000\b|/ UNITS"
    r"|currency_digits"
)
IN_TEMPLATES = re.compile(
    r"\"[+-]\" if [^%]*\| ?money|/ 10000\b|\)s MB|\d %(?![})])|%\(\w+\)s %%|~ \" ?%\""
    r"|\| ?(?:money|number)[^{}%]*}}(?: |&nbsp;)?%|\"-\" ~|-\{\{ ?[^}]*\| money"
)
RATES = {"services/invoices/export.py", "views/admin/revenue.py"}  # percent in files


def test_amounts_below_each_other_have_the_places_of_the_finest(app: Flask) -> None:
    override(app, currency="EUR")
    with app.test_request_context(), force_locale("en"):
        assert places([300, 450, None, 0]) == 3
        assert places([300, 325]) == 4
        assert places([300]) == 2
        assert places([None, 0]) is None
        assert [money(units, places([300, 450])) for units in (300, 450)] == ["€0.030", "€0.045"]


@pytest.mark.parametrize(
    ("title", "kept"),
    [
        ("Change your e-mail address", ["e-mail"]),
        ("Napisz SMS-y", ["SMS-y"]),
        ("Order PS-CJJD-EJGF", ["PS-CJJD-EJGF"]),
        ("Brzęczyszczykiewicz-Wiśniewska", []),
        ("A <b> & a re-run", ["re-run"]),
    ],
)
def test_no_line_of_a_heading_ends_within_a_short_word(title: str, kept: list[str]) -> None:
    parts = hyphenated(title)
    assert [part for part, whole in parts if whole] == kept
    assert "".join(part.unescape() for part, _whole in parts) == title


def test_an_address_wraps_at_its_dots_and_nothing_else_does() -> None:
    assert breakable("o•••@shop.example.com") == "o•••@<wbr>shop<wbr>.example<wbr>.com"
    assert breakable("To <b>x@y.z now.") == "To &lt;b&gt;x@<wbr>y<wbr>.z now."
    for same in ("Shop. Ltd", Markup("<a href='mailto:a@b.c'>a@b.c</a>"), 7):
        assert breakable(same) is same
    assert "".join(part for part, _whole in hyphenated("a@b.c")) == "a@<wbr>b<wbr>.c"


@pytest.mark.parametrize(("currency", "units", "english", "polish"), AMOUNTS)
def test_money_has_the_digits_of_its_currency_one_minus_and_no_break(
    app: Flask, currency: str, units: int, english: str, polish: str
) -> None:
    override(app, currency=currency)
    for language, expected in (("en", english), ("pl", polish)):
        with app.test_request_context(), force_locale(language):
            assert money(units) == expected.replace(" ", "\u00a0")
            assert money(abs(units), signed=True) == ("+" if units else "") + money(abs(units))
            assert money(units, currency="EUR").count("€") == 1


def test_texts_and_files_have_plain_figures(app: Flask) -> None:
    override(app, currency="PLN")
    with app.test_request_context():
        with force_locale("pl"):
            assert plain_money(-12_345_000) == "-1234,50 PLN"
        with force_locale("en"):
            assert plain_money(12_345_600) == "1234.56 PLN"
            assert [counted(each) for each in (0, 999, 1_000)] == ["0", "999", "999+"]
            assert (number(-1_234), percent(-5.5), percent(23.0)) == ("−1,234", "−5.5%", "23%")
    assert currencies.decimal(-300, "EUR") == Decimal("-0.03")
    texts = [
        currencies.amount_text(units, code)
        for code, units in (("EUR", 1_000_000), ("JPY", 50_000_000), ("KWD", 12_500), ("PLN", -345))
    ]
    assert texts == ["100.00", "5000", "1.250", "-0.0345"]
    assert [currencies.smallest(code) for code in ("EUR", "JPY", "KWD")] == [100, 10_000, 10]


def test_nothing_else_writes_figures() -> None:
    root = Path(promosms.__file__).parent
    found = []
    for path in sorted([*root.rglob("*.py"), *root.rglob("*.html")]):
        name, text = path.relative_to(root).as_posix(), path.read_text("utf-8")
        if name in WRITERS or name.startswith(("migrations/", "policies/versions/")):
            continue
        rule = BY_HAND if path.suffix == ".py" else IN_TEMPLATES
        found += [(name, hit) for hit in rule.findall(text) if name not in RATES]
    assert found == []


@pytest.mark.parametrize(
    ("kept", "english", "polish"),
    [
        ("Chrome on Linux", "Chrome on Linux", "Chrome, Linux"),
        ("curl", "curl", "curl"),
        ("", "Unknown browser", "Nieznana przeglądarka"),
    ],
)
def test_a_browser_is_named_in_the_language_of_the_reader(
    app: Flask, kept: str, english: str, polish: str
) -> None:
    with app.test_request_context():
        for language, words in (("en", english), ("pl", polish)):
            with force_locale(language):
                assert browser(kept) == words

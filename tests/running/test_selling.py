"""The settings of selling: invalid ones are refused at the start, in one line."""

from pathlib import Path

import pytest
from flask import Flask

from promosms import create_app
from promosms.services.invoices import seller
from promosms.settings import ConfigError, Settings, selling_checks, settings_of, sources
from tests.support import commands
from tests.support.settings import override

POLAND: dict[str, object] = {
    "OPERATOR_NAME": "Ciche Teksty sp. z o.o.",
    "OPERATOR_STREET": "ul. Długa 7",
    "OPERATOR_POSTCODE": "31-147",
    "OPERATOR_CITY": "Kraków",
    "OPERATOR_COUNTRY": "PL",
    "OPERATOR_TAX_ID": "PL5260001246",
    "OPERATOR_IBAN": "PL61 1090 1014 0000 0712 1981 2874",
    "OPERATOR_BIC": "WBKPPLPP",
    "VAT_RATE": 2300,
    "CURRENCY": "PLN",
}
GERMANY = POLAND | {
    "OPERATOR_COUNTRY": "DE",
    "OPERATOR_TAX_ID": "DE136695976",
    "OPERATOR_IBAN": "DE89370400440532013000",
    "VAT_RATE": 1900,
    "CURRENCY": "EUR",
}
STRIPE = {"STRIPE_SECRET_KEY": "sk_live_1", "STRIPE_WEBHOOK_SECRET": "whsec_1"}


def problem(changes: dict[str, object]) -> str:
    try:
        return selling_checks.problem(Settings(**sources.given(changes)))
    except ConfigError as error:
        return str(error)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        POLAND,
        GERMANY,
        POLAND | STRIPE | {"PRODUCTION": True},
        STRIPE | {"STRIPE_SECRET_KEY": "rk_test_1"},
        {"OPERATOR_NAME": "Quiet Texts", "OPERATOR_TAX_ID": "whatever"},  # the policy pages only
        {"VIES_URL": "", "STRIPE_URL": "http://127.0.0.1:8420"},
        {"VIES_URL": "https://vies.example", "PRODUCTION": True},
        GERMANY | {"OPERATOR_COUNTRY": "BG", "OPERATOR_TAX_ID": "BG175074752"},
        GERMANY | {"OPERATOR_COUNTRY": "GR", "OPERATOR_TAX_ID": "EL094259216"},
        POLAND | {"OPERATOR_COUNTRY": "US", "OPERATOR_TAX_ID": "12-3456789", "CURRENCY": "USD"},
        {"TOP_UP_PACKAGES": [], "ADJUSTMENT_LIMIT": 0, "WELCOME_CREDIT": 0, "TRIAL_GUESTS": 0},
    ],
)
def test_valid_settings_are_accepted(changes: dict[str, object]) -> None:
    assert problem(changes) == ""


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"OPERATOR_IBAN": "DE89370400440532013000"}, "OPERATOR_STREET, OPERATOR_POSTCODE"),
        (POLAND | {"OPERATOR_NAME": " "}, "OPERATOR_NAME must be set"),
        (POLAND | {"OPERATOR_NAME": "株 Sp."}, "OPERATOR_NAME: invoices cannot print 株."),
        (POLAND | {"OPERATOR_BANK": "ბანკი"}, "OPERATOR_BANK: invoices cannot print ბ ა ნ კ ი."),
        (POLAND | {"OPERATOR_COUNTRY": "Polska"}, "ISO 3166"),
        (POLAND | {"OPERATOR_COUNTRY": "pl"}, "ISO 3166"),
        (POLAND | {"OPERATOR_COUNTRY": "XX"}, "ISO 3166"),
        (POLAND | {"OPERATOR_TAX_ID": "5260001246"}, "must begin with PL"),
        (POLAND | {"OPERATOR_TAX_ID": "PL5260001247"}, "not a VAT number of PL"),
        (POLAND | {"OPERATOR_TAX_ID": "PL0000000000"}, "not a VAT number of PL"),
        (POLAND | {"OPERATOR_TAX_ID": "DE136695976"}, "must begin with PL"),
        (
            POLAND | {"OPERATOR_COUNTRY": "CH", "CURRENCY": "CHF", "OPERATOR_TAX_ID": "1"},
            "not a tax number of CH",
        ),
        (POLAND | {"CURRENCY": "EUR"}, "CURRENCY must be PLN"),
        (GERMANY | {"CURRENCY": "PLN"}, "CURRENCY must be EUR"),
        ({"OPERATOR_TIMEZONE": "Mars/Base"}, "OPERATOR_TIMEZONE"),
        ({"CURRENCY": "EURO"}, "ISO 4217"),
        ({"CURRENCY": "eur"}, "ISO 4217"),
        (POLAND | {"OPERATOR_IBAN": "PL61109010140000071219812875"}, "OPERATOR_IBAN"),
        (POLAND | {"OPERATOR_BIC": "BANK"}, "OPERATOR_BIC"),
        ({"VAT_RATE": 23.0}, "VAT_RATE"),
        ({"VAT_RATE": "23"}, "VAT_RATE"),
        ({"VAT_RATE": True}, "VAT_RATE"),
        ({"VAT_RATE": -1}, "VAT_RATE"),
        ({"VAT_RATE": 5001}, "VAT_RATE"),
        ({"INVOICE_SERIES": "inv"}, "INVOICE_SERIES"),
        ({"INVOICE_SERIES": ""}, "INVOICE_SERIES"),
        ({"PRO_FORMA_SERIES": "P" * 13}, "PRO_FORMA_SERIES"),
        ({"CREDIT_NOTE_SERIES": "INV"}, "must differ"),
        ({"TOP_UP_SMALLEST": 150}, "TOP_UP_SMALLEST"),
        ({"TOP_UP_SMALLEST": 0}, "TOP_UP_SMALLEST"),
        ({"TOP_UP_SMALLEST": 200_000_000}, "not be more than"),
        ({"TOP_UP_LARGEST": 10**12}, "TOP_UP_LARGEST"),
        ({"TOP_UP_PACKAGES": ["25"]}, "TOP_UP_PACKAGES"),
        ({"TOP_UP_PACKAGES": 250_000}, "TOP_UP_PACKAGES"),
        ({"TOP_UP_PACKAGES": [250_050]}, "TOP_UP_PACKAGES"),
        ({"TOP_UP_PACKAGES": [50_000]}, "between"),
        ({"TOP_UP_DAYS": 0}, "TOP_UP_DAYS"),
        ({"INVOICE_YEARS": 0}, "INVOICE_YEARS"),
        ({"ADJUSTMENT_LIMIT": -1}, "ADJUSTMENT_LIMIT"),
        ({"TRIAL_GUESTS": -1}, "TRIAL_GUESTS"),
        ({"STRIPE_SECRET_KEY": "sk_live_1"}, "both, or neither"),
        ({"STRIPE_WEBHOOK_SECRET": "whsec_1"}, "both, or neither"),
        (STRIPE | {"STRIPE_SECRET_KEY": "pk_live_1"}, "sk_ or rk_"),
        (STRIPE | {"STRIPE_WEBHOOK_SECRET": "sk_live_1"}, "whsec_"),
        (STRIPE | {"STRIPE_SECRET_KEY": "sk_test_1", "PRODUCTION": True}, "test key"),
        ({"STRIPE_URL": "http://127.0.0.1:8420", "PRODUCTION": True}, "STRIPE_URL"),
        ({"STRIPE_URL": "http://stripe.example"}, "STRIPE_URL"),
        ({"VIES_URL": "ftp://vies.example"}, "VIES_URL"),
        ({"VIES_URL": "http://vies.example"}, "VIES_URL"),
        ({"VIES_URL": "http://localhost:1", "PRODUCTION": True}, "VIES_URL"),
        ({"VIES_URL": "vies"}, "VIES_URL"),
        ({"OPERATOR_LOGO": "/nowhere/logo.png"}, "cannot be read"),
    ],
)
def test_invalid_settings_are_reported_in_one_line(
    changes: dict[str, object], message: str
) -> None:
    line = problem(changes)
    assert message in line
    assert "\n" not in line


@pytest.mark.parametrize(
    ("name", "content", "fits"),
    [
        ("logo.png", b"\x89PNG\r\n\x1a\n", True),
        ("logo.SVG", b'\n<svg xmlns="http://www.w3.org/2000/svg"/>', True),
        ("logo.jpeg", b"\xff\xd8\xff\xe0", True),
        ("logo.png", b"<svg/>", False),
        ("logo.gif", b"GIF89a", False),
        ("logo.png", b"", False),
    ],
)
def test_a_logo_must_be_a_picture(tmp_path: Path, name: str, content: bytes, fits: bool) -> None:
    (tmp_path / name).write_bytes(content)
    assert (problem({"OPERATOR_LOGO": str(tmp_path / name)}) == "") == fits


def test_it_refuses_to_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROMOSMS_INSTANCE", str(tmp_path))
    with pytest.raises(ConfigError, match="OPERATOR_IBAN"):
        create_app(POLAND | {"OPERATOR_IBAN": "PL00"})


def test_settings_come_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROMOSMS_INSTANCE", str(tmp_path))
    (tmp_path / "logo.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    for name, value in POLAND.items():
        monkeypatch.setenv(f"PROMOSMS_{name}", str(value))
    monkeypatch.setenv("PROMOSMS_TOP_UP_PACKAGES", "250000, 500000")
    monkeypatch.setenv("PROMOSMS_LANGUAGES", "pl, en")
    monkeypatch.setenv("PROMOSMS_OPERATOR_LOGO", "logo.png")
    app = create_app()
    assert settings_of(app).top_up_packages == (250_000, 500_000)
    assert settings_of(app).languages == ("pl", "en")
    assert settings_of(app).operator_logo == str(tmp_path / "logo.png")
    with app.app_context():
        sold = seller.seller()
    assert sold is not None
    assert (sold.rate, sold.iban, sold.specimen) == (2300, "PL61109010140000071219812874", False)
    monkeypatch.setenv("PROMOSMS_TOP_UP_PACKAGES", "25 EUR")
    with pytest.raises(ConfigError, match="PROMOSMS_TOP_UP_PACKAGES"):
        create_app()


def test_config_check_shows_the_seller_and_no_secret(app: Flask) -> None:
    assert "A specimen sells" in _checked(app)
    override(app, production=True)
    assert "Nothing is sold: to change that, set OPERATOR_NAME" in _checked(app)
    override(app, POLAND)
    assert "sells, VAT 23 %, by bank transfer.\n" in _checked(app)
    override(app, STRIPE)
    assert "by bank transfer and card." in _checked(app)
    assert "sk_live_1" not in _checked(app)
    assert "whsec_1" not in _checked(app)


def test_config_check_says_whom_the_privacy_page_names(app: Flask) -> None:
    assert "Note: OPERATOR_NAME and OPERATOR_EMAIL are not set: " in _checked(app)
    override(app, operator_name="Quiet Texts")
    assert "Note: OPERATOR_EMAIL is not set: " in _checked(app)
    override(app, operator_email="hello@quiet.example")
    assert "The privacy page names Quiet Texts (hello@quiet.example).\n" in _checked(app)


def _checked(app: Flask) -> str:
    return commands.run(app, "config-check").output


def test_config_check_names_the_seller(app: Flask) -> None:
    with app.app_context():
        override(app, operator_name="Named on the policy pages")
        tried = seller.seller()
        assert tried is not None
        assert tried.specimen
        override(app, production=True)
        assert seller.seller() is None
        override(app, POLAND)
        sold = seller.seller()
        assert sold is not None
        assert not sold.specimen
        override(app, production=False, operator_city="")
        assert seller.seller() is None

"""QR codes that banking apps scan."""

from dataclasses import replace

import pytest
import segno

from promosms.services.invoices.seller import SPECIMEN
from promosms.services.payments import payment_qr

REFERENCE = "PS-7K3M-94QD"
POLISH = replace(SPECIMEN, iban="PL61109010140000071219812874", name="Teksty Krótkie sp. z o.o.")


def drawn(text: str, boost: bool) -> str:
    code = segno.make_qr(text, error="m", encoding="utf-8", boost_error=boost)
    return code.svg_inline(
        border=4, dark="#000", light="#fff", omitsize=True, svgclass=None, lineclass=None
    )


def test_for_euros_it_is_the_code_of_the_european_payments_council() -> None:
    lines = ["BCD", "002", "1", "SCT", "COBADEFFXXX", "Specimen Texts GmbH"]
    lines += ["DE89370400440532013000", "EUR61.5", "", "", REFERENCE]
    svg = payment_qr.svg(SPECIMEN, "EUR", 615_000, REFERENCE)
    assert svg == drawn("\n".join(lines), boost=False)


def test_for_zlotys_it_is_the_code_of_the_polish_banks() -> None:
    text = f"|PL|61109010140000071219812874|006150|Teksty Krótkie sp. z|{REFERENCE}|||"
    assert payment_qr.svg(POLISH, "PLN", 615_000, REFERENCE) == drawn(text, boost=True)


@pytest.mark.parametrize("change", [{"bic": "what"}, {"bic": ""}, {"name": "Ż" * 200}])
def test_odd_settings_do_not_break_it(change: dict[str, str]) -> None:
    assert payment_qr.svg(replace(SPECIMEN, **change), "EUR", 100, REFERENCE)


@pytest.mark.parametrize(
    ("currency", "amount"), [("GBP", 100), ("EUR", 0), ("EUR", 10**15), ("PLN", 10**8)]
)
def test_other_currencies_have_no_code(currency: str, amount: int) -> None:
    assert payment_qr.svg(POLISH, currency, amount, REFERENCE) == ""


def test_zlotys_to_a_foreign_account_have_no_code() -> None:
    assert payment_qr.svg(SPECIMEN, "PLN", 100, REFERENCE) == ""

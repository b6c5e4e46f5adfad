"""The seller: who issues the invoices, as the settings name him, and what is missing to sell.

While nothing of it is set and the installation is not in production, a specimen sells, so that the
whole way can be tried: its invoices say in large letters that they are none.
"""

from dataclasses import dataclass

from promosms.settings import setting
from promosms.settings.selling_checks import NEEDED, TELLING


@dataclass(frozen=True)
class Seller:
    """`tax_id` with the country prefix in the EU; `rate` is the VAT in 1/100 of a percent."""

    name: str
    street: str
    postcode: str
    city: str
    country: str
    tax_id: str
    email: str
    iban: str
    bic: str
    bank: str
    rate: int
    specimen: bool = False


SPECIMEN = Seller(
    name="Specimen Texts GmbH",
    street="Musterstrasse 1",
    postcode="10115",
    city="Berlin",
    country="DE",
    tax_id="DE136695976",
    email="billing@example.com",
    iban="DE89370400440532013000",
    bic="COBADEFFXXX",
    bank="Specimen Bank",
    rate=1900,
    specimen=True,
)


def missing() -> list[str]:
    """The names of the settings that an invoice needs and nobody has set."""
    return [name for name in NEEDED if not setting(name)]


def seller() -> Seller | None:
    """Who sells; None when the operator has not said enough, so that nothing can be bought."""
    if not missing():
        return _configured()
    begun = any(setting(name) for name in TELLING)
    return None if begun or setting("PRODUCTION") else SPECIMEN


def _configured() -> Seller:
    return Seller(
        name=setting("OPERATOR_NAME"),
        street=setting("OPERATOR_STREET"),
        postcode=setting("OPERATOR_POSTCODE"),
        city=setting("OPERATOR_CITY"),
        country=setting("OPERATOR_COUNTRY").upper(),
        tax_id=setting("OPERATOR_TAX_ID").replace(" ", "").upper(),
        email=setting("OPERATOR_EMAIL"),
        iban=setting("OPERATOR_IBAN").replace(" ", "").upper(),
        bic=setting("OPERATOR_BIC"),
        bank=setting("OPERATOR_BANK"),
        rate=setting("VAT_RATE"),
    )

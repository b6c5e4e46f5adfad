"""The seller: the operator as the settings name it, who issues the invoices.

While none of these settings is set and the installation is not in production, a specimen seller
takes its place, so that buying can be tried. Its invoices are marked as specimens.
"""

from dataclasses import dataclass

from promosms.settings import selling_checks, settings


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
    """The names of the settings that an invoice needs and that are not set."""
    return selling_checks.missing(settings)


def seller() -> Seller | None:
    """The seller; None when settings are missing, and then nothing can be bought."""
    if not missing():
        return _from_settings()
    tried_out = selling_checks.untouched(settings) and not settings.production
    return SPECIMEN if tried_out else None


def _from_settings() -> Seller:
    return Seller(
        name=settings.operator_name,
        street=settings.operator_street,
        postcode=settings.operator_postcode,
        city=settings.operator_city,
        country=settings.operator_country.upper(),
        tax_id=settings.operator_tax_id.replace(" ", "").upper(),
        email=settings.operator_email,
        iban=settings.operator_iban.replace(" ", "").upper(),
        bic=settings.operator_bic,
        bank=settings.operator_bank,
        rate=settings.vat_rate,
    )

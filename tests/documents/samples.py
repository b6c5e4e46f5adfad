"""Documents to look at and to test with."""

from dataclasses import replace
from datetime import date
from typing import Any

from promosms.documents.data import InvoiceData, InvoiceLine, Original, Party
from promosms.documents.tax import TaxCase, tax_on

GERMAN_SELLER = Party(
    name="Specimen Texts GmbH",
    street="Musterstraße 1",
    postcode="10115",
    city="Berlin",
    country="DE",
    tax_id="DE136695976",
    email="billing@example.com",
    iban="DE89370400440532013000",
    bic="COBADEFFXXX",
    bank="Specimen Bank",
)
POLISH_SELLER = Party(
    name="Wiadomości Próbne sp. z o.o.",
    street="ul. Źródlana 7/2",
    postcode="00-950",
    city="Warszawa",
    country="PL",
    tax_id="PL5260001246",
    email="faktury@example.pl",
    iban="PL61109010140000071219812874",
    bic="WBKPPLPP",
    bank="Bank Próbny S.A.",
)
BUYERS = {
    "PL": Party(
        "Kwiaciarnia Żółta Łąka", "ul. Świętojańska 12", "81-372", "Gdynia", "PL", "PL7740001454"
    ),
    "DE": Party("Bäckerei Groß & Söhne", "Königsallee 5", "40212", "Düsseldorf", "DE"),
    "FR": Party(
        "Épicerie Fine SARL", "12 rue de l’Église", "75011", "Paris", "FR", "FR40303265045"
    ),
    "CH": Party("Blumen Zürich AG", "Bahnhofstrasse 1", "8001", "Zürich", "CH", "CHE123456788MWST"),
}
TEXT = {"en": "Prepaid credit for text messages", "pl": "Doładowanie salda na wiadomości SMS"}


def invoice(
    seller: Party = GERMAN_SELLER, buyer: Party | None = None, **changed: Any
) -> InvoiceData:
    """An invoice of 250.00 paid by card; `rate`, `tax_case`, `net` and all else can be changed."""
    language = changed.get("language", "en")
    net = changed.get("net", 2_500_000)
    case = changed.get("tax_case", TaxCase.DOMESTIC)
    home = 2300 if seller.country == "PL" else 1900
    rate = changed.get("rate", home if case in (TaxCase.DOMESTIC, TaxCase.OTHER_EU) else 0)
    tax = tax_on(net, rate)
    plain: dict[str, Any] = {
        "kind": "invoice",
        "label": "INV/2026/000042",
        "issued_on": date(2026, 11, 22),
        "supplied_on": date(2026, 11, 21),
        "due_on": None,
        "language": language,
        "currency": "PLN" if seller.country == "PL" else "EUR",
        "seller": seller,
        "buyer": buyer or BUYERS[seller.country],
        "lines": (InvoiceLine(TEXT[language], 1, net, net),),
        "tax_case": str(case),
        "rate": rate,
        "net": net,
        "tax": tax,
        "gross": net + tax,
        "paid": net + tax,
        "method": "card",
        "reference": "PS-7K4M-Q2XD",
    }
    return InvoiceData(**{**plain, **changed})


def credit_note(of: InvoiceData, net: int, reason: str = "Unused credit returned") -> InvoiceData:
    """A credit note over a part of an invoice."""
    tax = tax_on(net, of.rate)
    return replace(
        of,
        kind="credit_note",
        label="CN/2026/000003",
        issued_on=date(2026, 12, 1),
        supplied_on=date(2026, 12, 1),
        lines=(InvoiceLine(of.lines[0].text, -1, net, -net),),
        net=-net,
        tax=-tax,
        gross=-net - tax,
        paid=0,
        original=Original(of.label, of.issued_on, reason, of.net, of.tax, of.gross),
    )


def pro_forma(of: InvoiceData) -> InvoiceData:
    """The request to pay an order by transfer."""
    return replace(
        of,
        kind="pro_forma",
        label="PF/2026/000017",
        method="transfer",
        paid=0,
        due_on=date(2026, 12, 6),
    )

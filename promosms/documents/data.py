"""The frozen copy of an invoice: all its content as plain values.

PDF and XML are rendered only from this, also in five years. Money is an integer in 1/10,000, in
whole cents, negative on a credit note; rates are in 1/100 of a percent; days are in the seller's
time zone.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Party:
    """Seller or buyer. In the EU, `tax_id` begins with the prefix of VIES; "" without one."""

    name: str
    street: str
    postcode: str
    city: str
    country: str
    tax_id: str = ""
    email: str = ""
    iban: str = ""
    bic: str = ""
    bank: str = ""


@dataclass(frozen=True)
class InvoiceLine:
    """`text` is in the language of the invoice."""

    text: str
    quantity: int
    price: int
    net: int


@dataclass(frozen=True)
class Original:
    """The invoice that a credit note corrects. `reason` is in the language of the document."""

    label: str
    issued_on: date
    reason: str
    net: int
    tax: int
    gross: int


@dataclass(frozen=True)
class InvoiceData:
    """One document. `kind` is "invoice", "credit_note" or "pro_forma".

    `tax_case` is a documents.tax.TaxCase; `supplied_on` is the day of the payment, when the VAT of
    a prepayment falls due; `method` is a models.PayMethod, `reference` the payment reference.
    `consultation` is the number of the VIES confirmation.
    """

    kind: str
    label: str
    issued_on: date
    supplied_on: date
    due_on: date | None
    language: str
    currency: str
    seller: Party
    buyer: Party
    lines: tuple[InvoiceLine, ...]
    tax_case: str
    rate: int
    net: int
    tax: int
    gross: int
    paid: int
    method: str
    reference: str
    consultation: str = ""
    original: Original | None = None
    specimen: bool = False
    logo: str = ""
    extra: dict[str, str] = field(default_factory=dict)


def frozen(data: InvoiceData) -> dict[str, Any]:
    """The document as values for JSON."""
    plain: dict[str, Any] = json.loads(json.dumps(asdict(data), default=date.isoformat))
    return plain


def thawed(plain: dict[str, Any]) -> InvoiceData:
    """The document from the values of `frozen`."""
    original = plain.get("original")
    due = plain.get("due_on")
    return InvoiceData(
        **{
            **plain,
            "issued_on": date.fromisoformat(plain["issued_on"]),
            "supplied_on": date.fromisoformat(plain["supplied_on"]),
            "due_on": date.fromisoformat(due) if due else None,
            "seller": Party(**plain["seller"]),
            "buyer": Party(**plain["buyer"]),
            "lines": tuple(InvoiceLine(**line) for line in plain["lines"]),
            "original": original
            and Original(**{**original, "issued_on": date.fromisoformat(original["issued_on"])}),
        }
    )


def digest(plain: dict[str, Any]) -> str:
    """SHA-256 of the values in canonical order, in hexadecimal."""
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()

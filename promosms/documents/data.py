"""The frozen copy of an invoice: everything that stands on it, as plain values.

PDF and XML are made from this and nothing else, today or in five years. Money is integers of
1/10,000 in whole cents, negative on a credit note; rates are 1/100 of a percent; days are dates in
the zone of the seller.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Party:
    """Seller or buyer. `tax_id` begins with the prefix of VIES in the EU; empty: has none."""

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
    """What a credit note corrects. `reason` is in the language of the document."""

    label: str
    issued_on: date
    reason: str
    net: int
    tax: int
    gross: int


@dataclass(frozen=True)
class InvoiceData:
    """One document. `kind` is "invoice", "credit_note" or "pro_forma".

    `tax_case` is a documents.tax.TaxCase; `supplied_on` is the day of the payment, on which VAT
    falls due for a prepayment; `method` is a models.PayMethod, `reference` names the payment.
    `consultation` is the number by which VIES has confirmed the buyer.
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
    """The values as JSON can hold them."""
    plain: dict[str, Any] = json.loads(json.dumps(asdict(data), default=date.isoformat))
    return plain


def thawed(plain: dict[str, Any]) -> InvoiceData:
    """The document that `frozen` has put away."""
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
    """SHA-256 over the values in a canonical order, in hexadecimal."""
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()

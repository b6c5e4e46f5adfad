"""Paid top-ups for tests of invoices: the rows are written without the services."""

import itertools
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from promosms.db.transactions import transaction
from promosms.documents import tax
from promosms.models import Invoice, Payment, TopUp, TopUpStatus, now
from promosms.services.invoices import invoices

BUYER = {
    "name": "Żaneta Łąka & Söhne <b>GmbH</b>",
    "street": "Hauptstraße 1",
    "postcode": "10115",
    "city": "Berlin",
    "country": "DE",
    "tax_id": "DE136695976",
    "email": "books@example.com",
}
POLISH = {
    "OPERATOR_NAME": "Łódzkie Teksty sp. z o.o.",
    "OPERATOR_STREET": "Piotrkowska 1",
    "OPERATOR_POSTCODE": "90-001",
    "OPERATOR_CITY": "Łódź",
    "OPERATOR_COUNTRY": "PL",
    "OPERATOR_TAX_ID": "PL5260001246",
    "OPERATOR_EMAIL": "faktury@example.com",
    "OPERATOR_IBAN": "PL61109010140000071219812874",
    "VAT_RATE": 2300,
    "CURRENCY": "PLN",
}
_numbers = itertools.count(1)


def top_up(account_id: int, net: int = 500_000, **more: Any) -> TopUp:
    """A top-up that has been paid; `net` in 1/10,000."""
    rate = more.pop("rate", 1900)
    vat = tax.tax_on(net, rate)
    values: dict[str, Any] = {
        "account_id": account_id,
        "status": TopUpStatus.PAID,
        "method": "transfer",
        "currency": "EUR",
        "net": net,
        "tax": vat,
        "gross": net + vat,
        "paid": net + vat,
        "rate": rate,
        "tax_case": "domestic" if rate else "exempt",
        "buyer": BUYER,
        "reference": f"T{next(_numbers):08}",
        "expires_at": now() + timedelta(days=14),
        "paid_at": now(),
    }
    with transaction() as session:
        row = TopUp(**(values | more))
        session.add(row)
        session.flush()
    return row


def payment(of: TopUp, paid_at: datetime | None = None, note: str = "From Żaneta") -> Payment:
    """The payment that has completed a top-up."""
    with transaction() as session:
        row = Payment(
            account_id=of.account_id,
            top_up_id=of.id,
            provider="transfer",
            reference=f"line {of.reference}",
            currency=of.currency,
            amount=of.gross,
            note=note,
            paid_at=paid_at or now(),
        )
        session.add(row)
        session.flush()
    return row


def issued(account_id: int, net: int = 500_000, **more: Any) -> Invoice:
    """The invoice of a new top-up."""
    ordered = top_up(account_id, net, **more)
    return invoices.issue(ordered, payment(ordered, more.get("paid_at")))


def today() -> date:
    """The day in Poland, where these sellers are: in the last hours of UTC it is the next one."""
    return now().astimezone(ZoneInfo("Europe/Warsaw")).date()

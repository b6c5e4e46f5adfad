"""Three ways to the figures of a month: what was invoiced, what was paid, what was credited.

They are booked together, so they agree, but for what explains itself: money that is on no invoice
(an order paid in part or too much, a dispute), an order that was paid over two months, a refund of
what was spent already. Each such difference is listed; together they come to the whole difference.
Days are those of the seller, money is in 1/10,000.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, func, or_, select

from promosms.extensions import db
from promosms.language import gettext as _
from promosms.models import EntryKind, Invoice, LedgerEntry, Payment
from promosms.services.invoices import seller_days
from promosms.services.ledger import totals as ledger_totals
from promosms.settings import settings

Rows = Select[*tuple[Any, ...]]


@dataclass(frozen=True)
class Difference:
    """What one way knows and another does not; `subject` is an invoice's number or a payment's id.

    Of the gross sums (paid against invoiced): "not_invoiced", "paid" (differs from the invoice),
    "paid_elsewhen" (the invoice is of another month). Of the net sums (credited against invoiced):
    "dispute", "credited", "credited_elsewhen", "left" (accounts that are gone).
    """

    kind: str
    subject: str
    amount: int


@dataclass(frozen=True)
class Month:
    """The sums of a month; `gross` and `net` are the differences of the gross and the net ones."""

    first: date
    currency: str
    invoiced_gross: int
    invoiced_net: int
    paid: int
    credited: int
    gross: list[Difference] = field(default_factory=list)
    net: list[Difference] = field(default_factory=list)

    @property
    def agrees(self) -> bool:
        """Are the differences that are listed all that there is?"""
        gross = sum(each.amount for each in self.gross)
        net = sum(each.amount for each in self.net)
        return (self.paid - self.invoiced_gross, self.credited - self.invoiced_net) == (gross, net)


def month(first: date, currency: str | None = None) -> Month:
    """The figures of the month that begins with this day, in the currency of the installation."""
    which = _Scope(first.replace(day=1), currency or settings.currency)
    invoiced = select(_total(Invoice.gross), _total(Invoice.net)).where(*which.invoices)
    gross, net = db.session.execute(invoiced).one()
    paid = db.session.scalar(select(_total(Payment.amount)).where(*which.payments)) or 0
    entries = select(_total(LedgerEntry.amount)).where(*which.entries)
    gone = _gone(which.first)
    return Month(
        which.first,
        which.currency,
        invoiced_gross=int(gross),
        invoiced_net=int(net),
        paid=int(paid),
        credited=int(db.session.scalar(entries) or 0) + sum(gone.values()),
        gross=list(_gross_differences(which)),
        net=list(_net_differences(which, gone)),
    )


def words(difference: Difference) -> str:
    """A difference as a sentence for the operator."""
    subject = difference.subject
    sentences = {
        "not_invoiced": _("Payment %(s)s: a part, too much or disputed, on no invoice.", s=subject),
        "paid": _("Invoice %(s)s: what was paid this month differs from it.", s=subject),
        "paid_elsewhen": _("Invoice %(s)s is of another month than a payment for it.", s=subject),
        "dispute": _("Payment %(s)s is disputed: in the balance, on no invoice.", s=subject),
        "credited": _("Invoice %(s)s: what was credited differs from it.", s=subject),
        "credited_elsewhen": _("Invoice %(s)s is of another month than its credit.", s=subject),
        "left": _("Accounts that are gone: refunds of what they had spent, or disputes."),
    }  # fmt: skip
    return str(sentences[difference.kind])


class _Scope:
    """The rows of the month in each table."""

    def __init__(self, first: date, currency: str) -> None:
        self.first, self.currency = first, currency
        after = (first + timedelta(days=31)).replace(day=1)
        zone = seller_days.zone()
        begin, end = (datetime.combine(day, time(), zone) for day in (first, after))
        self.of_month: ColumnElement[bool] = Invoice.issued_on.between(
            first, after - timedelta(days=1)
        )
        self.invoices = (self.of_month, Invoice.currency == currency)
        self.payments = (
            Payment.created_at >= begin,
            Payment.created_at < end,
            Payment.currency == currency,
        )
        self.entries = (
            LedgerEntry.created_at >= begin,
            LedgerEntry.created_at < end,
            LedgerEntry.payment_id.is_not(None),
        )


def _gross_differences(which: _Scope) -> Iterator[Difference]:
    paid = (
        select(Payment.invoice_id, _total(Payment.amount).label("sum"))
        .where(*which.payments)
        .group_by(Payment.invoice_id)
        .subquery()
    )
    yield from _unlike(which, paid, Invoice.gross, "paid")
    alone: Rows = select(Payment.public_id, Payment.amount).where(
        *which.payments, Payment.invoice_id.is_(None)
    )
    yield from _listed(alone, "not_invoiced")
    yield from _listed(_elsewhen(which, paid), "paid_elsewhen")


def _net_differences(which: _Scope, gone: dict[str, int]) -> Iterator[Difference]:
    credited = (
        select(Payment.invoice_id, _total(LedgerEntry.amount).label("sum"))
        .join(Payment, Payment.id == LedgerEntry.payment_id)
        .where(*which.entries)
        .group_by(Payment.invoice_id)
        .subquery()
    )
    there = Invoice.account_id.is_not(None)
    yield from _unlike(which, credited, Invoice.net, "credited", there)
    alone: Rows = (
        select(Payment.public_id, LedgerEntry.amount)
        .join(Payment, Payment.id == LedgerEntry.payment_id)
        .where(*which.entries, Payment.invoice_id.is_(None))
    )
    yield from _listed(alone, "dispute")
    yield from _listed(_elsewhen(which, credited), "credited_elsewhen")
    nobodys = select(_total(Invoice.net)).where(*which.invoices, Invoice.account_id.is_(None))
    left = sum(gone.values()) - int(db.session.scalar(nobodys) or 0)
    if left:
        yield Difference("left", "", left)


def _unlike(
    which: _Scope, sums: Subquery, owed: Any, kind: str, *more: ColumnElement[bool]
) -> Iterator[Difference]:
    """Invoices of the month that are not what the sums say."""
    difference = func.coalesce(sums.c.sum, 0) - owed
    query = (
        select(Invoice.label, difference)
        .outerjoin(sums, sums.c.invoice_id == Invoice.id)
        .where(*which.invoices, *more, difference != 0)
    )
    yield from _listed(query.order_by(Invoice.id), kind)


def _elsewhen(which: _Scope, sums: Subquery) -> Rows:
    other = or_(~which.of_month, Invoice.currency != which.currency)
    query = select(Invoice.label, sums.c.sum).join(sums, sums.c.invoice_id == Invoice.id)
    return query.where(other, sums.c.sum != 0).order_by(Invoice.id)


def _listed(query: Rows, kind: str) -> Iterator[Difference]:
    for subject, amount in db.session.execute(query):
        if amount:
            yield Difference(kind, subject, int(amount))


def _gone(first: date) -> dict[str, int]:
    """What accounts that have left had credited from payments in the month."""
    kinds = (ledger_totals.TOP_UP, EntryKind.REFUND, EntryKind.DISPUTE)
    sums = ledger_totals.of_month(f"{first:%Y-%m}")
    return {kind: sums[kind] for kind in kinds if kind in sums}


def _total(column: Any) -> ColumnElement[int]:
    return func.coalesce(func.sum(column), 0)

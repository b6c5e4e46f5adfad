"""Reconciliation of a month: compares what was invoiced, paid and credited.

The three are booked together, so they differ only for known reasons: money on no invoice (a
top-up paid in part or overpaid, a dispute), a top-up paid over two months, a refund of money that
was spent already. Each such difference is listed, and their sum must be the whole difference.
Days are in the seller's time zone, money is in 1/10,000.
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
    """A difference with its reason; `subject` is the number of an invoice or the id of a payment.

    Kinds for gross sums (paid against invoiced): "not_invoiced", "paid" (differs from the
    invoice), "paid_elsewhere" (the invoice is of another month). Kinds for net sums (credited
    against invoiced): "dispute", "credited", "credited_elsewhere", "erased" (erased accounts).
    """

    kind: str
    subject: str
    amount: int


@dataclass(frozen=True)
class Month:
    """The sums of a month, with the differences of the gross and of the net sums."""

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
        """Do the listed differences explain the whole difference?"""
        gross = sum(difference.amount for difference in self.gross)
        net = sum(difference.amount for difference in self.net)
        return (self.paid - self.invoiced_gross, self.credited - self.invoiced_net) == (gross, net)


def month(first: date, currency: str | None = None) -> Month:
    """The figures of a month by any of its days, by default in the installation's currency."""
    scope = _Scope(first.replace(day=1), currency or settings.currency)
    invoiced = select(_total(Invoice.gross), _total(Invoice.net)).where(*scope.invoices)
    gross, net = db.session.execute(invoiced).one()
    paid = db.session.scalar(select(_total(Payment.amount)).where(*scope.payments)) or 0
    entries = select(_total(LedgerEntry.amount)).where(*scope.entries)
    erased = _erased(scope.first)
    return Month(
        scope.first,
        scope.currency,
        invoiced_gross=int(gross),
        invoiced_net=int(net),
        paid=int(paid),
        credited=int(db.session.scalar(entries) or 0) + sum(erased.values()),
        gross=list(_gross_differences(scope)),
        net=list(_net_differences(scope, erased)),
    )


def sentence(difference: Difference) -> str:
    """A difference as a sentence for the operator."""
    subject = difference.subject
    sentences = {
        "not_invoiced": _("Payment %(s)s: a part, too much or disputed, on no invoice.", s=subject),
        "paid": _("Invoice %(s)s: what was paid this month differs from it.", s=subject),
        "paid_elsewhere": _("Invoice %(s)s is of another month than a payment for it.", s=subject),
        "dispute": _("Payment %(s)s is disputed: in the balance, on no invoice.", s=subject),
        "credited": _("Invoice %(s)s: what was credited differs from it.", s=subject),
        "credited_elsewhere": _("Invoice %(s)s is of another month than its credit.", s=subject),
        "erased": _("Accounts that are gone: refunds of what they had spent, or disputes."),
    }  # fmt: skip
    return str(sentences[difference.kind])


class _Scope:
    """The conditions for the rows of the month in each table."""

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


def _gross_differences(scope: _Scope) -> Iterator[Difference]:
    paid = (
        select(Payment.invoice_id, _total(Payment.amount).label("sum"))
        .where(*scope.payments)
        .group_by(Payment.invoice_id)
        .subquery()
    )
    yield from _different(scope, paid, Invoice.gross, "paid")
    not_invoiced: Rows = select(Payment.public_id, Payment.amount).where(
        *scope.payments, Payment.invoice_id.is_(None)
    )
    yield from _list(not_invoiced, "not_invoiced")
    yield from _list(_other_month(scope, paid), "paid_elsewhere")


def _net_differences(scope: _Scope, erased: dict[str, int]) -> Iterator[Difference]:
    credited = (
        select(Payment.invoice_id, _total(LedgerEntry.amount).label("sum"))
        .join(Payment, Payment.id == LedgerEntry.payment_id)
        .where(*scope.entries)
        .group_by(Payment.invoice_id)
        .subquery()
    )
    not_erased = Invoice.account_id.is_not(None)
    yield from _different(scope, credited, Invoice.net, "credited", not_erased)
    disputed: Rows = (
        select(Payment.public_id, LedgerEntry.amount)
        .join(Payment, Payment.id == LedgerEntry.payment_id)
        .where(*scope.entries, Payment.invoice_id.is_(None))
    )
    yield from _list(disputed, "dispute")
    yield from _list(_other_month(scope, credited), "credited_elsewhere")
    invoiced = select(_total(Invoice.net)).where(*scope.invoices, Invoice.account_id.is_(None))
    left = sum(erased.values()) - int(db.session.scalar(invoiced) or 0)
    if left:
        yield Difference("erased", "", left)


def _different(
    scope: _Scope, sums: Subquery, invoiced: Any, kind: str, *more: ColumnElement[bool]
) -> Iterator[Difference]:
    """Invoices of the month whose amount is not the sum of their payments or credits."""
    difference = func.coalesce(sums.c.sum, 0) - invoiced
    query = (
        select(Invoice.label, difference)
        .outerjoin(sums, sums.c.invoice_id == Invoice.id)
        .where(*scope.invoices, *more, difference != 0)
    )
    yield from _list(query.order_by(Invoice.id), kind)


def _other_month(scope: _Scope, sums: Subquery) -> Rows:
    other = or_(~scope.of_month, Invoice.currency != scope.currency)
    query = select(Invoice.label, sums.c.sum).join(sums, sums.c.invoice_id == Invoice.id)
    return query.where(other, sums.c.sum != 0).order_by(Invoice.id)


def _list(query: Rows, kind: str) -> Iterator[Difference]:
    for subject, amount in db.session.execute(query):
        if amount:
            yield Difference(kind, subject, int(amount))


def _erased(first: date) -> dict[str, int]:
    """What erased accounts were credited for payments in the month."""
    kinds = (ledger_totals.TOP_UP, EntryKind.REFUND, EntryKind.DISPUTE)
    sums = ledger_totals.of_month(f"{first:%Y-%m}")
    return {kind: sums[kind] for kind in kinds if kind in sums}


def _total(column: Any) -> ColumnElement[int]:
    return func.coalesce(func.sum(column), 0)

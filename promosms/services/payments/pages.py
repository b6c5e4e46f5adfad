"""Payments as admins see them: each with its account, its top-up and its invoice."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Select, select

from promosms.extensions import db
from promosms.lib.pages import Page, page_of, select_page
from promosms.models import Account, Invoice, Payment, TopUp
from promosms.services.invoices import seller_days

PAGE = 50


@dataclass(frozen=True)
class Movement:
    """A payment; account and top-up are None after the account was erased."""

    payment: Payment
    account: Account | None
    top_up: TopUp | None
    invoice: Invoice | None


@dataclass(frozen=True)
class PaymentFilter:
    """Which payments; "" and None do not filter. Days are those of the seller's time zone."""

    provider: str = ""
    kind: str = ""
    first: date | None = None
    last: date | None = None


def page(filters: PaymentFilter, after: int | None = None) -> Page[Movement]:
    """A page of payments, the newest first."""
    query = _movements()
    if filters.provider:
        query = query.where(Payment.provider == filters.provider)
    if filters.kind:
        query = query.where(Payment.kind == filters.kind)
    if filters.first and filters.first > date.min:  # its midnight may be a year before the first
        query = query.where(Payment.paid_at >= _midnight(filters.first))
    if filters.last and filters.last < date.max:
        query = query.where(Payment.paid_at < _midnight(filters.last + timedelta(days=1)))
    movements = _read(select_page(query, Payment.id, after, PAGE))
    return page_of(movements, PAGE, lambda movement: movement.payment.id)


def find(public_id: str) -> Movement | None:
    """One payment."""
    return next(iter(_read(_movements().where(Payment.public_id == public_id))), None)


def of_top_up(top_up_id: int) -> list[Movement]:
    """All payments of a top-up with their invoices, the oldest first."""
    return _read(_movements().where(Payment.top_up_id == top_up_id).order_by(Payment.id))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), seller_days.zone())


def _movements() -> Select[Payment, Account, TopUp, Invoice]:
    return (
        select(Payment, Account, TopUp, Invoice)
        .outerjoin(Account, Account.id == Payment.account_id)
        .outerjoin(TopUp, TopUp.id == Payment.top_up_id)
        .outerjoin(Invoice, Invoice.id == Payment.invoice_id)
    )


def _read(query: Select[Payment, Account, TopUp, Invoice]) -> list[Movement]:
    return [Movement(*row) for row in db.session.execute(query)]

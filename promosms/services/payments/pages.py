"""Payments as admins see them: what came and went, with the order and the document of each."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Select, select

from promosms.extensions import db
from promosms.models import Account, Invoice, Payment, TopUp
from promosms.services.invoices import seller_days

PAGE = 50


@dataclass(frozen=True)
class Movement:
    """A payment; account and order are None when the account has left."""

    payment: Payment
    account: Account | None
    top_up: TopUp | None
    invoice: Invoice | None


@dataclass(frozen=True)
class Narrowed:
    """What is wanted: "" and None let everything through. Days are those of the seller."""

    provider: str = ""
    kind: str = ""
    first: date | None = None
    last: date | None = None


def page(wanted: Narrowed, before: int | None = None, limit: int = PAGE) -> list[Movement]:
    """Payments from the newest on, older than the one with the id `before`."""
    query = _movements().order_by(Payment.id.desc()).limit(limit)
    if before is not None:
        query = query.where(Payment.id < before)
    if wanted.provider:
        query = query.where(Payment.provider == wanted.provider)
    if wanted.kind:
        query = query.where(Payment.kind == wanted.kind)
    if wanted.first:
        query = query.where(Payment.paid_at >= _midnight(wanted.first))
    if wanted.last and wanted.last < date.max:
        query = query.where(Payment.paid_at < _midnight(wanted.last + timedelta(days=1)))
    return _read(query)


def find(public_id: str) -> Movement | None:
    """One payment."""
    return next(iter(_read(_movements().where(Payment.public_id == public_id))), None)


def of_top_up(top_up_id: int) -> list[Movement]:
    """Everything that came and went for an order, in order."""
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

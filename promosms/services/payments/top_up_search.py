"""Orders: the top-ups of all accounts as admins see them, to find one and to book what has come."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from string import ascii_lowercase, ascii_uppercase

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.language import money
from promosms.models import Account, Invoice, InvoiceKind, PayMethod, TopUp, TopUpStatus
from promosms.services.audit import log as audit_log
from promosms.services.payments import payments, top_ups
from promosms.settings import settings

PAGE = 50
PLAIN = str.maketrans(ascii_uppercase, ascii_lowercase)
TO_CONFIRM = and_(TopUp.status == TopUpStatus.OPEN, TopUp.method == PayMethod.TRANSFER)
CREDITED = (
    select(func.coalesce(func.sum(Invoice.gross), 0))
    .where(Invoice.top_up_id == TopUp.id, Invoice.kind == InvoiceKind.CREDIT_NOTE)
    .correlate(TopUp)
    .scalar_subquery()
)
# What came and is on no invoice, though nothing more is awaited; as payments.surplus has it.
SURPLUS = case(
    (TopUp.status == TopUpStatus.PAID, TopUp.paid - TopUp.gross - CREDITED),
    (TopUp.status == TopUpStatus.OPEN, 0),
    else_=TopUp.paid,
)
Orders = Select[TopUp, Account, int]


class Which(StrEnum):
    """The lists of orders."""

    OPEN = "open"
    TOO_MUCH = "too_much"
    ALL = "all"


class LineUsed(Exception):
    """This line of the bank statement is booked already: `order` says for what."""

    def __init__(self, order: "Order | None") -> None:
        super().__init__()
        self.order = order


@dataclass(frozen=True)
class Order:
    """A top-up, the account that it is for, and what came too much, gross in 1/10,000."""

    top_up: TopUp
    account: Account
    surplus: int

    @property
    def missing(self) -> int:
        """What is still to come, gross in 1/10,000."""
        return payments.due(self.top_up)


def page(which: Which, beyond: int | None = None, limit: int = PAGE) -> list[Order]:
    """A list of orders beyond the one with an id: those to confirm from the oldest on."""
    if which is Which.OPEN:
        query = _orders().where(TO_CONFIRM).order_by(TopUp.id)
        query = query if beyond is None else query.where(TopUp.id > beyond)
    else:
        query = _orders().order_by(TopUp.id.desc())
        query = query if which is Which.ALL else query.where(SURPLUS > 0)
        query = query if beyond is None else query.where(TopUp.id < beyond)
    return _read(query.limit(limit))


def search(wanted: str, amount: int | None = None) -> list[Order]:
    """Orders by payment reference, company name, number of the pro forma or amount.

    Those to confirm come first; `amount` is what was typed, in 1/10,000, if it was one.
    """
    named = top_ups.by_reference(wanted)
    if named is not None:
        return _read(_orders().where(TopUp.id == named.id))
    fits = [_named(wanted), func.lower(TopUp.number) == wanted.lower()]
    if amount is not None:
        fits += [TopUp.gross == amount, TopUp.gross - TopUp.paid == amount]
    query = _orders().where(or_(*fits)).order_by(TO_CONFIRM.desc(), TopUp.id.desc())
    return _read(query.limit(PAGE))


def find(public_id: str) -> Order | None:
    """One order."""
    found = _read(_orders().where(TopUp.public_id == public_id))
    return found[0] if found else None


def of_account(account: Account, limit: int = 10) -> list[Order]:
    """The latest orders of an account."""
    own = _orders().where(TopUp.account_id == account.id)
    return _read(own.order_by(TopUp.id.desc()).limit(limit))


def waiting() -> int:
    """How many transfers wait for their money."""
    return db.session.scalar(select(func.count()).select_from(TopUp).where(TO_CONFIRM)) or 0


def too_much() -> int:
    """For how many orders more has come than they cost."""
    return db.session.scalar(select(func.count()).select_from(TopUp).where(SURPLUS > 0)) or 0


def bank_line(typed: str) -> str:
    """The name of a line of the bank statement, however it was typed."""
    return "".join(typed.split()).upper()


def receive(top_up: TopUp, line: str, amount: int, paid_at: datetime, actor: str) -> bool:
    """Book a line of the bank statement; False if exactly this was booked before.

    Raises LineUsed when the line was booked for another order or with another amount, and
    payments.WrongCurrency and AccountGone.
    """
    top_up_id, reference = top_up.id, bank_line(line)
    try:
        with transaction() as session:
            known = payments.find(payments.TRANSFER, reference)
            payments.receive(
                top_up_id,
                payments.TRANSFER,
                reference,
                amount,
                actor=actor,
                paid_at=paid_at,
                currency=settings.currency,
            )
            if known is None:
                _record(session, top_up_id, actor, "top_up.receive", amount)
            return known is None
    except payments.ReferenceTaken as error:
        raise LineUsed(_order_of(reference)) from error


def settle_short(top_up: TopUp, actor: str) -> None:
    """Be content with what has come; raises payments.NothingToSettle and AccountGone."""
    with transaction() as session:
        settled = payments.settle_short(top_up.id, actor)
        _record(session, settled.id, actor, "top_up.settle", settled.gross)


def _record(session: Session, top_up_id: int, actor: str, act: str, amount: int) -> None:
    account_id = session.get_one(TopUp, top_up_id).account_id
    audit_log.record(actor, act, session.get_one(Account, account_id).public_id, money(amount))


def _order_of(reference: str) -> Order | None:
    booked = payments.find(payments.TRANSFER, reference)
    if booked is None or booked.top_up_id is None:
        return None
    return next(iter(_read(_orders().where(TopUp.id == booked.top_up_id))), None)


def _orders() -> Orders:
    query = select(TopUp, Account, SURPLUS)
    return query.join(Account, Account.id == TopUp.account_id)


def _read(query: Orders) -> list[Order]:
    found = db.session.execute(query)
    return [Order(top_up, account, max(int(extra), 0)) for top_up, account, extra in found]


def _named(wanted: str) -> ColumnElement[bool]:
    """By company; SQLite folds plain letters only, so the usual ways to write others are tried."""
    name = func.lower(TopUp.buyer["name"].as_string())
    written = {wanted.lower(), wanted.upper().translate(PLAIN), wanted.title().translate(PLAIN)}
    return or_(*(name.contains(each, autoescape=True) for each in written))

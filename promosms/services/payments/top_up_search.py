"""The top-ups of all accounts, for admins: lists, search, and how many need attention."""

from dataclasses import dataclass
from enum import StrEnum
from string import ascii_lowercase, ascii_uppercase

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from promosms.extensions import db
from promosms.lib.pages import Page, page_of, select_page
from promosms.models import Account, Invoice, InvoiceKind, PayMethod, TopUp, TopUpStatus
from promosms.services.payments import payments, top_ups

PAGE = 50
LOWER_ASCII = str.maketrans(ascii_uppercase, ascii_lowercase)
TO_CONFIRM = and_(TopUp.status == TopUpStatus.OPEN, TopUp.method == PayMethod.TRANSFER)
CREDITED = (
    select(func.coalesce(func.sum(Invoice.gross), 0))
    .where(Invoice.top_up_id == TopUp.id, Invoice.kind == InvoiceKind.CREDIT_NOTE)
    .correlate(TopUp)
    .scalar_subquery()
)
# The same rule as payments.overpayment, except that an open top-up is not overpaid yet.
OVERPAYMENT = case(
    (TopUp.status == TopUpStatus.PAID, TopUp.paid - TopUp.gross - CREDITED),
    (TopUp.status == TopUpStatus.OPEN, 0),
    else_=TopUp.paid,
)
Rows = Select[TopUp, Account, int]


class TopUpFilter(StrEnum):
    """The lists of top-ups."""

    TO_CONFIRM = "open"
    OVERPAID = "overpaid"
    ALL = "all"


@dataclass(frozen=True)
class TopUpRow:
    """A top-up, its account, and by how much it is overpaid, gross in 1/10,000."""

    top_up: TopUp
    account: Account
    overpayment: int

    @property
    def missing(self) -> int:
        """What is still to be paid, gross in 1/10,000."""
        return payments.due(self.top_up)


def page(chosen: TopUpFilter, after: int | None = None) -> Page[TopUpRow]:
    """A page of a list: the oldest first of those to confirm, else the newest first."""
    query, ascending = _select(), chosen is TopUpFilter.TO_CONFIRM
    if chosen is TopUpFilter.TO_CONFIRM:
        query = query.where(TO_CONFIRM)
    if chosen is TopUpFilter.OVERPAID:
        query = query.where(OVERPAYMENT > 0)
    rows = _read(select_page(query, TopUp.id, after, PAGE, ascending=ascending))
    return page_of(rows, PAGE, lambda row: row.top_up.id)


def search(typed: str, amount: int | None = None) -> list[TopUpRow]:
    """Top-ups by payment reference, company name, number of the pro forma or amount.

    Those to confirm come first. `amount` is what was typed, in 1/10,000, if it is an amount.
    """
    by_reference = top_ups.by_reference(typed)
    if by_reference is not None:
        return _read(_select().where(TopUp.id == by_reference.id))
    conditions = [_company_contains(typed), func.lower(TopUp.number) == typed.lower()]
    if amount is not None:
        conditions += [TopUp.gross == amount, TopUp.gross - TopUp.paid == amount]
    query = _select().where(or_(*conditions)).order_by(TO_CONFIRM.desc(), TopUp.id.desc())
    return _read(query.limit(PAGE))


def find(public_id: str) -> TopUpRow | None:
    """One top-up."""
    return next(iter(_read(_select().where(TopUp.public_id == public_id))), None)


def by_id(top_up_id: int) -> TopUpRow | None:
    """One top-up by its internal id."""
    return next(iter(_read(_select().where(TopUp.id == top_up_id))), None)


def of_account(account: Account, limit: int = 10) -> list[TopUpRow]:
    """The latest top-ups of an account."""
    query = _select().where(TopUp.account_id == account.id)
    return _read(query.order_by(TopUp.id.desc()).limit(limit))


def count_to_confirm() -> int:
    """How many top-ups by bank transfer are not paid yet."""
    return db.session.scalar(select(func.count()).select_from(TopUp).where(TO_CONFIRM)) or 0


def count_overpaid() -> int:
    """How many top-ups are overpaid."""
    return db.session.scalar(select(func.count()).select_from(TopUp).where(OVERPAYMENT > 0)) or 0


def _select() -> Rows:
    query = select(TopUp, Account, OVERPAYMENT)
    return query.join(Account, Account.id == TopUp.account_id)


def _read(query: Rows) -> list[TopUpRow]:
    rows = db.session.execute(query)
    return [TopUpRow(top_up, account, max(int(extra), 0)) for top_up, account, extra in rows]


def _company_contains(typed: str) -> ColumnElement[bool]:
    """SQLite lowers ASCII letters only, so other letters are tried in the usual spellings."""
    name = func.lower(TopUp.buyer["name"].as_string())
    spellings = {
        typed.lower(),
        typed.upper().translate(LOWER_ASCII),
        typed.title().translate(LOWER_ASCII),
    }
    return or_(*(name.contains(spelling, autoescape=True) for spelling in spellings))

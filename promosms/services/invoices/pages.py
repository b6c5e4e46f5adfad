"""Lists of invoices, of one account or found by an admin, and their sums."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, or_, select

from promosms.extensions import db
from promosms.lib.pages import Page, page_of, select_page
from promosms.models import Invoice

PAGE = 50
BUYER = Invoice.data["buyer"]


@dataclass(frozen=True)
class Search:
    """Which invoices: of an account (None: of all), issued in a period, of a kind, by words.

    The words are looked for in the number, the buyer's name and the buyer's tax identifier.
    """

    account_id: int | None = None
    since: date | None = None
    until: date | None = None
    kind: str = ""
    words: str = ""

    @property
    def narrowed(self) -> bool:
        """Does it filter the invoices of the account?"""
        return bool(self.since or self.until or self.kind or self.words)


@dataclass(frozen=True)
class Totals:
    """The sums of invoices less credit notes, in 1/10,000 of their currency."""

    currency: str
    number: int
    net: int
    tax: int
    gross: int


def year(number: int, account_id: int | None = None) -> Search:
    """The invoices issued in a calendar year."""
    return Search(account_id, date(number, 1, 1), date(number, 12, 31))


def page(
    search: Search, after: int | None = None, size: int | None = None, *, ascending: bool = False
) -> Page[Invoice]:
    """A page of invoices and credit notes, the newest first unless `ascending`."""
    size = size or PAGE
    query = select(Invoice).where(*_conditions(search))
    query = select_page(query, Invoice.id, after, size, ascending=ascending)
    return page_of(db.session.scalars(query), size, lambda invoice: invoice.id)


def totals(search: Search) -> list[Totals]:
    """The sums, one for each currency."""
    sums = [func.sum(column) for column in (Invoice.net, Invoice.tax, Invoice.gross)]
    query = select(Invoice.currency, func.count(), *sums).where(*_conditions(search))
    rows = db.session.execute(query.group_by(Invoice.currency).order_by(Invoice.currency))
    return [Totals(row[0], row[1], *map(int, row[2:])) for row in rows]


def years(account_id: int | None = None) -> list[int]:
    """The years in which invoices were issued, the latest first."""
    query = select(Invoice.year).distinct().order_by(Invoice.year.desc())
    if account_id is not None:
        query = query.where(Invoice.account_id == account_id)
    return list(db.session.scalars(query))


def of_any_account(public_id: str) -> Invoice | None:
    """An invoice or credit note of any account: for admins only."""
    return db.session.scalar(select(Invoice).where(Invoice.public_id == public_id))


def labels(ids: list[int]) -> dict[int, str]:
    """The numbers of invoices, by id."""
    query = select(Invoice.id, Invoice.label).where(Invoice.id.in_(ids))
    return {row.id: row.label for row in db.session.execute(query)}


def _conditions(search: Search) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if search.account_id is not None:
        conditions.append(Invoice.account_id == search.account_id)
    if search.since is not None:
        conditions.append(Invoice.issued_on >= search.since)
    if search.until is not None:
        conditions.append(Invoice.issued_on <= search.until)
    if search.kind:
        conditions.append(Invoice.kind == search.kind)
    if search.words:
        texts = (Invoice.label, BUYER["name"].as_string(), BUYER["tax_id"].as_string())
        conditions.append(or_(*(text.icontains(search.words, autoescape=True) for text in texts)))
    return conditions

"""Invoices as lists: of one account, or found by an admin; and what they come to."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, or_, select

from promosms.extensions import db
from promosms.models import Invoice

PAGE = 50
BUYER = Invoice.data["buyer"]


@dataclass(frozen=True)
class Search:
    """Which invoices: of an account (None: of all), issued in a period, of a kind, by words.

    The words fit a number, the buyer's name or his tax identifier.
    """

    account_id: int | None = None
    since: date | None = None
    until: date | None = None
    kind: str = ""
    words: str = ""

    @property
    def narrowed(self) -> bool:
        """Does it leave anything out?"""
        return bool(self.since or self.until or self.kind or self.words)


@dataclass(frozen=True)
class Totals:
    """What invoices come to, credit notes taken off; in 1/10,000 of their currency."""

    currency: str
    number: int
    net: int
    tax: int
    gross: int


def year(number: int, account_id: int | None = None) -> Search:
    """The invoices that were issued in a calendar year."""
    return Search(account_id, date(number, 1, 1), date(number, 12, 31))


def page(search: Search, before: int | None = None, limit: int = PAGE) -> list[Invoice]:
    """Invoices and credit notes from the newest on, older than the one with the id `before`."""
    query = select(Invoice).where(*_conditions(search)).order_by(Invoice.id.desc()).limit(limit)
    if before is not None:
        query = query.where(Invoice.id < before)
    return list(db.session.scalars(query))


def following(search: Search, after: int, limit: int = PAGE) -> list[Invoice]:
    """Those with a higher id than `after`, from the oldest on."""
    query = select(Invoice).where(*_conditions(search), Invoice.id > after)
    return list(db.session.scalars(query.order_by(Invoice.id).limit(limit)))


def totals(search: Search) -> list[Totals]:
    """The sums, one for each currency that an invoice bears."""
    sums = [func.sum(column) for column in (Invoice.net, Invoice.tax, Invoice.gross)]
    query = select(Invoice.currency, func.count(), *sums).where(*_conditions(search))
    rows = db.session.execute(query.group_by(Invoice.currency).order_by(Invoice.currency))
    return [Totals(row[0], row[1], *(int(each) for each in row[2:])) for row in rows]


def years(account_id: int | None = None) -> list[int]:
    """The years in which invoices were issued, the last one first."""
    query = select(Invoice.year).distinct().order_by(Invoice.year.desc())
    if account_id is not None:
        query = query.where(Invoice.account_id == account_id)
    return list(db.session.scalars(query))


def of_anybody(public_id: str) -> Invoice | None:
    """An invoice or credit note, whosever it is: for admins only."""
    return db.session.scalar(select(Invoice).where(Invoice.public_id == public_id))


def labels(ids: list[int]) -> dict[int, str]:
    """The numbers of invoices, by their ids."""
    query = select(Invoice.id, Invoice.label).where(Invoice.id.in_(ids))
    return {row.id: row.label for row in db.session.execute(query)}


def _conditions(search: Search) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if search.account_id is not None:
        found.append(Invoice.account_id == search.account_id)
    if search.since is not None:
        found.append(Invoice.issued_on >= search.since)
    if search.until is not None:
        found.append(Invoice.issued_on <= search.until)
    if search.kind:
        found.append(Invoice.kind == search.kind)
    if search.words:
        texts = (Invoice.label, BUYER["name"].as_string(), BUYER["tax_id"].as_string())
        found.append(or_(*(text.icontains(search.words, autoescape=True) for text in texts)))
    return found

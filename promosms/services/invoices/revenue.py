"""Revenue: sums of invoices and credit notes by month and VAT rate."""

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import case, extract, func, select

from promosms.documents.tax import TaxCase
from promosms.extensions import db
from promosms.models import Invoice, InvoiceKind


@dataclass(frozen=True)
class Row:
    """The sums of one month, VAT case and rate, less credit notes. Money in 1/10,000."""

    month: date
    currency: str
    tax_case: TaxCase
    rate: int
    invoices: int
    credit_notes: int
    net: int
    tax: int
    gross: int


@dataclass(frozen=True)
class Month:
    """A month with its rows."""

    first: date
    rows: list[Row]

    @property
    def totals(self) -> list[Row]:
        """The sums over all rates, one row for each currency."""
        return totals(self.rows)


def years() -> list[int]:
    """All years between the first and the last invoice, the newest first."""
    query = select(func.min(Invoice.issued_on), func.max(Invoice.issued_on))
    earliest, latest = db.session.execute(query).one()
    return list(range(latest.year, earliest.year - 1, -1)) if latest else []


def rows(year: int) -> list[Row]:
    """The sums of a year by month, currency, case and rate; the newest month first."""
    month = extract("month", Invoice.issued_on)
    notes = func.sum(case((Invoice.kind == InvoiceKind.CREDIT_NOTE, 1), else_=0))
    sums = [func.sum(column) for column in (Invoice.net, Invoice.tax, Invoice.gross)]
    keys = month, Invoice.currency, Invoice.tax_case, Invoice.rate
    query = (
        select(*keys, func.count() - notes, notes, *sums)
        .where(extract("year", Invoice.issued_on) == year)
        .group_by(*keys)
        .order_by(month.desc(), Invoice.currency, Invoice.rate.desc(), Invoice.tax_case)
    )
    return [
        Row(date(year, int(number), 1), currency, TaxCase(tax_case), rate, *map(int, figures))
        for number, currency, tax_case, rate, *figures in db.session.execute(query)
    ]


def months(year: int) -> list[Month]:
    """The months of a year in which something was invoiced, the newest first."""
    by_month: dict[date, list[Row]] = {}
    for row in rows(year):
        by_month.setdefault(row.month, []).append(row)
    return [Month(first, rows) for first, rows in by_month.items()]


def totals(rows: list[Row]) -> list[Row]:
    """The sums of rows, one for each currency; case and rate of the result have no meaning."""
    by_currency: dict[str, list[Row]] = {}
    for row in rows:
        by_currency.setdefault(row.currency, []).append(row)
    return [_sum(rows) for rows in by_currency.values()]


def _sum(rows: list[Row]) -> Row:
    figures = ("invoices", "credit_notes", "net", "tax", "gross")
    return replace(rows[0], **{name: sum(getattr(row, name) for row in rows) for name in figures})

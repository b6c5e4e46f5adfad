"""Revenue: by month and VAT rate, as a page and as a file."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from promosms.language import gettext as _
from promosms.services.invoices import export as invoice_export
from promosms.services.invoices import revenue as services
from promosms.services.invoices.revenue import Row
from promosms.services.ledger import reconciliation
from promosms.settings import currencies
from promosms.views.admin import labels
from promosms.views.admin.blueprint import bp
from promosms.views.recipients import tables as recipient_tables
from promosms.web.access import Access, allow

MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])", re.ASCII)


@bp.route("/revenue")
@allow(Access.ADMIN)
def revenue() -> ResponseReturnValue:
    """One year, month by month; or one month, checked against payments and ledger."""
    years = services.years()
    year = _year(years)
    months = services.months(year)
    checked = _month()
    return render_template(
        "admin/revenue.html",
        years=years,
        year=year,
        months=[month for month in months if checked in (None, month.first)],
        reconciliation=reconciliation.month(checked) if checked else None,
        explain=reconciliation.sentence,
        totals=services.totals([row for month in months for row in month.rows]),
        labels=labels,
    )


@bp.route("/revenue.csv")
@allow(Access.ADMIN)
def revenue_csv() -> Response:
    """The table of a year: amounts with a decimal point, less credit notes."""
    year = _year(services.years())
    return recipient_tables.csv_file(_rows(services.rows(year)), f"revenue-{year}.csv")


def _year(years: list[int]) -> int:
    """The year that the address names, else the last one in which something was invoiced."""
    month = _month()
    year = month.year if month else request.args.get("year", type=int)
    return year if year in years else max(years, default=0)


def _month() -> date | None:
    """The first day of the month that the address names, such as 2026-03."""
    month = request.args.get("month", "")
    return date.fromisoformat(f"{month}-01") if MONTH.fullmatch(month) else None


def _rows(rows: list[Row]) -> Iterator[list[str | Decimal]]:
    yield [
        *(_("Month"), _("Currency"), _("VAT case"), _("VAT rate (percent)")),
        *(_("Invoices"), _("Credit notes"), _("Net"), _("VAT"), _("Gross")),
    ]
    cases = invoice_export.cases()
    for row in rows:
        yield [
            *(f"{row.month:%Y-%m}", row.currency, cases[row.tax_case]),
            f"{Decimal(row.rate) / 100:.2f}",
            *(str(row.invoices), str(row.credit_notes)),
            *(currencies.decimal(amount, row.currency) for amount in (row.net, row.tax, row.gross)),
        ]

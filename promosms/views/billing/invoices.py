"""The invoices of an account: the list, each as a file, and all of a year for the bookkeeper."""

from flask import Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from promosms.models import Invoice
from promosms.services.auth.rights import Right
from promosms.services.invoices import files as invoice_files
from promosms.services.invoices import pages as invoice_pages
from promosms.services.invoices.pages import Search
from promosms.views.billing import invoice_downloads
from promosms.views.billing.blueprint import bp
from promosms.web.access import allow, my_account, owned


@bp.route("/invoices")
@allow(Right.LOOK)
def invoices() -> ResponseReturnValue:
    """All invoices and credit notes, or those of a year."""
    search, before = _search(), request.args.get("before", type=int)
    page = invoice_pages.page(search, before)
    return render_template(
        "billing/invoices.html",
        invoices=[(invoice, invoice_files.kinds(invoice)) for invoice in page.rows],
        years=invoice_pages.years(my_account().id),
        year=search.since.year if search.since else None,
        first=before is not None,
        further=page.next_key,
    )


@bp.route("/invoices.zip")
@allow(Right.LOOK)
def invoices_zip() -> Response:
    """All files of a year, or of all years."""
    search = _search()
    year = f"-{search.since.year}" if search.since else ""
    return invoice_downloads.invoice_zip(search, f"invoices{year}")


@bp.route("/invoices/<public_id>/<any(pdf, xml, fa3, ksef):kind>")
@allow(Right.LOOK)
def invoice_file(public_id: str, kind: str) -> Response:
    """The PDF, the XML (EN 16931) or the Polish structured invoice (FA(3))."""
    return invoice_downloads.invoice_file(owned(Invoice, public_id), kind)


def _search() -> Search:
    account_id, year = my_account().id, request.args.get("year", type=int)
    if year is None:
        return Search(account_id)
    if not 2000 <= year <= 9999:
        abort(404)
    return invoice_pages.year(year, account_id)

"""All invoices, for the operator: search, totals, files, and a period for the bookkeeper."""

from datetime import date

from flask import Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from promosms.models import InvoiceKind
from promosms.services.invoices import export as invoice_export
from promosms.services.invoices import files as invoice_files
from promosms.services.invoices import pages as invoice_pages
from promosms.services.invoices.pages import Search
from promosms.settings import settings
from promosms.views.admin.blueprint import bp
from promosms.views.billing import invoice_downloads
from promosms.web.access import Access, allow, fresh


@bp.route("/invoices")
@allow(Access.ADMIN)
def invoices() -> ResponseReturnValue:
    """Find invoices, and see what they come to."""
    search, before = _search(), request.args.get("before", type=int)
    page = invoice_pages.page(search, before)
    originals = [invoice.original_id for invoice in page.rows if invoice.original_id]
    return render_template(
        "admin/invoices.html",
        invoices=[(invoice, invoice_files.kinds(invoice)) for invoice in page.rows],
        originals=invoice_pages.labels(originals),
        totals=invoice_pages.totals(search),
        for_ksef=settings.operator_country == "PL",
        search=search,
        search_args=_search_args(search),
        kinds=invoice_export.kinds(),
        cases=invoice_export.cases(),
        first=before is not None,
        further=page.next_key,
    )


@bp.route("/invoices.zip")
@allow(Access.ADMIN)
@fresh
def invoices_zip() -> Response:
    """The files of all matching invoices."""
    search = _search()
    days = [day.isoformat() for day in (search.since, search.until) if day]
    return invoice_downloads.invoice_zip(search, "-".join(["invoices", *days]))


@bp.route("/invoices/<public_id>/<any(pdf, xml, fa3, ksef):kind>")
@allow(Access.ADMIN)
def invoice_file(public_id: str, kind: str) -> Response:
    """The PDF, the XML (EN 16931) or the structured invoice for KSeF (FA(3))."""
    invoice = invoice_pages.of_any_account(public_id) or abort(404)
    return invoice_downloads.invoice_file(invoice, kind)


def _search() -> Search:
    args = request.args
    kind = args.get("kind", "")
    return Search(
        since=args.get("since", type=date.fromisoformat),
        until=args.get("until", type=date.fromisoformat),
        kind=kind if kind in set(InvoiceKind) else "",
        words=args.get("q", "").strip()[:100].replace("\0", ""),
    )


def _search_args(search: Search) -> dict[str, str]:
    """The query arguments of the search without the page, for links."""
    args = {"q": search.words, "kind": search.kind}
    for name, day in (("since", search.since), ("until", search.until)):
        args[name] = day.isoformat() if day else ""
    return {name: value for name, value in args.items() if value}

"""All invoices, for the operator: search, totals, files, and a period for the bookkeeper."""

from datetime import date

from flask import Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from promosms.models import Invoice, InvoiceKind
from promosms.services.invoices import export as invoice_export
from promosms.services.invoices import files as invoice_files
from promosms.services.invoices import pages as invoice_pages
from promosms.services.invoices.pages import Search
from promosms.views.admin.blueprint import bp
from promosms.views.billing import invoice_downloads
from promosms.web.access import Access, allow


@bp.route("/invoices")
@allow(Access.ADMIN)
def invoices() -> ResponseReturnValue:
    """Find invoices, and see what they come to."""
    search, before = _search(), request.args.get("before", type=int)
    found = invoice_pages.page(search, before, invoice_pages.PAGE + 1)
    shown = found[: invoice_pages.PAGE]
    originals = [invoice.original_id for invoice in shown if invoice.original_id]
    return render_template(
        "admin/invoices.html",
        invoices=[(invoice, invoice_files.kinds(invoice)) for invoice in shown],
        originals=invoice_pages.labels(originals),
        totals=invoice_pages.totals(search),
        search=search,
        asked=_asked(search),
        kinds=invoice_export.kinds(),
        cases=invoice_export.cases(),
        first=before is not None,
        further=shown[-1].id if len(found) > invoice_pages.PAGE else None,
    )


@bp.route("/invoices.zip")
@allow(Access.ADMIN)
def invoices_zip() -> Response:
    """The files of all that fit."""
    search = _search()
    days = [day.isoformat() for day in (search.since, search.until) if day]
    return invoice_downloads.together(search, "-".join(["invoices", *days]))


@bp.route("/invoices/<public_id>/pdf")
@allow(Access.ADMIN)
def invoice_pdf(public_id: str) -> Response:
    """The invoice as it is printed."""
    return invoice_downloads.one(_found(public_id), "pdf")


@bp.route("/invoices/<public_id>/xml")
@allow(Access.ADMIN)
def invoice_xml(public_id: str) -> Response:
    """The invoice for programs (EN 16931)."""
    return invoice_downloads.one(_found(public_id), "xml")


@bp.route("/invoices/<public_id>/fa3")
@allow(Access.ADMIN)
def invoice_fa3(public_id: str) -> Response:
    """The structured invoice, for the operator to hand to KSeF."""
    return invoice_downloads.one(_found(public_id), "fa3")


def _search() -> Search:
    asked = request.args
    kind = asked.get("kind", "")
    return Search(
        since=asked.get("since", type=date.fromisoformat),
        until=asked.get("until", type=date.fromisoformat),
        kind=kind if kind in set(InvoiceKind) else "",
        words=asked.get("q", "").strip()[:100].replace("\0", ""),
    )


def _asked(search: Search) -> dict[str, str]:
    """The arguments of this page without its place, for the links."""
    found = {"q": search.words, "kind": search.kind}
    for name, day in (("since", search.since), ("until", search.until)):
        found[name] = day.isoformat() if day else ""
    return {name: value for name, value in found.items() if value}


def _found(public_id: str) -> Invoice:
    found = invoice_pages.of_anybody(public_id)
    return found if found is not None else abort(404)

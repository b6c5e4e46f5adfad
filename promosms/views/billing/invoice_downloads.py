"""Downloads of invoices, which the pages of customers and admins share."""

from flask import Response, abort, stream_with_context

from promosms.models import Invoice
from promosms.services.invoices import export as invoice_export
from promosms.services.invoices import files as invoice_files
from promosms.services.invoices.pages import Search


def one(invoice: Invoice, kind: str) -> Response:
    """A file of an invoice; 404 for a kind that it does not have."""
    if kind not in invoice_files.kinds(invoice):
        abort(404)
    name = invoice_files.name(invoice, kind)
    content = invoice_files.file(invoice, kind)
    return _attached(Response(content, mimetype=invoice_files.TYPES[kind]), name)


def together(search: Search, name: str) -> Response:
    """The archive of all that fit, written while it is sent."""
    pieces = stream_with_context(invoice_export.archive(search))
    return _attached(Response(pieces, mimetype="application/zip"), f"{name}.zip")


def _attached(response: Response, name: str) -> Response:
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response

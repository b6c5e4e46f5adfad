"""Downloads of invoices, shared by the pages of customers and admins."""

from flask import Response, abort, stream_with_context

from promosms.models import Invoice
from promosms.services.invoices import export as invoice_export
from promosms.services.invoices import files as invoice_files
from promosms.services.invoices.pages import Search


def invoice_file(invoice: Invoice, kind: str) -> Response:
    """One file of an invoice; 404 for a kind that it does not have."""
    if kind not in invoice_files.kinds(invoice):
        abort(404)
    name = invoice_files.name(invoice, kind)
    content = invoice_files.file(invoice, kind)
    return _attachment(Response(content, mimetype=invoice_files.TYPES[kind]), name)


def invoice_zip(search: Search, name: str) -> Response:
    """A ZIP of all matching invoices, streamed while it is written."""
    chunks = stream_with_context(invoice_export.zip_chunks(search))
    return _attachment(Response(chunks, mimetype="application/zip"), f"{name}.zip")


def _attachment(response: Response, name: str) -> Response:
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response

"""Invoice export for bookkeepers: a ZIP with the files of the invoices and a list of them.

The ZIP is streamed: only one file is in memory, and no transaction is open while a slow client
reads. If a file cannot be rendered the download is aborted, so an incomplete ZIP is not taken
for a complete one.
"""

import zipfile
from collections.abc import Iterator, Sequence
from decimal import Decimal

from promosms.documents.tax import TaxCase
from promosms.extensions import db
from promosms.language import gettext as _
from promosms.language import pgettext
from promosms.lib import csv_files
from promosms.models import Invoice, InvoiceKind
from promosms.services.invoices import files as invoice_files
from promosms.services.invoices import ksef
from promosms.services.invoices import pages as invoice_pages
from promosms.services.invoices.pages import Search
from promosms.settings import currencies

LIST = "invoices.csv"
DateTime = tuple[int, int, int, int, int, int]
EARLIEST: DateTime = (1980, 1, 1, 0, 0, 0)  # the first that the ZIP format can store


class Buffer:
    """The file that `zipfile` writes to; `take` removes what was written since the last call."""

    def __init__(self) -> None:
        self.chunks: list[bytes] = []

    def write(self, chunk: bytes, /) -> int:
        """Add a chunk."""
        self.chunks.append(bytes(chunk))
        return len(chunk)

    def flush(self) -> None:
        """Needed by `zipfile`; there is nothing to flush."""

    def close(self) -> None:
        """Needed by `zipfile`; there is nothing to close."""

    def take(self) -> bytes:
        """Remove and return everything that is in the buffer."""
        content = b"".join(self.chunks)
        self.chunks.clear()
        return content


def zip_chunks(search: Search) -> Iterator[bytes]:
    """The ZIP: the list, then PDF, XML and, from Polish sellers, FA(3) of each invoice."""
    buffer = Buffer()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open(_entry(LIST, EARLIEST), "w") as member:
            for text in csv_files.csv_text(_rows(search)):
                member.write(text.encode())
                if buffer.chunks:
                    yield buffer.take()
        for invoice in _invoices(search):
            created_at = invoice.created_at.timetuple()[:6]
            for kind in invoice_files.kinds(invoice):
                content = invoice_files.file(invoice, kind)
                db.session.commit()
                archive.writestr(_entry(invoice_files.name(invoice, kind), created_at), content)
                yield buffer.take()
    yield buffer.take()


def header() -> list[str]:
    """The column headings of the list."""
    return [
        *(
            pgettext("of a document", "Number"),
            _("Kind"),
            _("Issued on"),
            _("Paid on"),
            _("Buyer"),
            _("Country"),
            _("Tax ID"),
        ),
        *(_("VAT case"), _("VAT rate (percent)"), _("Net"), _("VAT"), _("Gross"), _("Currency")),
        *(_("Corrects"), _("Payment reference"), _("KSeF number")),
    ]


def row(invoice: Invoice) -> list[str | Decimal]:
    """An invoice as a row of the list: days in ISO 8601, amounts with a decimal point."""
    frozen = invoice.data
    buyer, original = frozen["buyer"], frozen["original"] or {}
    return [
        *(invoice.label, kinds()[InvoiceKind(invoice.kind)], invoice.issued_on.isoformat()),
        *(frozen["supplied_on"], buyer["name"], buyer["country"], buyer["tax_id"]),
        *(cases()[TaxCase(invoice.tax_case)], f"{Decimal(invoice.rate) / 100:.2f}"),
        *(
            currencies.decimal(amount, invoice.currency)
            for amount in (invoice.net, invoice.tax, invoice.gross)
        ),
        *(invoice.currency, original.get("label", ""), frozen["reference"]),
        ksef.number(invoice.id) or "",
    ]


def kinds() -> dict[InvoiceKind, str]:
    """Labels of the kinds of invoices."""
    return {InvoiceKind.INVOICE: _("Invoice"), InvoiceKind.CREDIT_NOTE: _("Credit note")}


def cases() -> dict[TaxCase, str]:
    """Labels of the VAT cases."""
    return {
        TaxCase.DOMESTIC: _("Domestic"),
        TaxCase.REVERSE_CHARGE: _("Reverse charge"),
        TaxCase.OTHER_EU: _("Other EU country"),
        TaxCase.OUTSIDE_EU: _("Outside the EU"),
        TaxCase.EXEMPT: _("Without VAT"),
    }


def _rows(search: Search) -> Iterator[Sequence[str | Decimal]]:
    yield header()
    for invoice in _invoices(search):
        yield row(invoice)


def _invoices(search: Search) -> Iterator[Invoice]:
    """All matching invoices, the oldest first, read page by page."""
    last = 0
    while invoices := invoice_pages.page(search, last, ascending=True).rows:
        last = invoices[-1].id
        db.session.expunge_all()
        db.session.commit()
        yield from invoices


def _entry(name: str, at: DateTime) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, at)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry

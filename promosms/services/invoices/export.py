"""Archives for the bookkeeper: the files of a period's invoices and a list of them, as one ZIP.

It is written while it is sent: one file at a time is in the memory, and no transaction is open
while the reader's network is slow. A file that cannot be made breaks the download off, so that
nobody takes an incomplete archive for a whole one.
"""

import zipfile
from collections.abc import Iterator, Sequence
from decimal import Decimal

from promosms.documents.tax import TaxCase
from promosms.extensions import db
from promosms.language import gettext as _
from promosms.lib import csv_files
from promosms.models import Invoice, InvoiceKind
from promosms.services.invoices import files as invoice_files
from promosms.services.invoices import pages as invoice_pages
from promosms.services.invoices.pages import Search

LIST = "invoices.csv"
UNITS, CENT = Decimal(10_000), Decimal("0.01")
Moment = tuple[int, int, int, int, int, int]
DAY_ONE: Moment = (1980, 1, 1, 0, 0, 0)  # a ZIP knows none before


class Sink:
    """Where an archive is written to: what has come since the last look can be taken away."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def write(self, piece: bytes, /) -> int:
        """Keep a piece."""
        self.pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """Nothing is open."""

    def take(self) -> bytes:
        """What has been written since."""
        found = b"".join(self.pieces)
        self.pieces.clear()
        return found


def archive(search: Search) -> Iterator[bytes]:
    """The archive in pieces: PDF, XML and, from Poland, FA(3) of each invoice, and the list."""
    sink = Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open(_entry(LIST, DAY_ONE), "w") as member:
            for text in csv_files.csv_text(_rows(search)):
                member.write(text.encode())
                if sink.pieces:
                    yield sink.take()
        for invoice in _each(search):
            made = invoice.created_at.timetuple()[:6]
            for kind in invoice_files.kinds(invoice):
                content = invoice_files.file(invoice, kind)
                db.session.commit()
                archive.writestr(_entry(invoice_files.name(invoice, kind), made), content)
                yield sink.take()
    yield sink.take()


def head() -> list[str]:
    """The head of the list."""
    return [
        *(
            _("Number"),
            _("Kind"),
            _("Issued on"),
            _("Paid on"),
            _("Buyer"),
            _("Country"),
            _("Tax ID"),
        ),
        *(_("VAT case"), _("VAT rate (percent)"), _("Net"), _("VAT"), _("Gross"), _("Currency")),
        *(_("Corrects"), _("Payment reference")),
    ]


def row(invoice: Invoice) -> list[str | Decimal]:
    """An invoice as a line of the list: days by ISO 8601, amounts with a point."""
    kept = invoice.data
    buyer, original = kept["buyer"], kept["original"] or {}
    return [
        *(invoice.label, kinds()[InvoiceKind(invoice.kind)], invoice.issued_on.isoformat()),
        *(kept["supplied_on"], buyer["name"], buyer["country"], buyer["tax_id"]),
        *(cases()[TaxCase(invoice.tax_case)], f"{Decimal(invoice.rate) / 100:.2f}"),
        *(_decimal(amount) for amount in (invoice.net, invoice.tax, invoice.gross)),
        *(invoice.currency, original.get("label", ""), kept["reference"]),
    ]


def kinds() -> dict[InvoiceKind, str]:
    """What the kinds are called."""
    return {InvoiceKind.INVOICE: _("Invoice"), InvoiceKind.CREDIT_NOTE: _("Credit note")}


def cases() -> dict[TaxCase, str]:
    """What the cases of VAT are called."""
    return {
        TaxCase.DOMESTIC: _("Domestic"),
        TaxCase.REVERSE_CHARGE: _("Reverse charge"),
        TaxCase.OTHER_EU: _("Other EU country"),
        TaxCase.OUTSIDE_EU: _("Outside the EU"),
        TaxCase.EXEMPT: _("Without VAT"),
    }


def _rows(search: Search) -> Iterator[Sequence[str | Decimal]]:
    yield head()
    for invoice in _each(search):
        yield row(invoice)


def _each(search: Search) -> Iterator[Invoice]:
    """All that fit, from the oldest on, read a page at a time."""
    last = 0
    while found := invoice_pages.following(search, last):
        last = found[-1].id
        db.session.expunge_all()
        db.session.commit()
        yield from found


def _decimal(units: int) -> Decimal:
    return (units / UNITS).quantize(CENT)


def _entry(name: str, at: Moment) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, at)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry

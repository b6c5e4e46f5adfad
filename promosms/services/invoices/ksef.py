"""KSeF numbers of invoices: what admins type, or read from a receipt (UPO) or a table.

The number stands beside the invoice, which is never changed. A correction needs it, or the
certainty that its original was issued outside KSeF; until then it has no FA(3).
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import exists, select

from promosms.db.transactions import transaction
from promosms.documents import data, fa3, ksef
from promosms.documents.ksef import BadNumber, KsefNumber, NumberProblem, Receipt
from promosms.extensions import db
from promosms.lib import csv_files, text_encodings
from promosms.models import Invoice, InvoiceDocument, InvoiceKsef, now
from promosms.services.audit import log as audit_log
from promosms.services.invoices import seller_days

CORRECTION = "fa3k"  # the FA(3) of a correction: it says what is known of its original
POLAND = "PL"
WAITING = 50
MOST_ROWS = 20_000
XML_BEGINS = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe<\0", b"\xfe\xff\0<")


class BadFile(Exception):
    """Neither an official receipt nor a table with KSeF numbers."""


@dataclass
class Outcome:
    """What a file said: new numbers, known ones, and what was not recorded, by our number."""

    recorded: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    bad: list[tuple[str, NumberProblem]] = field(default_factory=list)


def of(invoice_id: int) -> InvoiceKsef | None:
    """What is known of an invoice; None if nothing is."""
    return db.session.get(InvoiceKsef, invoice_id)


def number(invoice_id: int | None) -> str | None:
    """Its KSeF number, "" if it was issued outside KSeF, None if nobody has said."""
    row = of(invoice_id) if invoice_id is not None else None
    return None if row is None else row.number or fa3.OUTSIDE_KSEF


def find(label: str) -> Invoice | None:
    """The invoice or credit note with our number, if it is for KSeF."""
    invoice = db.session.scalar(select(Invoice).where(Invoice.label == label.strip()))
    return invoice if invoice is not None and fa3.fits(data.thawed(invoice.data)) else None


def waiting() -> list[Invoice]:
    """The oldest invoices and credit notes for KSeF of which nothing is known yet."""
    known = exists().where(InvoiceKsef.invoice_id == Invoice.id)
    query = select(Invoice).where(Invoice.currency == "PLN", ~known).order_by(Invoice.id)
    rows = db.session.scalars(query.limit(WAITING))
    return [invoice for invoice in rows if fa3.fits(data.thawed(invoice.data))]


def record(invoice: Invoice, typed: str, actor: str, document_hash: str = "") -> bool:
    """Store the KSeF number of an invoice; False if it is known already. Raises BadNumber."""
    parsed = ksef.parse(typed)
    _check(invoice, parsed)
    with transaction() as session:
        session.get_one(Invoice, invoice.id, with_for_update=True)
        row = of(invoice.id)
        if row is not None and row.number == parsed.text:
            row.document_hash = document_hash or row.document_hash
            return False
        _write(invoice, row, parsed.text, document_hash)
        audit_log.record(actor, "invoice.ksef", invoice.label, parsed.text)
        return True


def record_outside(invoice: Invoice, actor: str) -> bool:
    """Store that an invoice was issued outside KSeF; False if it is known. Raises BadNumber."""
    with transaction() as session:
        session.get_one(Invoice, invoice.id, with_for_update=True)
        row = of(invoice.id)
        if row is not None and row.number is None:
            return False
        _write(invoice, row, None, "")
        audit_log.record(actor, "invoice.ksef", invoice.label, "outside KSeF")
        return True


def read_file(content: bytes, actor: str) -> Outcome:
    """Record all numbers of a receipt or a table; raises BadFile."""
    outcome = Outcome()
    for receipt in _receipts(content):
        invoice = find(receipt.label)
        if invoice is None:
            outcome.unknown.append(receipt.label or receipt.number)
            continue
        try:
            new = record(invoice, receipt.number, actor, receipt.document_hash)
        except BadNumber as error:
            outcome.bad.append((invoice.label, error.problem))
        else:
            (outcome.recorded if new else outcome.known).append(invoice.label)
    return outcome


def _check(invoice: Invoice, parsed: KsefNumber) -> None:
    frozen = data.thawed(invoice.data)
    if parsed.nip != fa3.nip_of(frozen.seller):
        raise BadNumber(NumberProblem.SELLER)
    if not invoice.issued_on <= parsed.accepted_on <= seller_days.day_of(now()):
        raise BadNumber(NumberProblem.EARLY)
    other = InvoiceKsef.number == parsed.text, InvoiceKsef.invoice_id != invoice.id
    if db.session.scalar(select(InvoiceKsef.invoice_id).where(*other)) is not None:
        raise BadNumber(NumberProblem.TAKEN)


def _write(invoice: Invoice, row: InvoiceKsef | None, text: str | None, document_hash: str) -> None:
    if row is None:
        row = InvoiceKsef(invoice_id=invoice.id)
        db.session.add(row)
    elif _is_used(invoice.id):
        raise BadNumber(NumberProblem.USED)
    row.number, row.document_hash = text, document_hash
    row.recorded_on = seller_days.day_of(now())
    db.session.flush()


def _is_used(invoice_id: int) -> bool:
    """Does the FA(3) of a correction say already what was known?"""
    query = (
        select(InvoiceDocument.invoice_id)
        .join(Invoice, Invoice.id == InvoiceDocument.invoice_id)
        .where(Invoice.original_id == invoice_id, InvoiceDocument.kind == CORRECTION)
    )
    return db.session.scalar(query.limit(1)) is not None


def _receipts(content: bytes) -> list[Receipt]:
    if content.lstrip().startswith(XML_BEGINS):
        try:
            return ksef.receipts(content)
        except ValueError as error:
            raise BadFile from error
    try:
        encoding = text_encodings.detect(io.BytesIO(content), POLAND)
        found = list(_of_table(text_encodings.decode(content, encoding)))
    except (UnicodeError, text_encodings.Unreadable) as error:
        raise BadFile from error
    if not found:
        raise BadFile
    return found


def _of_table(text: str) -> Iterator[Receipt]:
    """Rows with a KSeF number and, in another cell, one of our numbers; in any order."""
    lines = text.splitlines()[:MOST_ROWS]
    for cells in csv.reader(io.StringIO("\n".join(lines)), delimiter=_delimiter(text)):
        numbers = [cell for cell in cells if ksef.has_number(cell)]
        if numbers:
            others = [cell.strip() for cell in cells if cell not in numbers and cell.strip()]
            ours = next((cell for cell in others if find(cell)), others[0] if others else "")
            yield Receipt(ours, numbers[0])


def _delimiter(text: str) -> str:
    return csv_files.guess_delimiter(text) if len(text.split()) > 1 else ";"

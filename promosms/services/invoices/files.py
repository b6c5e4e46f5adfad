"""The files of an invoice: rendered once from its frozen copy, then stored.

The worker renders them, or a download if it is earlier. The PDF comes last, because it contains
the XML. The transaction that stores the PDF also queues the e-mail, so each invoice has exactly
one e-mail, even if a process is killed.
"""

import hashlib
from dataclasses import replace

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from promosms.db import upsert
from promosms.db.transactions import transaction
from promosms.documents import cii, data, fa3, pdf
from promosms.documents import ksef as ksef_numbers
from promosms.extensions import db
from promosms.models import Invoice, InvoiceDocument, now
from promosms.services.invoices import emails as invoice_emails
from promosms.services.invoices import ksef, seller_days
from promosms.settings import settings

NAMES = {
    "pdf": "{label}.pdf",
    "xml": "{label}.xml",
    "fa3": "{label}-FA3.xml",
    "ksef": "{label}-KSeF.pdf",
}
TYPES = {
    "pdf": "application/pdf",
    "xml": "application/xml",
    "fa3": "application/xml",
    "ksef": "application/pdf",
}


class Damaged(Exception):
    """The frozen copy does not match its digest."""


def kinds(invoice: Invoice) -> list[str]:
    """The files of an invoice: "pdf", "xml" (EN 16931), and "fa3" for Polish invoices (KSeF).

    A correction has no "fa3" as long as nobody knows what its original is in KSeF. With a KSeF
    number there is "ksef": the PDF with this number and the code to check it.
    """
    frozen = data.thawed(invoice.data)
    polish = fa3.fits(frozen)
    known = invoice.original_id is None or (polish and ksef.number(invoice.original_id) is not None)
    fitting = {
        "pdf": True,
        "xml": cii.fits(frozen),
        "fa3": polish and known,
        "ksef": polish and bool(ksef.number(invoice.id)) and (known or bool(_known_hash(invoice))),
    }
    return [kind for kind, fits in fitting.items() if fits]


def name(invoice: Invoice, kind: str) -> str:
    """The name of a file, such as "INV-2026-000123.pdf"."""
    return NAMES[kind].format(label=invoice.label.replace("/", "-"))


def file(invoice: Invoice, kind: str) -> bytes:
    """The content of a file, rendered and stored at the first call; always the same bytes.

    KeyError for a kind that the invoice does not have, Damaged if its frozen copy has changed.
    """
    if kind not in kinds(invoice):
        raise KeyError(kind)
    if kind == "ksef":  # not stored: an admin may still correct the number
        return _with_ksef(invoice)
    stored_as = ksef.CORRECTION if kind == "fa3" and invoice.original_id else kind
    content = _stored(invoice.id, stored_as)
    if content is not None:
        return content
    return _store(invoice.id, stored_as, _render(invoice, kind))


def missing(limit: int = 1, after: int = 0) -> list[int]:
    """Invoices whose PDF is not stored yet, the oldest first."""
    done = exists().where(InvoiceDocument.invoice_id == Invoice.id, InvoiceDocument.kind == "pdf")
    query = select(Invoice.id).where(~done, Invoice.id > after).order_by(Invoice.id).limit(limit)
    return list(db.session.scalars(query))


def complete(invoice_id: int) -> None:
    """Render the missing files of an invoice, the PDF last."""
    invoice = db.session.get(Invoice, invoice_id)
    if invoice is None:
        return
    for kind in ("fa3", "xml", "pdf"):
        if kind in kinds(invoice):
            file(invoice, kind)


def attachment(invoice_id: int) -> tuple[str, bytes] | None:
    """Name and content of the PDF for an e-mail; None if the invoice was purged."""
    invoice = db.session.get(Invoice, invoice_id)
    return None if invoice is None else (name(invoice, "pdf"), file(invoice, "pdf"))


def _stored(invoice_id: int, kind: str) -> bytes | None:
    query = select(InvoiceDocument.content).filter_by(invoice_id=invoice_id, kind=kind)
    return db.session.scalar(query)


def _render(invoice: Invoice, kind: str) -> bytes:
    """The commits end the read transaction, because typesetting takes a tenth of a second."""
    if data.digest(invoice.data) != invoice.digest:
        raise Damaged(invoice.label)
    frozen = data.thawed(invoice.data)
    if kind == "pdf":
        xml = file(invoice, "xml") if cii.fits(frozen) else None
        db.session.commit()
        return pdf.render(frozen, xml)
    db.session.commit()
    if kind == "xml":
        return cii.render(frozen)
    return fa3.render(frozen, ksef.number(invoice.original_id))


def _with_ksef(invoice: Invoice) -> bytes:
    """The PDF with the KSeF number and the link to check the XML with this hash."""
    number = ksef.number(invoice.id)
    assert number
    digest = _known_hash(invoice) or hashlib.sha256(file(invoice, "fa3")).hexdigest()
    frozen = data.thawed(invoice.data)
    nip = fa3.nip_of(frozen.seller)
    link = ksef_numbers.link(settings.ksef_qr_url, nip, invoice.issued_on, digest)
    xml = file(invoice, "xml")
    db.session.commit()
    return pdf.render(replace(frozen, extra={"ksef_number": number, "ksef_link": link}), xml)


def _known_hash(invoice: Invoice) -> str:
    row = ksef.of(invoice.id)
    return row.document_hash if row else ""


def _store(invoice_id: int, kind: str, content: bytes) -> bytes:
    """Store a file; if another process was faster, return the file that it has stored."""
    with transaction() as session:
        invoice = session.get_one(Invoice, invoice_id)
        if _insert(session, invoice, kind, content):
            if kind == "pdf":
                invoice_emails.queue(invoice)
            return content
    first = _stored(invoice_id, kind)
    assert first is not None
    return first


def _insert(session: Session, invoice: Invoice, kind: str, content: bytes) -> bool:
    """For an account that has left the time is cut to the day, as in its invoice."""
    moment = now() if invoice.account_id else seller_days.start_of(now())
    row = {
        "invoice_id": invoice.id,
        "kind": kind,
        "content": content,
        "digest": hashlib.sha256(content).hexdigest(),
        "created_at": moment,
    }
    statement = upsert.insert(InvoiceDocument).values(row).on_conflict_do_nothing()
    return upsert.count(session, statement) == 1

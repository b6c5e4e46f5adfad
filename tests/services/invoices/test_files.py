"""The files of an invoice: made once, from the frozen copy, and kept; one e-mail with them."""

import io
import threading
from itertools import count

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import func, select, text

from promosms.db.transactions import transaction
from promosms.documents import pdf
from promosms.extensions import db
from promosms.jobs import invoices as job
from promosms.lib import time_slice
from promosms.models import Account, AccountStatus, Company, Email, Invoice, InvoiceDocument
from promosms.services.invoices import files as invoice_files
from promosms.services.invoices import invoices
from promosms.services.privacy import erasure
from tests.support.cast import Cast
from tests.support.invoicing import BUYER, POLISH, issued
from tests.support.settings import override


@pytest.fixture
def account(context: None, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> int:
    """The id of the owner's account. A slice of the job does not end: no test is about its time."""
    monkeypatch.setattr(time_slice, "SHARED", 3600.0)
    return cast.owner.account_id


def emails() -> list[Email]:
    db.session.expire_all()
    return list(db.session.scalars(select(Email).order_by(Email.id)))


def documents() -> int:
    return db.session.scalar(select(func.count()).select_from(InvoiceDocument)) or 0


def test_the_pdf_shows_the_invoice_and_contains_its_xml(account: int) -> None:
    invoice = issued(account)
    reader = PdfReader(io.BytesIO(invoice_files.file(invoice, "pdf")))
    words = " ".join(page.extract_text() for page in reader.pages)
    assert invoice.label in words
    assert BUYER["name"] in words
    (inside,) = reader.attachments.values()
    assert inside[0] == invoice_files.file(invoice, "xml")


def test_a_file_always_has_the_same_bytes(account: int, monkeypatch: pytest.MonkeyPatch) -> None:
    invoice = issued(account)
    first = invoice_files.file(invoice, "pdf")
    monkeypatch.setattr(pdf, "render", lambda *_: b"typeset anew")
    assert invoice_files.file(invoice, "pdf") == first
    assert documents() == 2


def test_two_concurrent_requests_get_the_same_file(
    app: Flask, account: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice_id = issued(account).id
    db.session.remove()
    numbers, together = count(1), threading.Barrier(2)

    def render(*_: object) -> bytes:
        together.wait(10)
        return b"%d" % next(numbers)

    monkeypatch.setattr(pdf, "render", render)
    reader: list[bytes] = []

    def read() -> None:
        with app.app_context():
            reader.append(invoice_files.file(db.session.get_one(Invoice, invoice_id), "pdf"))

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(reader) == 2
    assert len(set(reader)) == 1
    assert len(emails()) == 1


def test_a_seller_in_poland_gets_the_structured_invoice(app: Flask, account: int) -> None:
    assert invoice_files.kinds(issued(account)) == ["pdf", "xml"]
    override(app, POLISH)
    invoice = issued(account, rate=2300, currency="PLN")
    assert invoice_files.kinds(invoice) == ["pdf", "xml", "fa3"]
    assert b"Faktura" in invoice_files.file(invoice, "fa3")
    assert invoice_files.name(invoice, "fa3") == f"{invoice.label.replace('/', '-')}-FA3.xml"


def test_an_invoice_not_for_ksef_has_its_other_files(app: Flask, account: int) -> None:
    override(app, POLISH)
    invoice = issued(account, rate=1900, currency="PLN")
    invoice_files.complete(invoice.id)
    assert invoice_files.kinds(invoice) == ["pdf", "xml"]
    assert invoice_files.missing() == []


def test_an_amount_with_three_digits_has_no_file_of_en_16931(account: int) -> None:
    dinars = issued(account, rate=500, currency="KWD")
    assert invoice_files.kinds(dinars) == ["pdf"]
    assert invoice_files.file(dinars, "pdf").startswith(b"%PDF")
    yen = issued(account, 50_000_000, rate=1000, currency="JPY")
    assert invoice_files.kinds(yen) == ["pdf", "xml"]
    note = invoices.credit(yen, 10_000_000, "", "admin")  # 909.09 yen without VAT
    assert (note.net, note.tax) == (-9_090_000, -910_000)
    with pytest.raises(ValueError, match="whole cents"):
        invoices.credit(yen, 5_000, "", "admin")


def test_a_file_of_another_kind_is_not_rendered(account: int) -> None:
    invoice = issued(account)
    for kind in ("fa3", "exe", ""):
        with pytest.raises(KeyError):
            invoice_files.file(invoice, kind)


def test_a_changed_copy_is_not_rendered(account: int) -> None:
    invoice = issued(account)
    invoice.data = {**invoice.data, "gross": 1}
    with db.session.no_autoflush, pytest.raises(invoice_files.Damaged):
        invoice_files.complete(invoice.id)
    db.session.rollback()


def test_the_worker_makes_what_is_missing_and_queues_one_email_each(account: int) -> None:
    first, second = issued(account), issued(account, language="pl")
    note = invoices.credit(first, 100_000, "", "admin")
    assert invoice_files.missing(10) == [first.id, second.id, note.id]
    job.run()
    job.run()
    assert invoice_files.missing() == []
    assert documents() == 6
    queued = emails()
    assert [email.invoice_id for email in queued] == [first.id, second.id, note.id]
    assert {email.recipient for email in queued} == {"owner@example.com"}
    assert queued[0].subject == f"Your invoice {first.label}"
    assert note.label in queued[2].subject
    assert "€11.90" not in queued[0].body
    assert "€59.50" in queued[0].body


def test_the_company_gets_the_email_where_it_has_an_address(account: int) -> None:
    with transaction() as session:
        names = {key: BUYER[key] for key in ("name", "street", "city", "country", "email")}
        session.add(Company(account_id=account, **names))
    issued(account)
    job.run()
    assert [email.recipient for email in emails()] == [BUYER["email"]]


def test_no_email_is_sent_for_an_erased_account(account: int) -> None:
    leaving, gone = issued(account), issued(account)
    with transaction() as session:
        session.get_one(Account, account).status = AccountStatus.DELETING
        session.execute(
            text("UPDATE invoices SET account_id = NULL WHERE id = :id"), {"id": gone.id}
        )
    job.run()
    assert (documents(), emails()) == (4, [])
    assert leaving.id != gone.id


def test_a_failing_invoice_does_not_stop_the_others(
    account: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = issued(account), issued(account)
    bad_label, good_id = bad.label, good.id
    real = pdf.render

    def render(copy: object, xml: bytes) -> bytes:
        if getattr(copy, "label", "") == bad_label:
            raise RuntimeError
        return real(copy, xml)

    monkeypatch.setattr(job, "_failed", {})
    monkeypatch.setattr(pdf, "render", render)
    job.run()
    assert [email.invoice_id for email in emails()] == [good_id]
    monkeypatch.setattr(pdf, "render", real)
    job.run()
    assert len(emails()) == 1
    monkeypatch.setattr(job, "_failed", {})
    job.run()
    assert len(emails()) == 2


def test_the_work_of_a_killed_worker_is_continued(
    account: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice = issued(account)

    class Killed(BaseException):
        pass

    def kill(*_: object) -> bytes:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("promosms.services.invoices.emails.queue", kill)
        with pytest.raises(Killed):
            job.run()
    db.session.rollback()
    assert (documents(), emails()) == (1, [])  # the XML; the PDF and its e-mail go together
    job.run()
    assert [email.invoice_id for email in emails()] == [invoice.id]


def test_erasing_the_account_deletes_the_email(account: int) -> None:
    issued(account)
    job.run()
    erasure.begin(account, "somebody")
    assert emails() == []

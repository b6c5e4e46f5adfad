"""The invoices of an account: listed, by year, and as files."""

import csv
import io
import zipfile

import pytest
from flask import Flask
from sqlalchemy import func, select

from promosms.extensions import db
from promosms.models import Email, InvoiceDocument
from promosms.services.invoices import export as invoice_export
from promosms.services.invoices import files as invoice_files
from promosms.services.invoices import invoices, ksef
from promosms.services.invoices import pages as invoice_pages
from promosms.services.invoices.pages import Search
from tests.support.cast import Cast
from tests.support.invoicing import POLISH, issued
from tests.support.pages import PageClient, words
from tests.support.settings import override


@pytest.fixture
def account(context: None, cast: Cast) -> int:
    """The id of the owner's account."""
    return cast.owner.account_id


def opened(content: bytes) -> zipfile.ZipFile:
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert archive.testzip() is None
    return archive


def test_an_empty_page_says_when_one_comes(owner: PageClient) -> None:
    page = owner.get_page("/billing/invoices")
    assert "No invoices yet" in page.get_text()
    assert page.select_one("a[href='/billing/invoices.zip']") is None


def test_it_lists_what_was_issued_with_its_files(account: int, owner: PageClient) -> None:
    invoice = issued(account)
    note = invoices.credit(invoice, 100_000, "", "admin")
    page = words(owner.get_page("/billing/invoices").get_text())
    assert invoice.label in page
    assert f"corrects {invoice.label}" in page
    assert "of it VAT €9.50" in page
    assert "€59.50" in page
    assert "−€10.00" in page
    assert page.index(note.label) < page.index(invoice.label)


def test_it_downloads(account: int, owner: PageClient) -> None:
    invoice = issued(account)
    base, name = f"/billing/invoices/{invoice.public_id}", invoice.label.replace("/", "-")
    pdf = owner.get(f"{base}/pdf")
    assert (pdf.status_code, pdf.mimetype, pdf.data[:5]) == (200, "application/pdf", b"%PDF-")
    assert pdf.headers["Content-Disposition"] == f'attachment; filename="{name}.pdf"'
    assert owner.get(f"{base}/pdf").data == pdf.data
    assert owner.get(f"{base}/xml").data.startswith(b"<?xml")
    assert owner.get(f"{base}/fa3").status_code == 404
    assert db.session.scalar(select(func.count()).select_from(InvoiceDocument)) == 2
    assert db.session.scalar(select(func.count()).select_from(Email)) == 1


def test_other_accounts_find_nothing(account: int, cast: Cast, stranger: PageClient) -> None:
    invoice = issued(account)
    for kind in ("pdf", "xml", "fa3"):
        assert stranger.get(f"/billing/invoices/{invoice.public_id}/{kind}").status_code == 404
    assert opened(stranger.get("/billing/invoices.zip").data).namelist() == ["invoices.csv"]
    assert invoice.label not in stranger.get("/billing/invoices").text


def test_it_filters_by_year(account: int, owner: PageClient) -> None:
    invoice = issued(account)
    page = owner.get_page(f"/billing/invoices?year={invoice.year}")
    assert page.select_one("nav.chips a[aria-current]").get_text() == str(invoice.year)
    assert invoice.label in page.get_text()
    empty_page = owner.get_page("/billing/invoices?year=2020")
    assert "No invoices in 2020" in empty_page.get_text()
    for year in ("0", "99999", "-1"):
        assert owner.get(f"/billing/invoices?year={year}").status_code == 404
    assert owner.get("/billing/invoices?year=last").status_code == 200


def test_it_has_pages(account: int, owner: PageClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invoice_pages, "PAGE", 2)
    labels = [issued(account).label for _ in range(3)]
    first = owner.get_page("/billing/invoices")
    assert labels[0] not in first.get_text()
    following = first.select_one(".pager a")
    assert labels[0] in owner.get_page(str(following["href"])).get_text()


def test_the_zip_contains_every_file_and_a_list(
    app: Flask, account: int, owner: PageClient
) -> None:
    german = issued(account)
    override(app, POLISH)
    polish = issued(account, net=100_000, rate=2300, currency="PLN")
    note = invoices.credit(polish, 123_000, "", "admin")
    ksef.record_outside(polish, "admin")  # else the note has no FA(3) yet
    response = owner.get(f"/billing/invoices.zip?year={german.year}")
    assert response.headers["Content-Disposition"].endswith(f'invoices-{german.year}.zip"')
    content = opened(response.data)
    names = [invoice_files.name(german, kind) for kind in ("pdf", "xml")]
    for invoice in (polish, note):
        names += [invoice_files.name(invoice, kind) for kind in ("pdf", "xml", "fa3")]
    assert content.namelist() == ["invoices.csv", *names]
    assert content.read(names[0]) == invoice_files.file(german, "pdf")
    rows = list(csv.reader(io.StringIO(content.read("invoices.csv").decode("utf-8-sig"))))
    assert [row[0] for row in rows] == ["Number", german.label, polish.label, note.label]
    assert rows[1][9:13] == ["50.00", "9.50", "59.50", "EUR"]
    assert rows[3][9:14] == ["-10.00", "-2.30", "-12.30", "PLN", polish.label]
    assert opened(owner.get("/billing/invoices.zip?year=2020").data).namelist() == ["invoices.csv"]


def test_the_zip_is_streamed(account: int) -> None:
    account_invoices = [issued(account) for _ in range(4)]
    sizes = [len(piece) for piece in invoice_export.zip_chunks(Search(account))]
    largest = max(len(invoice_files.file(invoice, "pdf")) for invoice in account_invoices)
    assert len(sizes) > 8
    assert max(sizes) < largest < sum(sizes) / 2


def test_a_zip_without_a_file_is_aborted(account: int, monkeypatch: pytest.MonkeyPatch) -> None:
    issued(account)

    def fail(*_: object) -> bytes:
        raise RuntimeError

    monkeypatch.setattr(invoice_files, "file", fail)
    pieces = []
    with pytest.raises(RuntimeError):
        pieces.extend(invoice_export.zip_chunks(Search(account)))
    with pytest.raises(zipfile.BadZipFile):
        opened(b"".join(pieces))

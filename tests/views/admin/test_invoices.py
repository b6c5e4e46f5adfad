"""All invoices as admins see them: searched by number, buyer and period, with their sums."""

import io
import zipfile

import pytest
from flask import Flask

from promosms.services.invoices import invoices
from tests.support.cast import Cast
from tests.support.invoicing import BUYER, POLISH, issued
from tests.support.pages import PageClient, words
from tests.support.settings import override


@pytest.fixture
def accounts(context: None, cast: Cast) -> tuple[int, int]:
    """The ids of the owner's and of the stranger's account."""
    return cast.owner.account_id, cast.stranger.account_id


def shown(admin: PageClient, query: str = "") -> str:
    return words(admin.get_page(f"/admin/invoices{query}").get_text())


def test_an_empty_page_says_when_the_first_invoice_comes(admin: PageClient) -> None:
    assert "The first one is issued" in shown(admin)


def test_it_shows_all_with_their_sums(accounts: tuple[int, int], admin: PageClient) -> None:
    owner_id, stranger_id = accounts
    first, second = issued(owner_id), issued(stranger_id, net=100_000)
    invoices.credit(first, 119_000, "", "admin")
    page = shown(admin)
    assert first.label in page
    assert second.label in page
    assert "Net 3 documents, credit notes taken off €50.00" in page
    assert "VAT €9.50" in page
    assert "Gross €59.50" in page


def test_it_finds_by_number_buyer_and_tax_id(accounts: tuple[int, int], admin: PageClient) -> None:
    owner_id, stranger_id = accounts
    buyer = {**BUYER, "name": "Other & Sons 100%", "tax_id": "PL5260001246"}
    first, second = issued(owner_id), issued(stranger_id, buyer=buyer)
    for query in (second.label, "000002", "other %26 sons", "100%25", "PL526"):
        page = shown(admin, f"?q={query}")
        assert second.label in page, query
        assert first.label not in page, query
    assert "No invoice fits" in shown(admin, "?q=nobody%00")
    assert "No invoice fits" in shown(admin, "?q=_____________________________")


def test_it_finds_by_period_and_kind(accounts: tuple[int, int], admin: PageClient) -> None:
    invoice = issued(accounts[0])
    note = invoices.credit(invoice, 100, "", "admin")
    day = invoice.issued_on.isoformat()
    assert invoice.label in shown(admin, f"?since={day}&until={day}")
    assert "No invoice fits" in shown(admin, "?until=2020-01-01")
    assert "No invoice fits" in shown(admin, "?since=2999-01-01")
    assert invoice.label in shown(admin, "?since=nonsense&until=2999-99-99")
    notes = admin.get_page("/admin/invoices?kind=credit_note")
    heads = [words(cell.get_text()) for cell in notes.select(".row .title")]
    assert len(heads) == 1
    assert note.label in heads[0]


def test_it_downloads_files_and_zips(
    app: Flask, accounts: tuple[int, int], admin: PageClient
) -> None:
    override(app, POLISH)
    invoice = issued(accounts[0], rate=2300, currency="PLN")
    issued(accounts[1], rate=2300, currency="PLN")
    for kind, begin in (("pdf", b"%PDF-"), ("xml", b"<?xml"), ("fa3", b"<?xml")):
        response = admin.get(f"/admin/invoices/{invoice.public_id}/{kind}")
        assert (response.status_code, response.data[:5]) == (200, begin)
    assert admin.get("/admin/invoices/nothing/pdf").status_code == 404
    day = invoice.issued_on.isoformat()
    response = admin.get(f"/admin/invoices.zip?since={day}")
    assert response.headers["Content-Disposition"].endswith(f'"invoices-{day}.zip"')
    assert len(zipfile.ZipFile(io.BytesIO(response.data)).namelist()) == 7

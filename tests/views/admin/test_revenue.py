"""Revenue as admins see it."""

from datetime import date

import pytest
from flask import Flask

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Invoice, InvoiceKind, LedgerEntry, Payment, now
from promosms.services.invoices import revenue, seller_days
from tests.support.cast import Cast
from tests.support.pages import PageClient, words
from tests.support.top_ups import paid

REST = {"data": {}, "digest": "", "purge_after": date(2999, 1, 1), "series": "INV", "year": 2026}


@pytest.fixture
def invoiced(app: Flask, cast: Cast) -> None:
    """Three invoices and a credit note in March, an invoice in February, one of another year."""
    rows = [
        (date(2026, 3, 1), 1900, "domestic", 1_000_000, 190_000),
        (date(2026, 3, 31), 1900, "domestic", 500_000, 95_000),
        (date(2026, 3, 31), 0, "reverse_charge", 300_000, 0),
        (date(2026, 3, 31), 1900, "domestic", -100_000, -19_000),
        (date(2026, 2, 28), 1900, "domestic", 200_000, 38_000),
        (date(2025, 12, 31), 1900, "domestic", 700_000, 133_000),
    ]
    with app.app_context(), transaction() as session:
        for number, (day, rate, tax_case, net, tax) in enumerate(rows):
            kind = InvoiceKind.INVOICE if net > 0 else InvoiceKind.CREDIT_NOTE
            amounts = {"net": net, "tax": tax, "gross": net + tax, "rate": rate}
            named = {"kind": kind, "number": number, "label": f"INV/{number}", "currency": "EUR"}
            session.add(Invoice(issued_on=day, tax_case=tax_case, **amounts, **named, **REST))


def test_it_adds_up_by_month_rate_and_case(invoiced: None, app: Flask) -> None:
    with app.app_context():
        rows = [
            (row.month.month, row.rate, row.tax_case, row.invoices, row.credit_notes, row.gross)
            for row in revenue.rows(2026)
        ]
    assert rows == [
        (3, 1900, "domestic", 2, 1, 1_666_000),
        (3, 0, "reverse_charge", 1, 0, 300_000),
        (2, 1900, "domestic", 1, 0, 238_000),
    ]


def test_the_page_shows_a_year(invoiced: None, admin: PageClient) -> None:
    text = words(admin.get_page("/admin/revenue").get_text(" "))
    assert "Net in 2026 credit notes taken off €190.00" in text
    assert "March 2026" in text
    row = "Invoices {} Credit notes {} Net {} VAT {} {}"
    assert "19% " + row.format(2, 1, "€140.00", "€26.60", "€166.60") in text
    assert "Together " + row.format(3, 1, "€170.00", "€26.60", "€196.60") in text
    assert "Net in 2025 credit notes taken off €70.00" in words(
        admin.get_page("/admin/revenue?year=2025").get_text(" ")
    )
    assert "Net in 2026" in words(admin.get_page("/admin/revenue?year=1999").get_text(" "))


def test_the_file_has_figures_that_spreadsheets_add(invoiced: None, admin: PageClient) -> None:
    response = admin.get("/admin/revenue.csv?year=2026")
    lines = response.text.lstrip("\ufeff").splitlines()
    assert lines[0].startswith("Month,Currency,VAT case")
    assert lines[1] == "2026-03,EUR,Domestic,19.00,2,1,140.00,26.60,166.60"
    assert "revenue-2026.csv" in response.headers["Content-Disposition"]


def test_a_month_with_only_credit_notes_is_negative(app: Flask, admin: PageClient) -> None:
    with app.app_context(), transaction() as session:
        amounts = {"net": -100_000, "tax": -19_000, "gross": -119_000, "rate": 1900}
        named = {"kind": InvoiceKind.CREDIT_NOTE, "number": 1, "label": "CN/1", "currency": "EUR"}
        day = date(2026, 1, 1)
        session.add(Invoice(issued_on=day, tax_case="domestic", **amounts, **named, **REST))
    assert "0,1,-10.00,-1.90,-11.90" in admin.get("/admin/revenue.csv").text
    assert "−€10.00" in admin.get_page("/admin/revenue").get_text()


def test_an_invoice_in_another_currency_is_not_added_to_the_others(
    invoiced: None, app: Flask, admin: PageClient
) -> None:
    with app.app_context(), transaction() as session:
        amounts = {"net": 100_000, "tax": 0, "gross": 100_000, "rate": 0}
        named = {"kind": InvoiceKind.INVOICE, "number": 9, "label": "INV/9", "currency": "PLN"}
        day = date(2026, 3, 3)
        session.add(Invoice(issued_on=day, tax_case="exempt", **amounts, **named, **REST))
    text = words(admin.get_page("/admin/revenue").get_text(" "))
    assert "Together Invoices 3 Credit notes 1 Net €170.00" in text
    assert "PLN" in text or "zł" in text


def test_a_month_is_reconciled(app: Flask, cast: Cast, admin: PageClient) -> None:
    with app.app_context():
        paid(cast.owner)
        paid(cast.stranger, 1_390_000)
        month = f"{seller_days.day_of(now()):%Y-%m}"
    text = words(admin.get_page(f"/admin/revenue?month={month}").get_text(" "))
    assert "They agree" in text
    assert "Invoices and credit notes Gross €238.00, Net €200.00" in text
    assert "Payments Gross €258.00" in text
    assert "differs from it. €20.00" in text
    assert "Balances of the accounts Net €200.00" in text


def test_an_unexplained_difference_is_shown(app: Flask, cast: Cast, admin: PageClient) -> None:
    with app.app_context():
        top_up = paid(cast.owner)
        payment = db.session.scalars(db.select(Payment).filter_by(top_up_id=top_up.id)).one()
        reference = {"payment_id": payment.id, "reference": "by hand"}
        with transaction() as session:
            entry = LedgerEntry(account_id=top_up.account_id, kind="credit", amount=5, **reference)
            session.add(entry)
        month = f"{seller_days.day_of(now()):%Y-%m}"
    text = admin.get_page(f"/admin/revenue?month={month}").get_text()
    assert "what was credited differs" in text


@pytest.mark.parametrize("month", ["2026-13", "soon", "2026-3", "9999-01", "20٢٦-03"])
def test_an_invalid_month_shows_the_year(invoiced: None, admin: PageClient, month: str) -> None:
    assert "Net in 2026" in admin.get_page(f"/admin/revenue?month={month}").get_text()


def test_nothing_is_sold_yet(admin: PageClient) -> None:
    assert "Nothing has been invoiced yet" in admin.get_page("/admin/revenue").get_text()
    assert admin.get("/admin/revenue.csv").status_code == 200

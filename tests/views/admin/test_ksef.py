"""The page for KSeF numbers: typed, read from a file, and refused with a reason."""

import io

import pytest
from flask import Flask

from promosms.documents import ksef as numbers
from promosms.services.invoices import invoices, ksef
from tests.support.cast import Cast
from tests.support.invoicing import POLISH, issued, today
from tests.support.pages import PageClient, words
from tests.support.settings import override

PAGE = "/admin/invoices/ksef"


def number(part: str) -> str:
    text = f"5260001246-{today():%Y%m%d}-{part}"
    return f"{text}-{numbers.crc8(text.encode()):02X}"


def test_a_correction_gets_its_file_when_the_number_is_entered(
    app: Flask, cast: Cast, admin: PageClient
) -> None:
    override(app, POLISH)
    with app.app_context():
        invoice = issued(cast.owner.account_id, rate=2300, currency="PLN")
        note = invoices.credit(invoice, 61_500, "", "")
        label, other, public_id = invoice.label, note.label, note.public_id
    listed = admin.get_page("/admin/invoices")
    assert "FA(3) waits for the KSeF number of the original" in listed.get_text()
    admin.get_page(f"/admin/invoices/{public_id}/fa3", 404)
    page = admin.get_page(f"{PAGE}?invoice={label}")
    assert page.select_one(f"input[name=invoice][value='{label}']")
    wrong = number("0100001AF629")[:-1] + "Z"
    for typed, reason in (
        ({"number": wrong}, "A KSeF number has 35 characters"),
        ({"number": number("0100001AF629"), "outside": "y"}, "or tick the box"),
        ({}, "or tick the box"),
        ({"number": number("0100001AF629"), "invoice": "FV/1"}, "There is no invoice for KSeF"),
    ):
        shown = admin.post_page(PAGE, {"invoice": label, **typed}, 422)
        assert reason in words(shown.get_text(" "))
    right = {"invoice": label, "number": number("0100001AF629")}
    assert f"recorded for {label}" in words(admin.post_page(PAGE, right).get_text(" "))
    assert b"NrKSeFFaKorygowanej" in admin.get(f"/admin/invoices/{public_id}/fa3").data
    table = f"{other};{number('0100001AF62A')}\n{label};{number('0100001AF62A')}\nX;{wrong}\n"
    sent = {"file": (io.BytesIO(table.encode()), "ksef.csv")}
    shown = words(admin.post_page(f"{PAGE}/file", sent).get_text(" "))
    assert "1 number is recorded." in shown
    assert f"{label}: Another invoice here has this number already." in shown
    assert "Every invoice for KSeF has its number" in shown
    bad = {"file": (io.BytesIO(b"a;b"), "x.csv")}
    shown = words(admin.post_page(f"{PAGE}/file", bad, 422).get_text(" "))
    assert "neither a receipt of KSeF nor a table" in shown
    with app.app_context():
        assert ksef.waiting() == []


@pytest.mark.parametrize("path", [PAGE])
def test_it_refuses_others(owner: PageClient, visitor: PageClient, path: str) -> None:
    owner.get_page(path, 404)
    assert "/login" in visitor.get(path).location

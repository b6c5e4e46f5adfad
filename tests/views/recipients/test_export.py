"""The export of all recipients."""

import csv
import io
from collections.abc import Callable

import pytest
from flask import Flask

from promosms.models import SuppressionSource
from promosms.services.recipients import exports
from promosms.services.sending import opt_outs
from tests.support.cast import Cast
from tests.support.pages import PageClient

Add = Callable[..., str]


def table(client: PageClient) -> list[dict[str, str]]:
    response = client.get("/recipients/export.csv")
    assert response.mimetype == "text/csv"
    assert "attachment" in response.headers["Content-Disposition"]
    return list(csv.DictReader(io.StringIO(response.text.removeprefix("\ufeff"), newline="")))


def test_it_contains_every_field(owner: PageClient, add: Add, app: Flask, cast: Cast) -> None:
    add("601234567", on="Guests", first_name="Łucja", note='two\nlines, "quoted"')
    add("602345678", agreed=False, company="=HYPERLINK(1)", city="+48")
    with app.app_context():
        opt_outs.opt_out(cast.owner.account_id, "+48602345678", SuppressionSource.REPLY)
    first, second = table(owner)
    assert (first["Mobile number"], first["First name"]) == ("'+48601234567", "Łucja")
    assert first["Note"] == 'two\nlines, "quoted"'
    assert (first["Lists"], first["Agreed to promotions"]) == ("Guests", "yes")
    assert first["Where or how they agreed"] == "form"
    assert first["When they agreed"]
    assert (second["Company"], second["City"]) == ("'=HYPERLINK(1)", "'+48")
    assert (second["Agreed to promotions"], second["Opted out"]) == ("no", "yes")


def test_it_reads_page_by_page(
    owner: PageClient, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "PAGE", 3)
    for n in range(10):
        add(f"60123450{n}")
    assert len({row["Mobile number"] for row in table(owner)}) == 10


def test_the_export_can_be_imported_again(
    owner: PageClient, stranger: PageClient, add: Add
) -> None:
    add("601234567", first_name="Łucja", company="=A1", note="'quoted'")
    add("+447911123456", first_name="Sam")
    content = owner.get("/recipients/export.csv").data
    upload = {"file": (io.BytesIO(content), "recipients.csv")}
    page = stranger.post_page("/imports/new", upload)
    chosen = [
        (select.select_one("option[selected]") or {"value": ""})["value"]
        for select in page.select("[name=column]")
    ]
    form = page.select_one("main form")
    assert form is not None
    assert chosen[:3] == ["phone", "email", "first_name"]
    data = {"column": chosen, "has_header": "y", "consent": "none"}
    stranger.post_page(str(form["action"]), data)
    assert "will be refused" not in page.get_text()
    assert "2 recipients will be added" in page.get_text()

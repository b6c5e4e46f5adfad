"""The export of all recipients."""

import csv
import io
import os
import threading
import time
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook

from promosms.models import SuppressionSource
from promosms.services.privacy import export as account_export
from promosms.services.recipients import exports
from promosms.services.sending import opt_outs
from promosms.services.workbooks import run, workbooks
from promosms.settings import instance_file
from promosms.views import files
from tests.support.cast import Cast
from tests.support.pages import PageClient

Add = Callable[..., str]


def table(client: PageClient, query: str = "") -> list[dict[str, str]]:
    response = client.get(f"/recipients/download?form=commas&{query}")
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


def test_it_has_what_the_page_shows(
    owner: PageClient, stranger: PageClient, add: Add, app: Flask, cast: Cast
) -> None:
    add("601234567", on="Guests", first_name="Ala", city="Łódź")
    add("602345678", on="Guests", first_name="Ola", agreed=False)
    add("603345678", first_name="Ula", city="Łódź")
    page = owner.get_page("/lists")
    guests = str(page.select(".rows a.title")[0]["href"])
    on_guests = f"list={guests.rsplit('/', 1)[1]}"
    for query, expected in (
        ("", "Ala Ola Ula"),
        (on_guests, "Ala Ola"),
        (f"{on_guests}&state=no_consent", "Ola"),
        ("q=lodz", "Ala Ula"),
    ):
        assert [row["First name"] for row in table(owner, query)] == expected.split(), query
    offered = owner.get_page(f"{guests}?q=ola").select(".download a")
    assert [str(link["href"]).rpartition("=")[2] for link in offered] == [
        *("xlsx", "semicolons", "commas")
    ]
    rows = owner.get(str(offered[1]["href"])).text.splitlines()
    assert [row.split(";")[2] for row in rows] == ["First name", "Ola"]
    row = {"c0-kind": "text", "c0-subject": "city", "c0-test": "contains", "c0-text": "lodz"}
    owner.post_page("/segments/new", {**row, "match": "all", "name": "Łódź", "action": "save"})
    segment = str(owner.get_page("/segments").select(".rows a.title")[0]["href"])
    (link,) = owner.get_page(segment).select(".download a[href$=commas]")
    in_segment = str(link["href"]).partition("?")[2]
    assert [row["First name"] for row in table(owner, in_segment)] == ["Ala", "Ula"]
    for address in (on_guests, in_segment):
        assert stranger.get(f"/recipients/download?{address}").status_code == 404


def test_slow_readers_do_not_take_all_threads(
    owner: PageClient, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    add("601234567")
    threads = threading.BoundedSemaphore(1)
    monkeypatch.setattr(files, "_threads", threads)
    for form in ("commas", "xlsx"):
        url = f"/recipients/download?form={form}"
        owner.get(url).close()  # the reader has left
        whole = owner.get(url)
        assert whole.data
        with threads:
            response = owner.get(url)
            assert (response.status_code, response.headers["Retry-After"]) == (503, "60")
            response.close()
        whole.close()


def test_a_workbook_holds_the_same(
    owner: PageClient, add: Add, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    add("601234567", on="Guests", first_name="Łucja", note="=1+1", tax_id="0012")
    response = owner.get("/recipients/download?form=xlsx")
    assert response.mimetype.endswith("spreadsheetml.sheet")
    assert "recipients.xlsx" in response.headers["Content-Disposition"]
    book = CalamineWorkbook.from_filelike(io.BytesIO(response.data))
    head, row = book.get_sheet_by_name("Recipients").to_python()
    values = dict(zip(head, row, strict=True))
    assert (values["Mobile number"], values["Lists"]) == ("+48601234567", "Guests")
    assert (values["Tax ID"], values["Note"]) == ("0012", "=1+1")
    assert isinstance(values["When they agreed"], date)
    response.close()
    monkeypatch.setattr(files, "MOST_AT_ONCE", 0)
    response = owner.get("/recipients/download?form=xlsx")
    assert (response.status_code, "CSV is downloaded at once" in response.text) == (200, True)
    response.close()
    with app.app_context():
        folder = instance_file(files.FOLDER, "any").parent
        assert not list(folder.iterdir())
        for left, age in (("workbook-old", 2), ("workbook-new", 0)):
            (folder / left).mkdir()
            (folder / left / "rows").touch()
            os.utime(folder / left, (time.time() - age * 3600,) * 2)
        account_export.forget_expired()
        assert [path.name for path in folder.iterdir()] == ["workbook-new"]


def test_a_long_workbook_is_made_by_a_worker_and_downloaded(
    owner: PageClient, stranger: PageClient, add: Add, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    add("601234567", on="Guests", first_name="Ala", city="Łódź")
    add("602345678", first_name="Ola")
    monkeypatch.setattr(files, "MOST_AT_ONCE", 0)
    url = "/recipients/download?form=xlsx&q=lodz"
    (form,) = owner.get_page(url).select("main form")
    asked = {str(one["name"]): str(one["value"]) for one in form.select("input[value]")}
    assert (asked["kind"], asked["q"]) == ("recipients", "lodz")
    address = str(owner.send("/recipients/workbooks", asked).headers["Location"])
    for page in (address, f"{address}/progress"):
        assert "0 of 1 rows" in owner.get(page).text
    assert owner.get(f"{address}/file").status_code == 404, "it is not ready"
    with app.app_context():
        assert [run.work(one) for one in workbooks.waiting()] == [False]
    assert owner.get(url).headers["Location"] == address, "the same button leads there"
    (link,) = owner.get_page(address).select("main a.first")
    with owner.get(str(link["href"])) as response:
        book = CalamineWorkbook.from_filelike(io.BytesIO(response.data))
        assert "recipients.xlsx" in response.headers["Content-Disposition"]
    assert [row[2] for row in book.get_sheet_by_index(0).to_python()] == ["First name", "Ala"]
    for theirs in (address, f"{address}/progress", f"{address}/file"):
        assert stranger.get(theirs).status_code == 404
    assert stranger.send(f"{address}/delete").status_code == 404
    for kind in ("consents", "opt-outs"):
        assert owner.send("/recipients/workbooks", {"kind": kind}).status_code == 303
    assert owner.send("/recipients/workbooks", {"kind": "users"}).status_code == 404
    owner.send(f"{address}/delete")
    assert owner.get(f"{address}/file").status_code == 404


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
    add("601234567", on="Guests", first_name="Łucja", company="=A1", note="'quoted'")
    add("+447911123456", first_name="Sam")
    content = owner.get("/recipients/download?form=commas").data
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
    assert "By the file 2 recipients have agreed" in page.get_text()
    assert "on the lists “Guests”" in page.get_text()

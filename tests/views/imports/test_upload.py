"""Uploading a file: columns, consent, start, result."""

import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Import, Recipient, now
from promosms.services.imports import run as import_run
from tests.support.html import Page
from tests.support.pages import PageClient

FILE = "Telefon;Imię;Shop\r\n601 234 567;Łucja;A\r\n4.479E+11;Ewa;B\r\n22 621 00 00;=Jan;Canary\r\n"
START = {
    "column": ["phone", "first_name", ""],
    "has_header": "y",
    "new_list": "Guests",
    "consent": "given",
    "consent_source": "card",
    "consent_on": "2026-05-12",
}
Work = Callable[[], None]


@pytest.fixture
def work(app: Flask) -> Work:
    """Run every import to its end, as the worker does."""

    def _work() -> None:
        with app.app_context():
            for (import_id,) in db.session.query(Import.id).all():
                while import_run.work(import_id):
                    pass

    return _work


def upload(client: PageClient, content: bytes, name: str = "guests.csv") -> Page:
    return client.post_page("/imports/new", {"file": (io.BytesIO(content), name)})


def address(page: Page) -> str:
    form = page.select_one("main form[action^='/imports/']")
    assert form is not None
    return str(form["action"])


def test_it_shows_guessed_columns_and_what_will_happen(owner: PageClient) -> None:
    owner.get_page("/imports/new")
    page = upload(owner, FILE.encode("cp1250"))
    assert "What do the columns mean?" in page.get_text()
    chosen = [str(option["value"]) for option in page.select("[name=column] option[selected]")]
    assert chosen == ["phone", "first_name"]
    text = " ".join(page.get_text().split())
    assert "guests.csv has 3 rows." in text
    assert "Łucja" in text
    assert "separated by semicolons, its letters are read as Central European." in text
    assert "1 recipient will be added, 2 rows will be refused." in text
    assert "A spreadsheet program has rounded the number" in text
    assert "This is a landline." in text


def test_it_imports_in_the_worker_and_shows_the_result(owner: PageClient, work: Work) -> None:
    url = address(upload(owner, FILE.encode("utf-16")))
    page = owner.post_page(url, START)
    assert page.select_one(f'[data-refresh="{url}/progress"]')
    assert "The service that imports is not running" in page.get_text()
    assert "data-done" not in owner.get(url + "/progress").text
    work()
    assert "data-done" in owner.get(url + "/progress").text
    page = owner.get_page(url)
    text = " ".join(page.get_text().split())
    assert "The import is finished." in text
    assert "2 rows were refused" in text
    assert "2 rows need a look" in text
    legend = page.select(".stacked .legend li")
    assert [" ".join(item.get_text(" ").split()) for item in legend] == ["1 added", "2 need a look"]
    said = [row.get_text() for row in page.select(".mend .was small")]
    assert (said[0], said[1][:22], said[2:]) == (
        *("row 3", "A spreadsheet program "),
        ["row 4", "This is a landline. Texts need a mobile number."],
    )
    assert "Open the list “Guests”" in text
    history = " ".join(
        owner.get_page("/imports").select_one(".row a.title").parent.get_text().split()
    )
    assert "1 added, 2 need a look" in history
    assert "Finished" in history
    assert "Łucja" in owner.get_page("/recipients").get_text()


def test_refused_rows_download_without_formulas(owner: PageClient, work: Work) -> None:
    url = address(upload(owner, FILE.encode()))
    owner.post_page(url, START)
    work()
    response = owner.get(url + "/refused/download?form=commas")
    assert response.mimetype == "text/csv"
    assert response.text.startswith("\ufeffRow,Problem,Mobile number,First name\r\n3,")
    assert ",22 621 00 00,'=Jan\r\n" in response.text
    assert "Canary" not in response.text + owner.get(url).text


def test_corrected_rows_are_imported_again(owner: PageClient, work: Work) -> None:
    url = address(upload(owner, FILE.encode()))
    owner.post_page(url, START)
    work()
    corrected = owner.get(url + "/refused/download?form=commas").text.replace(
        "22 621 00 00", "602 345 678"
    )
    page = upload(owner, corrected.encode(), "refused-rows.csv")
    chosen = [select.select_one("option[selected]") for select in page.select("[name=column]")]
    fields = [option["value"] if option else "" for option in chosen]
    assert fields == ["", "", "phone", "first_name"]
    owner.post_page(address(page), {**START, "column": fields, "new_list": "", "list": ""})
    work()
    assert "=Jan" in owner.get_page("/recipients").get_text()


def test_it_asks_for_the_column_of_numbers(owner: PageClient) -> None:
    url = address(upload(owner, FILE.encode()))
    page = owner.post_page(url, {**START, "column": ["", "first_name", ""]})
    assert "Choose the column that holds the mobile numbers." in page.get_text()
    page = owner.post_page(url, {**START, "column": ["phone", "phone", ""]})
    assert "Two columns fill the same field." in page.get_text()
    page = owner.post_page(url, {**START, "column": ["phone", "is_admin"]})
    assert "Choose a field for each column" in page.get_text()


def test_it_asks_for_the_consent(owner: PageClient) -> None:
    url = address(upload(owner, FILE.encode()))
    page = owner.post_page(url, {**START, "consent": ""})
    assert "to put right" in page.get_text()
    page = owner.post_page(url, {**START, "consent_source": ""})
    assert "Write where or how they agreed." in page.get_text()


def test_it_accepts_one_list_only(owner: PageClient, stranger: PageClient) -> None:
    owner.post_page("/lists", {"name": "Old"})
    url = address(upload(owner, FILE.encode()))
    option = owner.get_page(url).select_one("select[name=list] option:nth-of-type(2)")
    assert option is not None
    page = owner.post_page(url, {**START, "list": option["value"]})
    assert "Choose a list or name a new one, not both." in page.get_text()
    stranger_url = address(upload(stranger, FILE.encode()))
    page = stranger.post_page(stranger_url, {**START, "new_list": "", "list": option["value"]})
    assert "to put right" in page.get_text()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "This file is empty."),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "not a table but a picture"),
        (b"PK\x03\x04" + b"\0" * 100, "This workbook is damaged"),
        (b"<html><table><tr><td>601234567", "This is a web page or XML"),
        (b"name,city\nAnna,Gdynia\n", "No column of this file holds mobile numbers."),
        (b"phone,city\n", "There is only a row of column names"),
        (b",".join([b"x"] * 101) + b"\n", "more than 100 columns"),
        (b'"601234567\n' + b"602345678\n" * 20_000, "A quotation mark is opened"),
    ],
)
def test_an_invalid_file_is_explained(owner: PageClient, content: bytes, words: str) -> None:
    page = upload(owner, content)
    error = page.select_one("#file-error")
    assert error is not None
    assert words in error.get_text()


def test_it_requires_a_file(owner: PageClient) -> None:
    assert "Choose a file." in owner.post_page("/imports/new", {}).get_text()


def test_a_column_of_damaged_numbers_is_named(owner: PageClient, work: Work) -> None:
    page = upload(owner, b"phone\n4.479E+11\n4.479E+11\n")
    assert "0 recipients will be added, 2 rows will be refused." in " ".join(
        page.get_text().split()
    )
    url = address(page)
    owner.post_page(url, {**START, "column": ["phone"]})
    work()
    assert "Nobody was imported." in owner.get_page(url).get_text()


def test_it_can_be_stopped_and_undone(owner: PageClient, work: Work, app: Flask) -> None:
    url = address(upload(owner, FILE.encode()))
    page = owner.post_page(url + "/cancel")
    assert "The import was stopped after 0 of 3 rows." in page.get_text()
    url = address(upload(owner, FILE.encode()))
    owner.post_page(url, START)
    work()
    page = owner.post_page(url + "/undo")
    assert "The import was undone" in page.get_text()
    with app.app_context():
        assert db.session.query(Recipient).count() == 0


def test_starting_twice_imports_once(owner: PageClient, work: Work) -> None:
    url = address(upload(owner, FILE.encode()))
    owner.post_page(url, START)
    owner.post_page(url, START)
    work()
    assert "1 recipient" in owner.get_page("/recipients").get_text()


def test_it_refuses_strangers(owner: PageClient, stranger: PageClient, work: Work) -> None:
    url = address(upload(owner, FILE.encode()))
    for path in ("", "/progress", "/refused/download"):
        assert stranger.get(url + path).status_code == 404, path
    for path in ("", "/cancel", "/undo"):
        assert stranger.send(url + path, START).status_code == 404, path
    assert "guests.csv" not in stranger.get_page("/imports").get_text()
    owner.post_page(url, START)


def test_it_refuses_visitors(visitor: PageClient) -> None:
    for url in ("/imports/new", "/imports/paste", "/imports/00000000000000000000"):
        assert visitor.get(url).status_code == 302


def test_a_colleague_may_import(colleague: PageClient) -> None:
    assert "What do the columns mean?" in upload(colleague, FILE.encode()).get_text()


def test_it_says_how_many_have_opted_out(owner: PageClient) -> None:
    content = b"Phone,Accepts SMS Marketing\n601234567,yes\n602345678,no\n603456789,no\n"
    page = upload(owner, content)
    assert page.select_one("select[name=column] option[value=agreed][selected]")
    assert "By the file 2 numbers opt out." in page.get_text()


@pytest.mark.parametrize(
    ("mode", "name", "said"),
    [
        ("", "Łucja", "1 was here before and is up to date"),
        ("complete", "Anna", "1 was here before and is up to date"),
        ("leave", "Anna", "1 was here before and was left as it is"),
    ],
)
def test_it_does_with_people_who_are_here_what_was_chosen(
    owner: PageClient, work: Work, mode: str, name: str, said: str
) -> None:
    url = address(upload(owner, b"Telefon;Imie\r\n601 234 567;Anna\r\n"))
    owner.post_page(url, {**START, "column": ["phone", "first_name"]})
    work()
    url = address(upload(owner, FILE.encode()))
    chosen = owner.get_page(url).select("[name=mode][checked]")
    assert [option["value"] for option in chosen] == ["overwrite"]
    owner.post_page(url, {**START, "new_list": "", **({"mode": mode} if mode else {})})
    work()
    assert said in " ".join(owner.get_page(url).get_text().split())
    assert name in owner.get_page("/recipients").get_text()


def test_a_mode_that_does_not_exist_is_refused(owner: PageClient, work: Work) -> None:
    url = address(upload(owner, FILE.encode()))
    page = owner.post_page(url, {**START, "mode": "delete"})
    assert "Choose what happens to them." in page.get_text()


def test_it_can_be_undone_until_a_time_that_is_said(
    owner: PageClient, work: Work, app: Flask
) -> None:
    url = address(upload(owner, FILE.encode()))
    owner.post_page(url, START)
    work()
    button = f"form[action='{url}/undo']"
    page = owner.get_page(url)
    assert "You can do that for 24 hours, until " in page.get_text()
    assert page.select_one(button)
    with app.app_context(), transaction() as session:
        session.execute(update(Import).values(finished_at=now() - timedelta(hours=24)))
    page = owner.get_page(url)
    assert "An import can be undone for 24 hours. For this one they ended on " in page.get_text()
    assert not page.select_one(button)
    page = owner.post_page(url + "/undo")
    assert "cannot be undone any more" in page.get_text(), "a page that was left open"
    work()
    assert "Łucja" in owner.get_page("/recipients").get_text()

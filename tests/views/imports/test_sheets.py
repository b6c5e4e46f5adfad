"""Uploading a workbook: it asks for the sheet if there are several, and says what is wrong."""

import io

import pytest
from flask import Flask

from promosms.extensions import db
from promosms.models import Import, Recipient
from promosms.services.imports import run as import_run
from tests.support.html import Page
from tests.support.pages import PageClient
from tests.support.workbooks import archive, content, raw, workbook, xlsx
from tests.views.imports.test_upload import START, address

NOTES = [["Notes", "2024"], ["call", "back"]]
PEOPLE = [["Telefon", "Imię", "x"], [601234567, "Łucja", "Canary"], [226210000, "Ola", "x"]]
OLD = [["Telefon", "Imię", "x"], [602345678, "Ula", "x"]]
START = {**START, "column": ["phone", "first_name", ""]}
PASSWORD = b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le")
ROW = '<row><c t="inlineStr"><is><t>601234567</t></is></c></row>'


def upload(client: PageClient, content: bytes, name: str = "klienci.xlsx") -> Page:
    return client.post_page("/imports/new", {"file": (io.BytesIO(content), name)})


def text_of(page: Page) -> str:
    return " ".join(page.get_text().split())


def several(hidden: bool = False) -> bytes:
    book = workbook(Notes=NOTES, Klienci=PEOPLE, Old=OLD)
    if hidden:
        book["Old"].sheet_state = "hidden"
        book["Klienci"].row_dimensions[3].hidden = True
    return content(book)


def people(app: Flask) -> set[str]:
    with app.app_context():
        for (import_id,) in db.session.query(Import.id).all():
            while import_run.work(import_id):
                pass
        return {row.first_name for row in db.session.query(Recipient)}


def test_a_workbook_with_one_sheet_is_imported_like_any_file(owner: PageClient, app: Flask) -> None:
    page = upload(owner, xlsx(PEOPLE))
    assert "klienci.xlsx has 2 rows." in text_of(page)
    assert "1 recipient will be added, 1 row will be refused." in text_of(page)
    assert "It was read as a workbook." in text_of(page)
    assert "hidden" not in text_of(page)
    owner.post_page(address(page), START)
    assert people(app) == {"Łucja"}


def test_it_asks_for_the_sheet_and_imports_it(owner: PageClient, app: Flask) -> None:
    page = upload(owner, several())
    assert "Which sheet holds your recipients?" in text_of(page)
    assert not page.select("[name=column]")
    labels = [" ".join(label.get_text().split()) for label in page.select("main form label")]
    assert labels[0] == "Notes2 rows: Notes, 2024, call, back"
    assert labels[1].startswith("Klienci3 rows: Telefon, Imię, x, 601234567")
    chosen = page.select_one("[name=sheet][checked]")
    assert chosen is not None
    assert chosen["value"] == "1"
    assert "hidden" not in text_of(page)
    url = address(page)
    owner.post_page(url, {**START, "has_header": "y"})  # not yet
    page = owner.post_page(url, {"sheet": "2"})
    assert "What do the columns mean?" in text_of(page)
    assert "Ula" in text_of(page)
    page = owner.post_page(url, {"sheet": "1"})  # a second click, of another browser
    assert "Łucja" not in text_of(page)
    owner.post_page(url, START)
    page = owner.post_page(url, {"sheet": "1"})
    assert "Which sheet" not in text_of(page)
    assert people(app) == {"Ula"}


@pytest.mark.parametrize("sheet", ["3", "-1", "x", ""])
def test_a_sheet_has_to_be_chosen(owner: PageClient, sheet: str) -> None:
    url = address(upload(owner, several()))
    page = owner.post_page(url, {"sheet": sheet})
    assert "Choose the sheet with your recipients." in text_of(page)


def test_a_sheet_without_numbers_is_explained(owner: PageClient) -> None:
    url = address(upload(owner, several()))
    page = owner.post_page(url, {"sheet": "0"})
    assert "There are no mobile numbers in this sheet. Choose another one." in text_of(page)
    assert "What do the columns mean?" in text_of(owner.post_page(url, {"sheet": "1"}))


def test_names_and_words_of_sheets_are_no_markup(owner: PageClient) -> None:
    book = workbook([["<i>x</i>", "x"], ["a", "b"]], PEOPLE)
    book["Sheet1"].title = "<b>A"
    page = upload(owner, content(book))
    assert "<b>A" in text_of(page)
    assert "<i>x</i>" in text_of(page)
    assert not page.select("main form label b, main form label i")


def test_a_sheet_that_is_too_wide_is_explained(owner: PageClient) -> None:
    page = upload(owner, xlsx(PEOPLE, [["x"] * 101]))
    assert "Sheet2cannot be imported" in text_of(page)
    page = owner.post_page(address(page), {"sheet": "1"})
    assert "There are more than 100 columns" in text_of(page)


def test_it_says_what_is_hidden(owner: PageClient) -> None:
    page = upload(owner, several(hidden=True))
    assert "1 hidden sheet is left out." in text_of(page)
    page = owner.post_page(address(page), {"sheet": "1"})
    assert "1 row is hidden in the workbook" in text_of(page)


def test_it_refuses_strangers(owner: PageClient, stranger: PageClient) -> None:
    url = address(upload(owner, several()))
    assert stranger.send(url, {"sheet": "1"}).status_code == 404
    assert "Which sheet" in text_of(owner.get_page(url))


def test_the_question_can_be_dropped(owner: PageClient) -> None:
    url = address(upload(owner, several()))
    assert "The import was stopped" in text_of(owner.post_page(f"{url}/cancel"))


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (PASSWORD, "save it without one"),
        (xlsx(PEOPLE)[:-50], "This workbook is damaged"),
        (xlsx([]), "All sheets of this workbook are empty."),
        (archive({"Index/Document.iwa": "x"}), "“Export To”, Excel"),
        (archive({"word/document.xml": "x"}), "a document or an archive, not a workbook"),
        (raw(ROW * 200_000), "This workbook unpacks to more than"),
    ],
    ids=["password", "damaged", "empty", "numbers", "document", "bomb"],
)
def test_what_cannot_be_read_is_explained(owner: PageClient, file: bytes, words: str) -> None:
    error = upload(owner, file).select_one("#file-error")
    assert error is not None
    assert words in error.get_text()

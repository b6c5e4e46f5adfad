"""On a phone: a damaged Polish workbook is imported, mended on the page, and sent to."""

import re
from pathlib import Path

import openpyxl
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenBrowser
from tests.browser.story import SEND, Shop, agree, heading, review

PHONE = {"width": 360, "height": 740}
ROWS = [
    ["Lista klientów salonu", None, None],
    ["Imię i nazwisko", "Tel. kom.", "Zgoda na SMS"],
    ["Łucja Żak", 48601330201.0, "tak"],
    ["Jan Wójcik", "601 330 202 wew. 5", "tak"],
    ["Ola Śliwa", "6O1 330 203", "tak"],
    ["Adam Łęcki", "22 555 12 34", "tak"],
    ["Ewa Zając", "4.479E+11", "tak"],
    ["Piotr Nie", "601 330 204", "nie"],
    ["Łucja Żak", "+48 601-330-201", "tak"],
]


def test_a_damaged_workbook_is_mended_and_sent_to_on_a_phone(
    open_browser: OpenBrowser, shop: Shop, tmp_path: Path
) -> None:
    page = open_browser(viewport=PHONE, storage_state=shop.memory).page
    upload(page, workbook(tmp_path))
    start(page)
    mend(page)
    send(page)


def workbook(folder: Path) -> Path:
    """Two sheets: the customers, and another one with prices."""
    book = openpyxl.Workbook()
    prices = book.active
    prices.title = "Cennik"
    for row in (["Usługa", "Cena"], ["Strzyżenie", 80], ["Farbowanie", 240]):
        prices.append(row)
    customers = book.create_sheet("Klienci")
    for row in ROWS:
        customers.append(row)
    book.save(folder / "klienci.xlsx")
    return folder / "klienci.xlsx"


def upload(page: Page, file: Path) -> None:
    page.goto("/imports/new")
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_role("button", name="Upload").click()
    heading(page, "Which sheet?")
    expect(page.get_by_role("radio", name="Klienci")).to_be_checked()
    page.get_by_role("button", name="Take this sheet").click()


def start(page: Page) -> None:
    heading(page, "What do the columns mean?")
    chosen = page.get_by_role("combobox", name=re.compile("^Column"))
    assert [box.input_value() for box in chosen.all()] == ["first_name", "phone", "agreed"]
    agree(page)
    page.get_by_label("Or on a new list, called").fill("Salon")
    page.get_by_role("button", name="Start the import").click()
    expect(page.get_by_text("The import is finished.")).to_be_visible()


def mend(page: Page) -> None:
    """What is certain at once, what is likely by a press; the others are left out."""
    heading(page, "Import: klienci.xlsx")
    expect(page.get_by_role("heading", name="4 rows need a look")).to_be_visible()
    page.get_by_role("button", name="Use 1 that is certain").click()
    row = page.get_by_role("listitem").filter(has_text="Ola Śliwa")
    row.get_by_role("button", name="Perhaps it is +48 601 330 203").click()
    for number in (6, 7):
        page.get_by_role("button", name=f"Leave row {number} out").click()
    expect(page.get_by_role("heading", name="No row is left to look at")).to_be_visible()
    page.get_by_role("link", name="Back to the import").click()
    expect(page.get_by_text("4 recipients were added")).to_be_visible()
    expect(page.get_by_text("1 number has opted out and gets no texts.")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def send(page: Page) -> None:
    page.get_by_role("link", name="Write to them").click()
    heading(page, "Write a text")
    expect(page.get_by_role("checkbox", name="Salon")).to_be_checked()
    page.get_by_label("Your text").fill("Hi {first_name|there}, new hours")
    review(page)
    expect(page.get_by_role("main")).to_contain_text("3 people get 3 texts")
    expect(page.get_by_role("main")).to_contain_text(re.compile("opted out"))
    page.get_by_role("button", name=SEND).click()
    expect(page.get_by_role("main")).to_contain_text("100% arrived.")

"""The price table: exported, previewed and imported."""

import io

from flask import Flask

from promosms.services.installation import defaults
from promosms.services.prices import prices
from tests.support.html import Page
from tests.support.pages import PageClient, words

PAGE = "/admin/routes/standard/prices"


def present(app: Flask) -> dict[tuple[str, str], int]:
    with app.app_context():
        return prices.price_list(defaults.default_route().id).amounts


def choose(admin: PageClient, text: bytes, status: int = 200) -> Page:
    return admin.post_page(f"{PAGE}/table", {"file": (io.BytesIO(text), "prices.csv")}, status)


def agreed(page: Page) -> dict[str, str]:
    return {name: str(page.select_one(f"#{name}")["value"]) for name in ("text", "digest")}


def test_it_is_previewed_and_then_imported(app: Flask, admin: PageClient) -> None:
    before = present(app)
    text = "country;price\nPL;0,05\nDE;0,07\nJP;1\nFR;none\nIT;free\nGB;0,045\n"
    page = choose(admin, b"\xef\xbb\xbf" + text.encode())
    assert present(app) == before
    rows = [words(row.get_text(" ")) for row in page.select("tbody tr")]
    assert rows == [
        "Poland PL dearer €0.03 €0.05",
        "Germany DE cheaper €0.08 €0.07",
        "Japan JP new – €1.00",
        "France FR nothing is sent there withdrawn €0.07 –",
        "Italy IT cheaper €0.065 free",
    ]
    assert "5 prices change. 1 row is so already." in words(page.get_text(" "))
    page = admin.post_page(f"{PAGE}/import", agreed(page))
    assert "5 prices are changed" in page.get_text()
    del before["FR", ""]
    changed = {("PL", ""): 500, ("DE", ""): 700, ("JP", ""): 10_000, ("IT", ""): 0}
    assert present(app) == {**before, **changed}


def test_importing_a_download_changes_nothing(app: Flask, admin: PageClient) -> None:
    admin.post_page(PAGE, {"country": "PL", "price": "0.02", "tier": "500", "prefix": "48731"})
    response = admin.get(f"{PAGE}.csv")
    assert response.content_type == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'attachment; filename="prices-standard.csv"'
    page = choose(admin, response.data)
    assert "There is nothing to change" in page.get_text()
    assert page.select_one("#digest") is None


def test_each_bad_row_is_named_with_what_to_do(app: Flask, admin: PageClient) -> None:
    before = present(app)
    text = b"country,price,currency\nPL,0.05,EUR\nXX,0.05,EUR\nDE,0,EUR\nFR,,EUR\nIT,0.07,PLN\n"
    page = choose(admin, text, 422)
    rows = [words(row.get_text(" ")) for row in page.select("tbody tr")]
    assert rows == [
        "3 There is no country “XX”. Write codes such as PL, DE.",
        "4 A price of 0 must be meant: write the word free.",
        "5 Enter a price, such as 0.03. Write none to send nothing there any more, or free.",
        "6 Prices here are in EUR, not in PLN. Convert them first.",
    ]
    assert "4 rows cannot be read, so nothing is imported" in page.get_text()
    assert page.select_one("#digest") is None
    assert present(app) == before


def test_a_file_without_a_table_is_refused(admin: PageClient) -> None:
    for text, problem in (
        (b"", "This file is empty"),
        (b"land,price\nPL,1\n", "There is a column “land”"),
        (b"country\nPL\n", "There is no column price"),
        (b"country,price\n\x81\x8d,1\n", "The letters of this file cannot be read"),
        (b"country,price" + b"\nPL,1" * 20_001, "The table is too large. Split it"),
    ):
        assert problem in choose(admin, text, 422).select(".error")[0].get_text()


def test_a_file_must_be_chosen(admin: PageClient) -> None:
    assert "Choose a file" in admin.post_page(f"{PAGE}/table", {}, 422).get_text()
    admin.get_page(f"{PAGE}/table")


def test_changed_prices_are_previewed_again(app: Flask, admin: PageClient) -> None:
    page = choose(admin, b"country,price\nPL,0.05\n")
    admin.post_page(PAGE, {"country": "PL", "price": "0.04"})
    page = admin.post_page(f"{PAGE}/import", agreed(page))
    assert "The prices have changed since you looked" in page.get_text()
    assert "dearer €0.04 €0.05" in words(page.get_text(" "))
    assert present(app)["PL", ""] == 400
    admin.post_page(f"{PAGE}/import", agreed(page))
    assert present(app)["PL", ""] == 500


def test_pressing_twice_imports_once(app: Flask, admin: PageClient) -> None:
    sent = agreed(choose(admin, b"country,price\nPL,0.05\n"))
    admin.post_page(f"{PAGE}/import", sent)
    assert "There is nothing to change" in admin.post_page(f"{PAGE}/import", sent).get_text()


def test_without_a_preview_nothing_is_imported(app: Flask, admin: PageClient) -> None:
    before = present(app)
    text = "country,price\nPL,0.05\n"
    for forged in (
        {},
        {"text": text},
        {"text": "junk", "digest": "x"},
        {"text": text, "digest": "x"},
    ):
        page = admin.post_page(f"{PAGE}/import", forged)
        assert page.select_one("main form button") is not None
    assert present(app) == before


def test_markup_in_a_table_stays_text(admin: PageClient) -> None:
    page = choose(admin, b"country,price\n<b>PL</b>,0.05\n", 422)
    assert page.select("tbody b") == []
    assert "“<b>PL</b>”" in page.get_text()

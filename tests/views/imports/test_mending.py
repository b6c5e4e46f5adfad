"""Refused rows are mended on the page: one by one, all that are certain, or left out."""

import io
from collections.abc import Callable

import pytest
from flask import Flask

from promosms.extensions import db
from promosms.models import Import
from promosms.services.imports import refused_rows
from promosms.services.imports import run as import_run
from tests.support.html import Page
from tests.support.pages import PageClient

HEAD = "Telefon;Imie\r\n601234567;Anna\r\n"
THREE = "60123456;Ewa\r\n22 621 00 00 / 602345678;Ola\r\n603 45 67 89 / 604 56 78 90;Iga <b>\r\n"
START = {"column": ["phone", "first_name"], "has_header": "y", "consent": "none", "new_list": "G"}
Begin = Callable[[str], str]


@pytest.fixture
def begin(app: Flask, owner: PageClient) -> Begin:
    """Import a file as the owner; returns the address of the import."""

    def _begin(rows: str = THREE) -> str:
        file = {"file": (io.BytesIO((HEAD + rows).encode()), "guests.csv")}
        page = owner.post_page("/imports/new", file)
        url = str(page.select_one("main form[action^='/imports/']")["action"])
        owner.post_page(url, START)
        with app.app_context():
            for (import_id,) in db.session.query(Import.id).all():
                while import_run.work(import_id):
                    pass
        return url

    return _begin


def keys(page: Page) -> list[str]:
    return [str(field["value"]) for field in page.select(".mend [name=row]")]


def sent(page: Page, **numbers: str) -> dict[str, object]:
    """What a browser sends of the page; `r0` is the number that is typed for the first row."""
    fields = {
        str(field["name"]): str(field.get("value", "")) for field in page.select(".mend [type=tel]")
    }
    found = keys(page)
    for name, number in numbers.items():
        fields[f"{found[int(name.removeprefix('r'))]}-number"] = number
    return {"row": found, **fields}


def text(page: Page) -> str:
    return " ".join(page.get_text().split())


def rows(page: Page) -> list[str]:
    return [" ".join(row.get_text(" ").split()) for row in page.select(".mend")]


def test_the_page_of_the_import_shows_what_can_be_mended(owner: PageClient, begin: Begin) -> None:
    page = owner.get_page(begin(THREE))
    assert "3 rows need a look" in text(page)
    assert "Use 1 that is certain" in text(page)
    fields = [str(field["value"]) for field in page.select(".mend [type=tel]")]
    assert fields == ["60123456", "+48 602 345 678", "603 45 67 89 / 604 56 78 90"]
    assert [button.get_text() for button in page.select("[name=take]")] == [
        "Perhaps it is +48 603 456 789"
    ]


def test_all_fields_are_saved_at_once_and_say_what_became_of_them(
    owner: PageClient, begin: Begin
) -> None:
    url = begin(THREE)
    page = owner.get_page(url)
    page = owner.post_page(url + "/refused", sent(page, r0="601 234 56", r2="601234567"))
    assert rows(page)[1:] == [
        "Ola row 4 +48 602 345 678 Added",
        "Iga <b> row 5 +48 601 234 567 Repeats another row",
    ]
    assert "2 rows are taken in now." in text(page)
    assert "1 row needs a look" in text(page)
    page = owner.post_page(url + "/refused", sent(page, r0="22 621 00 00"))
    assert str(page.title.get_text()).strip().startswith("Error: ")
    assert "Row 3: This is a landline." in text(page)
    field = page.select_one(".mend [type=tel]")
    assert (field["value"], field["aria-invalid"]) == ("22 621 00 00", "true")
    page = owner.post_page(url + "/refused", sent(page, r0="601234568"))
    assert rows(page) == ["Ewa row 3 +48 601 234 568 Added"]
    page = owner.get_page(url)
    assert "3 refused rows were mended, and are counted with the others." in text(page)
    assert "3 recipients were added" in text(page)
    assert not page.select(".mend")
    assert "There are no refused rows any more." in text(owner.get_page(url + "/refused"))


def test_what_was_not_touched_is_no_error(owner: PageClient, begin: Begin) -> None:
    url = begin("60123456;Ewa\r\n22 621 00 00;Jan\r\n;Nobody\r\n")
    page = owner.get_page(url)
    page = owner.post_page(url + "/refused", sent(page))
    assert not page.select(".errors")
    assert len(rows(page)) == 3


def test_one_row_is_used_alone_and_the_others_keep_what_was_typed(
    owner: PageClient, begin: Begin
) -> None:
    url = begin(THREE)
    page = owner.get_page(url)
    form = sent(page, r0="601234568", r2="605 55")
    page = owner.post_page(url + "/refused", {**form, "one": keys(page)[0]})
    assert rows(page)[0] == "Ewa row 3 +48 601 234 568 Added"
    fields = [str(field["value"]) for field in page.select(".mend [type=tel]")]
    assert fields == ["+48 602 345 678", "605 55"]
    form = sent(page)
    page = owner.post_page(url + "/refused", {**form, "leave": keys(page)[0]})
    assert rows(page)[0] == "Ola row 4 Left out"
    page = owner.post_page(url + "/refused", {**sent(page), "take": keys(page)[0]})
    assert rows(page) == ["Iga <b> row 5 +48 603 456 789 Added"]
    page = owner.get_page(url)
    assert "You left 1 refused row out." in text(page)
    legend = [" ".join(item.get_text(" ").split()) for item in page.select(".stacked .legend li")]
    assert legend == ["3 added", "1 left out"]


def test_all_that_are_certain_are_used(owner: PageClient, begin: Begin) -> None:
    url = begin(THREE)
    page = owner.post_page(url + "/refused", {**sent(owner.get_page(url)), "certain": "all"})
    assert "1 row is taken in now." in text(page)
    assert "2 rows need a look" in text(page)
    page = owner.post_page(url + "/refused", {"certain": "all"})
    assert "There was no certain number any more." in text(page)


def test_a_second_click_and_a_stale_page_change_nothing(owner: PageClient, begin: Begin) -> None:
    url = begin(THREE)
    page = owner.get_page(url)
    form, row = sent(page, r0="601234568", r2="605678901"), keys(page)[0]
    owner.post_page(url + "/refused", form)
    page = owner.post_page(url + "/refused", form)
    assert "3 rows had been settled before" in text(page)
    assert not page.select(".mend")
    for name in ("one", "take", "leave"):
        owner.post_page(url + "/refused", {**form, name: row})
    assert "4 recipients were added" in text(owner.get_page(url))


def test_an_undone_import_takes_nothing_in(owner: PageClient, begin: Begin, app: Flask) -> None:
    url = begin(THREE)
    form = sent(owner.get_page(url), r0="601234568")
    owner.post_page(url + "/undo")
    page = owner.post_page(url + "/refused", form)
    assert "3 rows had been settled before, or their import was undone." in text(page)
    assert not owner.get_page(url).select(".mend")
    assert "Ewa" not in text(owner.get_page("/recipients"))


def test_many_rows_have_pages(
    owner: PageClient, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refused_rows, "PAGE", 2)
    url = begin(THREE)
    page = owner.get_page(url)
    assert len(rows(page)) == 2
    assert "Use all that are certain" in text(page)
    further = str(page.select_one(".pager a")["href"])
    form = sent(page, r0="601234568") | {"next": str(page.select_one("[name=next]")["value"])}
    page = owner.post_page(url + "/refused", form)
    assert str(page.select_one(".pager a")["href"]) == further
    page = owner.get_page(further)
    assert [row.partition(" row")[0] for row in rows(page)] == ["Iga <b>"]
    action = str(page.select_one("form[action*=refused]")["action"])
    page = owner.post_page(action, sent(page))
    assert [str(link["href"]) for link in page.select(".pager a")] == [url + "/refused"]


def test_a_cell_that_is_too_long_can_only_be_left_out(owner: PageClient, begin: Begin) -> None:
    url = begin(f"602345678;{'x' * 101}\r\n")
    page = owner.get_page(url)
    assert "One of the other cells is too long." in rows(page)[0]
    assert not page.select(".mend [type=tel]")
    page = owner.post_page(url + "/refused", {**sent(page), "leave": keys(page)[0]})
    assert rows(page)[0].endswith("Left out")


def test_it_refuses_strangers_and_rows_of_others(
    owner: PageClient, stranger: PageClient, begin: Begin, visitor: PageClient
) -> None:
    url = begin(THREE)
    form = sent(owner.get_page(url), r0="601234568")
    stranger.get_page(url + "/refused", 404)
    stranger.post_page(url + "/refused", form, 404)
    assert visitor.get(url + "/refused").status_code == 302
    assert "3 rows need a look" in text(owner.get_page(url))


@pytest.mark.parametrize("begin_with", ["x", "%00", "'", "1" * 300])
def test_a_page_that_begins_nowhere_is_the_first(
    owner: PageClient, begin: Begin, begin_with: str
) -> None:
    page = owner.get_page(begin(THREE) + f"/refused?first={begin_with}")
    assert len(rows(page)) == 3

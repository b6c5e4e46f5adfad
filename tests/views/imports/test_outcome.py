"""The outcome on the page of the columns: at once for small files, from a worker for large ones."""

import io

import pytest
from flask import Flask

from promosms import queue
from promosms.extensions import db
from promosms.jobs import imports as job
from promosms.models import Import
from promosms.services.imports import outcome
from tests.support.html import Page
from tests.support.pages import PageClient

FILE = b"Telefon;Imie\r\n601234567;Anna\r\n22 621 00 00;Jan\r\n601234567;Ewa\r\nabc;Ola\r\n"
CHOICE = {"column": ["phone", "first_name"], "has_header": "y", "mode": "overwrite"}
START = {**CHOICE, "consent": "none"}


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of four rows count as large."""
    monkeypatch.setattr(outcome, "SMALL", 3)


def upload(client: PageClient, content: bytes = FILE) -> Page:
    return client.post_page("/imports/new", {"file": (io.BytesIO(content), "guests.csv")})


def address(page: Page) -> str:
    return str(page.select_one("main form[action^='/imports/']")["action"])


def text(page: Page) -> str:
    return " ".join(page.get_text().split())


def work(app: Flask) -> None:
    with app.app_context():
        for (import_id,) in db.session.query(Import.id).all():
            job.check(import_id)


def test_a_small_file_shows_it_at_once(owner: PageClient) -> None:
    page = upload(owner)
    assert "1 recipient will be added, 2 rows will be refused." in text(page)
    assert "1 row repeats a number of the file, and will be merged." in text(page)
    assert "This is a landline. Texts need a mobile number.row 3: 22 621 00 00 · Jan" in text(page)
    assert not page.select("[data-refresh]")
    page = owner.post_page(address(page), {**CHOICE, "has_header": ""}, 200)
    assert "What do the columns mean?" in text(page), "nothing was started"


def test_it_is_checked_again_without_the_rest_of_the_form(owner: PageClient) -> None:
    url = address(upload(owner))
    owner.post_page(url, START)
    page = upload(owner, b"Telefon;Imie\r\n601234567;Anna\r\n602345678;Jan\r\n")
    url = address(page)
    form = {**CHOICE, "has_header": "", "mode": "leave", "check": "yes", "new_list": "Guests"}
    page = owner.post_page(url, form)
    assert "2 recipients will be added, 1 row will be refused." in text(page)
    assert not page.select(".errors")
    assert page.select_one("[name=new_list]")["value"] == "Guests"
    page = owner.get_page(url)
    assert page.select_one("[name=mode][checked]")["value"] == "leave"
    page = owner.post_page(url, {**form, "column": ["", "first_name"]})
    assert "Choose the column that holds the mobile numbers." in text(page)
    assert "Choose the columns, then check what will happen." in text(page)


def test_a_worker_finds_that_of_a_large_file(owner: PageClient, app: Flask, large: None) -> None:
    page = upload(owner)
    url = address(page)
    assert page.select_one(f'[data-refresh="{url}/outcome"]')
    assert "0 of 4 rows" in text(page)
    with app.app_context():
        assert [each.func_name for each in queue.queue("work").jobs] == [
            "promosms.jobs.imports.check"
        ]
    assert "data-done" not in owner.get(url + "/outcome").text
    work(app)
    part = owner.get(url + "/outcome").text
    assert 'data-done="stay"' in part
    assert "1 recipient will be added" in part
    page = owner.get_page(url)
    assert "1 recipient will be added" in text(page)
    form = {**CHOICE, "column": ["phone", ""], "mode": "leave"}
    page = owner.post_page(url, {**form, "check": "yes"})
    assert "0 of 4 rows" in text(page), "another choice has another outcome"
    work(app)
    assert "1 recipient will be added" in text(owner.get_page(url))


def test_starting_needs_no_check(owner: PageClient, large: None) -> None:
    url = address(upload(owner))
    page = owner.post_page(url, START)
    assert page.select_one(f'[data-refresh="{url}/progress"]')
    assert owner.get(url + "/outcome").status_code == 302


def test_it_is_nobody_elses(owner: PageClient, stranger: PageClient, visitor: PageClient) -> None:
    url = address(upload(owner)) + "/outcome"
    stranger.get_page(url, 404)
    assert visitor.get(url).status_code == 302

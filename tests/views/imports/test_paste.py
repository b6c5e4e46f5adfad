"""Pasting numbers."""

import pytest

from promosms.services.imports import imports
from tests.support.pages import PageClient

FORM = {"consent": "none", "new_list": "Pasted"}


def test_a_few_numbers_are_imported_within_the_request(owner: PageClient) -> None:
    owner.get_page("/imports/paste")
    page = owner.post_page(
        "/imports/paste", {**FORM, "text": "601234567, Anna Nowak\n602345678;abc\n601234567\n12"}
    )
    text = " ".join(page.get_text().split())
    assert "The import is finished." in text
    assert "1 row was refused" in text
    page = owner.get_page("/recipients")
    assert len(page.select(".rows input[name=recipient]")) == 2
    assert "Anna Nowak" in page.get_text()
    assert "Not agreed" in page.get_text()
    assert "Pasted" in page.get_text()


def test_many_numbers_are_imported_by_the_worker(
    owner: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "MOST_INLINE", 1)
    page = owner.post_page("/imports/paste", {**FORM, "text": "601234567\n602345678"})
    assert "0 of 2 rows" in page.get_text()
    assert page.select_one("[data-refresh]")


def test_it_refuses_an_empty_paste(owner: PageClient) -> None:
    page = owner.post_page("/imports/paste", {**FORM, "text": " "})
    assert "Paste at least one number." in page.get_text()
    page = owner.post_page("/imports/paste", {**FORM, "text": ";,;"})
    assert page.select_one("#text-error")


def test_an_expired_form_keeps_the_numbers(owner: PageClient) -> None:
    data = {**FORM, "text": "601234567", "csrf_token": "old"}
    page = owner.post_page("/imports/paste", data)
    assert "This page was open too long." in page.get_text()
    field = page.select_one("textarea")
    assert field is not None
    assert field.get_text().strip() == "601234567"


def test_pasted_numbers_go_to_the_own_account_only(owner: PageClient, stranger: PageClient) -> None:
    stranger.post_page("/imports/paste", {**FORM, "text": "601234567"})
    assert "601 234 567" not in owner.get_page("/recipients").get_text()
    assert "Pasted" not in owner.get_page("/lists").get_text()

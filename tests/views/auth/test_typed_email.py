"""The e-mail address that was typed on one page is there on the next."""

import pytest
from flask import Flask

from tests.support.cast import PASSWORD, Cast
from tests.support.pages import PageClient

PAGES = ("/login", "/forgotten", "/register")
TYPED = "anna@example.com"


def address(browser: PageClient, page: str) -> str:
    field = browser.get_page(page).select_one("input[name=email]")
    assert field is not None
    return str(field.get("value", ""))


@pytest.mark.parametrize("page", PAGES)
def test_it_is_kept_in_this_browser_and_nowhere_else(
    app: Flask, cast: Cast, visitor: PageClient, page: str
) -> None:
    form = {"email": TYPED, "password": "wrong", "phone": "+48601222333"}
    visitor.get_page(page)
    assert TYPED not in (visitor.send(page, form).location or "")
    assert {address(visitor, other) for other in PAGES} == {TYPED}
    assert {address(PageClient(app), other) for other in PAGES} == {""}


def test_it_is_forgotten_after_signing_in_and_out(cast: Cast, visitor: PageClient) -> None:
    form = {"email": cast.owner.email, "password": "wrong"}
    visitor.send("/login", form)
    visitor.send("/login", {**form, "password": PASSWORD})
    visitor.get_page("/dashboard")
    visitor.send("/logout")
    assert {address(visitor, page) for page in PAGES} == {""}

"""Changing the own password."""

from flask import Flask

from tests.support.cast import PASSWORD, Cast
from tests.support.pages import PageClient
from tests.views.auth.outbox import last_email

NEW = "yellow boats under trees"


def test_it_changes_the_password(app: Flask, cast: Cast, owner: PageClient) -> None:
    second_browser = cast.owner.browser()
    owner.get_page("/password/change")
    response = owner.send("/password/change", {"current": PASSWORD, "password": NEW})
    assert response.status_code == 303
    assert second_browser.get("/password/change").location.startswith("/login")
    visitor = PageClient(app)
    form = {"email": cast.owner.email, "password": PASSWORD}
    assert visitor.send("/login", form).status_code == 200
    assert visitor.send("/login", {**form, "password": NEW}).status_code == 303


def test_it_sends_the_user_an_email(app: Flask, cast: Cast, owner: PageClient) -> None:
    owner.send("/password/change", {"current": PASSWORD, "password": NEW})
    email = last_email(app)
    assert email.recipient == cast.owner.email
    assert "was changed" in email.subject
    assert NEW not in email.body


def test_it_asks_for_the_current_one(app: Flask, cast: Cast, owner: PageClient) -> None:
    page = owner.post_page("/password/change", {"current": "wrong", "password": NEW})
    assert "This is not your current password." in page.get_text()
    form = {"email": cast.owner.email, "password": PASSWORD}
    assert PageClient(app).send("/login", form).status_code == 303


def test_the_summary_has_the_order_of_the_page(owner: PageClient) -> None:
    page = owner.post_page("/password/change", {"current": "", "password": ""})
    links = [link["href"] for link in page.select("[role=alert] a")]
    assert links == ["#current", "#password"]


def test_admins_can_change_their_password(admin: PageClient) -> None:
    admin.get_page("/password/change")
    response = admin.send("/password/change", {"current": PASSWORD, "password": NEW})
    assert response.location.startswith("/admin")


def test_it_refuses_visitors(visitor: PageClient) -> None:
    assert visitor.get("/password/change").location.startswith("/login")

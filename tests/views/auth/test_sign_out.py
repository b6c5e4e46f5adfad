"""Signing out."""

from flask import Flask
from sqlalchemy import select

from promosms.extensions import db
from promosms.models import Session
from tests.support.pages import PageClient


def test_it_ends_the_session(app: Flask, owner: PageClient) -> None:
    page = owner.post_page("/logout")
    assert "You are signed out." in page.get_text()
    with app.app_context():
        assert db.session.scalar(select(Session.id)) is None
    assert owner.get("/password/change").location.startswith("/login")


def test_an_old_cookie_opens_nothing(app: Flask, owner: PageClient) -> None:
    cookie = owner.get_cookie("__Host-session", path="/")
    assert cookie is not None
    assert owner.get("/password/change").status_code == 200
    owner.send("/logout")
    thief = PageClient(app)
    thief.set_cookie(
        "__Host-session", cookie.value, domain="localhost", path="/", secure=True
    )  # fmt: skip
    response = thief.get("/password/change")
    assert response.status_code == 302
    assert response.location.startswith("/login")


def test_a_get_request_does_not_sign_out(owner: PageClient) -> None:
    assert owner.get("/logout").status_code == 405
    assert owner.get("/password/change").status_code == 200


def test_it_needs_the_token_of_the_page(owner: PageClient) -> None:
    owner.token = "wrong"
    owner.post_page("/logout", status=400)
    assert owner.get("/password/change").status_code == 200


def test_it_refuses_visitors(visitor: PageClient) -> None:
    visitor.post_page("/logout", status=401)

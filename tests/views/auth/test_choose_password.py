"""Choosing a password after the one that came by text."""

import pytest
from flask import Flask
from sqlalchemy import select, update

from promosms.extensions import db
from promosms.models import EmailLink, Session, User
from tests.support.cast import Cast
from tests.support.pages import PageClient

NEW = "yellow boats under trees"


@pytest.fixture
def newcomer(app: Flask, owner: PageClient) -> PageClient:
    """The owner, signed in with a password by text."""
    with app.app_context():
        db.session.execute(update(User).values(must_choose_password=True))
        db.session.commit()
    return owner


def test_every_other_page_redirects_to_it(newcomer: PageClient) -> None:
    for path in ("/dashboard", "/campaigns", "/password/change"):
        assert newcomer.get(path).location == "/password/new"


def test_it_sets_the_password(app: Flask, cast: Cast, newcomer: PageClient) -> None:
    response = newcomer.send("/password/new", {"password": NEW})
    assert (response.status_code, response.location) == (303, "/dashboard")
    form = {"email": cast.owner.email, "password": NEW}
    assert PageClient(app).send("/login", form).location == "/dashboard"


def test_it_signs_the_other_browsers_out(app: Flask, cast: Cast, newcomer: PageClient) -> None:
    second_browser = cast.owner.browser()
    stranger = cast.stranger.browser()
    newcomer.send("/password/new", {"password": NEW})
    assert second_browser.get("/password/change").location.startswith("/login")
    assert newcomer.get("/password/change").status_code == 200
    assert stranger.get("/password/change").status_code == 302
    with app.app_context():
        query = select(Session.id).where(Session.user_id == cast.owner.user_id)
        assert len(db.session.scalars(query).all()) == 1


def test_it_voids_open_email_links(
    app: Flask, cast: Cast, visitor: PageClient, newcomer: PageClient
) -> None:
    visitor.post_page("/forgotten", {"email": cast.owner.email})
    newcomer.send("/password/new", {"password": NEW})
    with app.app_context():
        assert db.session.scalar(select(EmailLink.id)) is None


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("", "Please fill in this field."),
        ("fourteen chars", "at least 15 characters"),
        ("x" * 201, "at most 200 characters"),
        ("a" * 20, "more different characters"),
        ("abababababababab", "more different characters"),
        ("owner@example.com", "Others know this about you."),
        ("Owner@Example.COM", "Others know this about you."),
        ("+48 601 000 101", "Others know this about you."),
        ("K7QM-ACDE-FGHJ-34XY", "Do not use the password from the text"),
        ("k7qmacdefghj34xy", "Do not use the password from the text"),
    ],
)
def test_it_refuses_passwords_that_are_easy_to_guess(
    newcomer: PageClient, password: str, words: str
) -> None:
    page = newcomer.post_page("/password/new", {"password": password})
    assert words in page.get_text()
    if password:
        assert password not in str(page.select("input[type=password]"))


def test_it_offers_another_password_each_time(newcomer: PageClient) -> None:
    offered = {
        newcomer.get_page("/password/new").select_one("#suggestion").get_text() for _ in "ab"
    }
    assert len(offered) == 2
    response = newcomer.send("/password/new", {"password": offered.pop()})
    assert response.status_code == 303


def test_it_does_not_replace_the_check_of_the_current_password(
    owner: PageClient, cast: Cast
) -> None:
    assert owner.get("/password/new").location == "/password/change"
    assert owner.send("/password/new", {"password": NEW}).location == "/password/change"


def test_it_refuses_visitors(visitor: PageClient) -> None:
    assert visitor.get("/password/new").location.startswith("/login")
    visitor.post_page("/password/new", {"password": NEW}, status=401)

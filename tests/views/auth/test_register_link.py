"""The link in the e-mail: a button, then the account and the text."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from promosms import queue
from promosms.extensions import db
from promosms.models import Account, EmailLink, LedgerEntry, User, now
from promosms.settings import settings_of
from tests.support.cast import Cast
from tests.support.pages import PageClient
from tests.support.settings import override
from tests.views.auth.outbox import last_link, last_password, texts

FORM = {"email": "Anna@Example.com", "phone": "+44 7400 123456"}


@pytest.fixture
def link(app: Flask, visitor: PageClient) -> str:
    visitor.post_page("/register", FORM)
    return last_link(app)


def test_it_changes_nothing_before_the_button_is_pressed(
    app: Flask, visitor: PageClient, link: str
) -> None:
    for _ in range(3):
        page = visitor.get_page(link)
    assert "+44 **** ***456" in page.get_text()
    assert not texts(app)
    with app.app_context():
        assert db.session.scalar(select(User.id)) is None


def test_it_opens_the_account_and_texts_a_password(
    app: Flask, visitor: PageClient, link: str
) -> None:
    page = visitor.post_page(link)
    assert "We are texting a password to +44 **** ***456" in page.get_text()
    assert page.title.get_text().startswith("Sign in")
    with app.app_context():
        user = db.session.scalars(select(User)).one()
        account = user.account
        assert account is not None
        assert (user.email, user.phone, user.role) == (
            "anna@example.com",
            "+447400123456",
            "owner",
        )
        assert (account.region, account.timezone) == ("GB", "Europe/London")
        assert account.balance == settings_of(app).welcome_credit
        entry = db.session.scalars(select(LedgerEntry)).one()
        assert entry.reference == f"welcome:{account.public_id}"
        assert user.system_hash
        assert user.system_hash.startswith("$argon2id$")
        assert db.session.scalar(select(EmailLink.id)) is None
        text = texts(app)[0]
        assert len(queue.queue(queue.gateway_queue(text.gateway_id or 0))) == 1
    assert (text.phone, text.price, text.parts) == ("+447400123456", 0, 1)
    assert "http" not in text.text
    assert "@" not in text.text


def test_the_new_owner_can_sign_in(app: Flask, visitor: PageClient, link: str) -> None:
    visitor.post_page(link)
    password = last_password(app)
    page = visitor.post_page("/login", {"email": "anna@example.com", "password": password})
    assert page.h1.get_text() == "Choose your password"


def test_it_works_once(app: Flask, visitor: PageClient, link: str) -> None:
    visitor.post_page(link)
    page = visitor.get_page(link, status=410)
    assert page.select("main a[href='/register']")
    assert page.select("main a[href='/login']")
    visitor.post_page(link, status=410)
    assert len(texts(app)) == 1


def test_it_voids_the_other_links_of_the_address(
    app: Flask, visitor: PageClient, link: str
) -> None:
    visitor.post_page("/register", FORM)
    second = last_link(app)
    visitor.post_page(second)
    visitor.post_page(link, status=410)
    with app.app_context():
        assert len(db.session.scalars(select(Account)).all()) == 1


def test_it_refuses_an_address_that_has_an_account_by_now(
    app: Flask, visitor: PageClient, link: str
) -> None:
    with app.app_context():
        db.session.add(User(role="admin", email="anna@example.com"))
        db.session.commit()
    visitor.post_page(link, status=410)
    assert not texts(app)
    with app.app_context():
        assert db.session.scalar(select(Account.id)) is None


def test_it_expires(app: Flask, visitor: PageClient, link: str) -> None:
    with app.app_context():
        db.session.execute(update(EmailLink).values(expires_at=now() - timedelta(seconds=1)))
        db.session.commit()
    visitor.get_page(link, status=410)
    visitor.post_page(link, status=410)
    assert not texts(app)


def test_it_refuses_unknown_links(app: Flask, visitor: PageClient) -> None:
    visitor.get_page("/register/nothing", status=410)
    visitor.post_page("/register/nothing", status=410)


def test_it_refuses_links_of_another_kind(app: Flask, cast: Cast, visitor: PageClient) -> None:
    visitor.post_page("/forgotten", {"email": cast.owner.email})
    token = last_link(app).rsplit("/", 1)[-1]
    visitor.get_page(f"/register/{token}", status=410)
    visitor.get_page(f"/admin/join/{token}", status=410)


def test_it_keeps_the_link_when_the_texts_of_the_hour_are_used_up(
    app: Flask, visitor: PageClient, link: str
) -> None:
    override(app, verification_texts_per_hour=0)
    page = visitor.post_page(link)
    assert "We send no texts for the moment" in page.get_text()
    with app.app_context():
        assert db.session.scalar(select(User.id)) is None
    override(app, verification_texts_per_hour=1)
    visitor.post_page(link)
    assert len(texts(app)) == 1


def test_without_a_welcome_credit_the_balance_is_zero(
    app: Flask, visitor: PageClient, link: str
) -> None:
    override(app, welcome_credit=0)
    visitor.post_page(link)
    with app.app_context():
        assert db.session.scalars(select(Account.balance)).one() == 0

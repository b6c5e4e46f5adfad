"""A forgotten password: e-mail first, then a text."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from promosms.extensions import db
from promosms.models import Account, EmailLink, Session, TextAttempt, now
from tests.support.cast import PASSWORD, Cast
from tests.support.pages import PageClient
from tests.support.settings import override
from tests.views.auth.outbox import last_email, last_link, last_password, texts

NEW = "yellow boats under trees"


def ask(app: Flask, visitor: PageClient, email: str) -> str:
    visitor.post_page("/forgotten", {"email": email})
    return last_link(app)


def test_it_texts_a_new_password_after_the_link(
    app: Flask, cast: Cast, visitor: PageClient
) -> None:
    link = ask(app, visitor, cast.owner.email)
    assert link.startswith("/forgotten/")
    assert "***" in visitor.get_page(link).get_text()
    assert not texts(app)
    page = visitor.post_page(link)
    assert "We are texting a password to +48 *** *** 101" in page.get_text()
    assert texts(app)[0].phone == "+48601000101"
    form = {"email": cast.owner.email, "password": last_password(app)}
    assert visitor.send("/login", form).location == "/password/new"


def test_it_answers_the_same_for_known_and_unknown(
    app: Flask, cast: Cast, visitor: PageClient
) -> None:
    pages = []
    for email in (cast.owner.email, "nobody@example.com"):
        response = visitor.send("/forgotten", {"email": email})
        pages.append(response.text.replace(email, "").replace(visitor.token, ""))
        assert last_email(app).recipient == email
    assert re.sub(r'value="[^"]+"', "", pages[0]) == re.sub(r'value="[^"]+"', "", pages[1])
    assert "There is no account" in last_email(app).subject


def test_it_writes_in_the_language_of_the_user(app: Flask, cast: Cast, visitor: PageClient) -> None:
    visitor.send("/forgotten", {"email": cast.owner.email}, headers={"Accept-Language": "pl"})
    assert last_email(app).subject == "A new password for PromoSMS"


def test_its_link_works_once(app: Flask, cast: Cast, visitor: PageClient) -> None:
    link = ask(app, visitor, cast.owner.email)
    visitor.post_page(link)
    page = visitor.get_page(link, status=410)
    assert page.select("main a[href='/forgotten']")
    visitor.post_page(link, status=410)
    assert len(texts(app)) == 1


def test_its_link_expires(app: Flask, cast: Cast, visitor: PageClient) -> None:
    link = ask(app, visitor, cast.owner.email)
    with app.app_context():
        email_link = db.session.scalars(select(EmailLink)).one()
        assert email_link.expires_at - email_link.created_at < timedelta(hours=1, seconds=5)
        db.session.execute(update(EmailLink).values(expires_at=now()))
        db.session.commit()
    visitor.post_page(link, status=410)
    assert not texts(app)


def test_it_texts_three_times_a_day_at_most(app: Flask, cast: Cast, visitor: PageClient) -> None:
    for _ in range(3):
        visitor.post_page(ask(app, visitor, cast.owner.email))
    link = ask(app, visitor, cast.owner.email)
    page = visitor.post_page(link)
    assert "three passwords within a day" in page.get_text()
    assert len(texts(app)) == 3
    with app.app_context():
        db.session.execute(update(TextAttempt).values(created_at=now() - timedelta(hours=25)))
        db.session.commit()
    visitor.post_page(link)
    assert len(texts(app)) == 4


def test_it_respects_the_hourly_budget(app: Flask, cast: Cast, visitor: PageClient) -> None:
    override(app, verification_texts_per_hour=1)
    visitor.post_page(ask(app, visitor, cast.owner.email))
    page = visitor.post_page(ask(app, visitor, cast.stranger.email))
    assert "We send no texts for the moment" in page.get_text()
    assert len(texts(app)) == 1


def test_an_admin_chooses_a_password_without_a_text(
    app: Flask, cast: Cast, visitor: PageClient
) -> None:
    second_browser = cast.admin.browser()
    link = ask(app, visitor, cast.admin.email)
    assert "too short" in visitor.post_page(link, {"password": "short"}).get_text()
    page = visitor.post_page(link, {"password": NEW})
    assert "Your new password is set" in page.get_text()
    assert not texts(app)
    assert second_browser.get("/password/change").location.startswith("/login")
    form = {"email": cast.admin.email, "password": PASSWORD}
    assert visitor.send("/login", form).status_code == 200
    assert visitor.send("/login", {**form, "password": NEW}).status_code == 303
    visitor = PageClient(app)
    visitor.get_page(link, status=410)


def test_other_users_cannot_choose_a_password_without_a_text(
    app: Flask, cast: Cast, visitor: PageClient
) -> None:
    link = ask(app, visitor, cast.owner.email)
    visitor.post_page(link, {"password": NEW})
    form = {"email": cast.owner.email, "password": NEW}
    assert visitor.send("/login", form).status_code == 200


def test_it_refuses_accounts_that_are_being_deleted(
    app: Flask, cast: Cast, visitor: PageClient
) -> None:
    link = ask(app, visitor, cast.owner.email)
    with app.app_context():
        db.session.execute(update(Account).values(status="deleting"))
        db.session.commit()
    visitor.post_page(link, status=410)
    assert not texts(app)


@pytest.mark.parametrize("email", ["", "nobody", "a@b"])
def test_it_requires_an_address(app: Flask, visitor: PageClient, email: str) -> None:
    page = visitor.post_page("/forgotten", {"email": email})
    assert page.select("#email-error")
    with app.app_context():
        assert db.session.scalar(select(Session.id)) is None

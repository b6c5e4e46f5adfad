"""The invitation of the first admin."""

from datetime import timedelta

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select, update

from promosms.extensions import db
from promosms.models import AuditEntry, EmailLink, User, now
from promosms.services.auth import invitations
from tests.support.cast import Cast
from tests.support.pages import PageClient, words
from tests.support.settings import override

FORM = {"email": "Boss@Example.com", "password": "yellow boats under trees"}


def invite(app: Flask) -> str | None:
    with app.app_context():
        return invitations.invite_admin()


@pytest.fixture
def link(app: Flask) -> str:
    address = invite(app)
    assert address is not None
    assert address.startswith("https://localhost:8443/admin/join/")
    return address.removeprefix("https://localhost:8443")


def test_it_creates_the_admin_and_signs_in(app: Flask, visitor: PageClient, link: str) -> None:
    visitor.get_page(link)
    response = visitor.send(link, FORM)
    assert response.status_code == 303
    assert response.location.startswith("/admin")
    with app.app_context():
        user = db.session.scalars(select(User)).one()
        assert (user.email, user.role, user.account_id) == ("boss@example.com", "admin", None)
        entry = db.session.scalars(select(AuditEntry)).one()
        assert (entry.actor, entry.action) == (user.public_id, "admin.join")
    visitor.get_page("/password/change")


def test_two_steps_are_set_up_at_joining(app: Flask, visitor: PageClient, link: str) -> None:
    override(app, admin_totp=True)
    assert "After that you set up two-step sign-in" in visitor.get_page(link).get_text()
    visitor.send(link, FORM)
    assert visitor.get("/admin").location == "/settings/two-steps/on"
    page = visitor.get_page("/settings/two-steps/on")
    secret = words(page.select_one(".whole").get_text()).replace(" ", "")
    form = {"offer": page.select_one("[name=offer]")["value"], "code": pyotp.TOTP(secret).now()}
    codes = visitor.post_page("/settings/two-steps/on", form)
    assert codes.select_one(".button.first")["href"] == "/admin"
    visitor.get_page("/admin")


def test_it_works_once(app: Flask, visitor: PageClient, link: str) -> None:
    visitor.send(link, FORM)
    second_browser = PageClient(app)
    second_browser.get_page(link, status=410)
    second_browser.post_page(link, {**FORM, "email": "second@example.com"}, status=410)


def test_a_newer_invitation_voids_it(app: Flask, visitor: PageClient, link: str) -> None:
    assert invite(app) is not None
    visitor.get_page(link, status=410)


def test_it_expires_after_a_day(app: Flask, visitor: PageClient, link: str) -> None:
    with app.app_context():
        email_link = db.session.scalars(select(EmailLink)).one()
        assert email_link.expires_at - email_link.created_at > timedelta(hours=23)
        db.session.execute(update(EmailLink).values(expires_at=now()))
        db.session.commit()
    visitor.post_page(link, FORM, status=410)


def test_there_is_no_invitation_when_an_admin_exists(app: Flask, cast: Cast) -> None:
    assert invite(app) is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"email": "boss"}, "This is not an e-mail address."),
        ({"password": "short"}, "too short"),
        ({"password": "boss@example.com"}, "Others know this about you."),
    ],
)
def test_invalid_fields_are_explained(
    app: Flask, visitor: PageClient, link: str, change: dict[str, str], words: str
) -> None:
    assert words in visitor.post_page(link, {**FORM, **change}).get_text()
    with app.app_context():
        assert db.session.scalar(select(User.id)) is None


def test_it_refuses_an_address_in_use(app: Flask, visitor: PageClient, link: str) -> None:
    with app.app_context():
        db.session.add(User(role="member", email="boss@example.com"))
        db.session.commit()
    assert "There is a user with this address" in visitor.post_page(link, FORM).get_text()


def test_it_refuses_unknown_links(visitor: PageClient) -> None:
    visitor.get_page("/admin/join/nothing", status=410)

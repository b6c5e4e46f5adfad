"""E-mails to users about their sign-ins."""

import pytest
from flask import Flask
from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Email, User
from tests.support.cast import PASSWORD, Cast, Person
from tests.support.clock import Clock
from tests.support.pages import PageClient
from tests.views.auth.outbox import last_email, last_link, last_password
from tests.views.auth.test_backoff import FIREFOX, at, sign_in

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0 Safari/537.36"
NEW = "yellow boats under trees"


def emails(app: Flask, person: Person) -> list[str]:
    with app.app_context():
        query = select(Email.subject).where(Email.recipient == person.email)
        return list(db.session.scalars(query.order_by(Email.id)))


def test_the_first_browser_causes_no_email(app: Flask, cast: Cast) -> None:
    sign_in(at(app, "192.0.2.10"), cast.owner.email)
    assert emails(app, cast.owner) == []


@pytest.mark.parametrize(("address", "agent"), [("198.51.100.7", FIREFOX), ("192.0.2.10", CHROME)])
def test_a_new_browser_or_network_causes_one_email(
    app: Flask, cast: Cast, address: str, agent: str
) -> None:
    sign_in(at(app, "192.0.2.10"), cast.owner.email)
    sign_in(at(app, "192.0.2.222"), cast.owner.email)
    for _ in range(2):
        sign_in(at(app, address, agent), cast.owner.email)
    assert emails(app, cast.owner) == ["New sign-in to PromoSMS"]
    body = last_email(app).body
    assert ("Chrome on Windows" if agent == CHROME else "Firefox on Linux") in body
    assert address not in body


def test_after_three_months_a_browser_is_new_again(app: Flask, cast: Cast, clock: Clock) -> None:
    sign_in(at(app, "192.0.2.10"), cast.owner.email)
    clock.move(days=60)
    sign_in(at(app, "198.51.100.7"), cast.owner.email)
    clock.move(days=60)
    sign_in(at(app, "192.0.2.10"), cast.owner.email)
    assert emails(app, cast.owner) == ["New sign-in to PromoSMS"] * 2


def test_wrong_passwords_make_no_browser_known(app: Flask, cast: Cast) -> None:
    sign_in(at(app, "192.0.2.10"), cast.owner.email)
    sign_in(at(app, "198.51.100.7"), cast.owner.email, "wrong")
    assert emails(app, cast.owner) == []
    sign_in(at(app, "198.51.100.7"), cast.owner.email)
    assert emails(app, cast.owner) == ["New sign-in to PromoSMS"]


def test_the_email_is_in_the_language_of_the_user(app: Flask, cast: Cast) -> None:
    with app.app_context(), transaction() as session:
        session.get_one(User, cast.owner.user_id).language = "pl"
    sign_in(at(app, "192.0.2.10"), cast.owner.email)
    client = at(app, "198.51.100.7")
    client.send("/login", {"email": cast.owner.email, "password": PASSWORD},
                headers={"Accept-Language": "en"})  # fmt: skip
    email = last_email(app)
    assert email.subject != "New sign-in to PromoSMS"
    assert "Firefox" in email.body


def test_a_password_replaced_by_text_causes_an_email(app: Flask, cast: Cast) -> None:
    client = PageClient(app)
    client.post_page("/forgotten", {"email": cast.owner.email})
    client.post_page(last_link(app))
    sign_in(client, cast.owner.email, last_password(app))
    client.get_page("/password/new")
    client.send("/password/new", {"password": NEW})
    assert emails(app, cast.owner)[-1] == "Your PromoSMS password was changed"


def test_the_session_has_a_new_token_after_a_new_password(
    app: Flask, cast: Cast, owner: PageClient
) -> None:
    before = owner.get_cookie("__Host-session")
    owner.get_page("/settings")
    owner.send("/password/change", {"current": PASSWORD, "password": NEW})
    owner.get_page("/settings")
    assert before is not None
    thief = PageClient(app)
    thief.set_cookie("__Host-session", before.value, domain="localhost", secure=True)
    assert "/login" in thief.get("/settings").location

"""Pauses after wrong passwords: for the attacker, but not for the user in a known browser."""

import pytest
from flask import Flask

from promosms.extensions import db
from promosms.models import KnownBrowser
from promosms.services.auth import backoff
from tests.support.cast import PASSWORD, Cast
from tests.support.clock import Clock
from tests.support.pages import PageClient, without_tokens
from tests.views.auth.outbox import last_link, last_password

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def at(app: Flask, address: str, agent: str = FIREFOX) -> PageClient:
    """A browser with this IP address."""
    client = PageClient(app)
    client.environ_base |= {"REMOTE_ADDR": address, "HTTP_USER_AGENT": agent}
    return client


def sign_in(client: PageClient, email: str, password: str = PASSWORD) -> int:
    return client.send("/login", {"email": email, "password": password}).status_code


def guess(app: Flask, email: str, number: int = 6, address: str = "203.0.113.9") -> None:
    client = at(app, address)
    for n in range(number):
        assert sign_in(client, email, f"a wrong guess {n}") == 200


def test_in_a_pause_the_right_password_gets_the_same_answer(app: Flask, cast: Cast) -> None:
    guess(app, cast.owner.email, 5)
    client = at(app, "203.0.113.9")
    pages = [
        client.send("/login", {"email": cast.owner.email, "password": typed})
        for typed in (PASSWORD, "a wrong guess")
    ]
    assert [page.status_code for page in pages] == [200, 200]
    texts = [without_tokens(page.text) for page in pages]
    assert texts[0] == texts[1]
    assert "there is a pause" in pages[0].text


def test_the_pause_ends_by_itself(app: Flask, cast: Cast, clock: Clock) -> None:
    guess(app, cast.owner.email, 5)
    client = at(app, "203.0.113.9")
    assert sign_in(client, cast.owner.email) == 200
    clock.move(seconds=3)
    assert sign_in(client, cast.owner.email) == 303


def test_guesses_from_another_network_do_not_lock_the_user_out(
    app: Flask, cast: Cast, clock: Clock
) -> None:
    assert sign_in(at(app, "192.0.2.10"), cast.owner.email) == 303
    for n in range(12):
        guess(app, cast.owner.email, 1, f"203.0.{n}.9")
        clock.move(minutes=14)
    guess(app, cast.owner.email, 3)
    assert sign_in(at(app, "198.51.100.7"), cast.owner.email) == 200
    assert sign_in(at(app, "192.0.2.77"), cast.owner.email) == 303


def test_a_known_browser_has_pauses_too(app: Flask, cast: Cast) -> None:
    assert sign_in(at(app, "192.0.2.10"), cast.owner.email) == 303
    guess(app, cast.owner.email, 5, "192.0.2.10")
    assert sign_in(at(app, "192.0.2.10"), cast.owner.email) == 200


def test_a_password_by_text_works_during_a_pause(app: Flask, cast: Cast, clock: Clock) -> None:
    with app.app_context():
        for _ in range(110):
            backoff.attempt(f"sign in {cast.owner.email}")
            clock.move(minutes=16)
    assert sign_in(at(app, "203.0.113.9"), cast.owner.email) == 200
    client = at(app, "198.51.100.7")
    client.post_page("/forgotten", {"email": cast.owner.email})
    client.post_page(last_link(app))
    guess(app, cast.owner.email, 6)
    assert sign_in(client, cast.owner.email, last_password(app)) == 303


def test_a_correct_password_resets_the_count(app: Flask, cast: Cast) -> None:
    for _ in range(3):
        guess(app, cast.owner.email, 4)
        assert sign_in(at(app, "203.0.113.9"), cast.owner.email) == 303


def test_password_spraying_from_one_network_is_stopped(app: Flask, cast: Cast) -> None:
    client = at(app, "203.0.113.9")
    for n in range(31):
        sign_in(client, f"person{n}@example.com", "a common password")
    assert sign_in(at(app, "203.0.113.200"), cast.owner.email) == 200
    assert sign_in(at(app, "198.51.100.7"), cast.owner.email) == 303


@pytest.mark.parametrize("email", ["owner@example.com", "nobody@example.com"])
def test_known_and_unknown_addresses_have_the_same_pauses(
    app: Flask, cast: Cast, email: str
) -> None:
    guess(app, email, 5)
    with app.app_context():
        assert not backoff.attempt(f"sign in {email}")


def test_no_address_and_no_network_is_stored(app: Flask, cast: Cast) -> None:
    sign_in(at(app, "192.0.2.10"), cast.owner.email)
    with app.app_context():
        row = db.session.scalars(db.select(KnownBrowser)).one()
        assert not [part for part in ("192.0", "Firefox", "owner") if part in str(vars(row))]

"""Signing in: the system password works once, however many try it at once."""

import threading

import pytest
from flask import Flask

from promosms.extensions import db
from promosms.models import User
from promosms.services.auth import one_time_passwords, passwords, sign_in
from tests.support.cast import PASSWORD, Cast


@pytest.fixture
def sent(app: Flask, cast: Cast) -> str:
    """The system password of the owner."""
    secret = one_time_passwords.Secret.new()
    with app.app_context():
        user = db.session.get(User, cast.owner.user_id)
        assert user is not None
        one_time_passwords.send(user, secret)
    return secret.password


@pytest.fixture(autouse=True)
def _context(context: None) -> None:
    """Every test runs in the context of the application."""


def at_once(app: Flask, email: str, typed: list[str]) -> int:
    """Try all passwords at the same moment; returns how many were let in."""
    results: list[bool] = []
    barrier = threading.Barrier(len(typed))

    def enter(password: str) -> None:
        with app.app_context():
            barrier.wait()
            results.append(sign_in.identify(email, password) is not None)

    threads = [threading.Thread(target=enter, args=(password,)) for password in typed]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(results)


def test_one_of_four_concurrent_sign_ins_succeeds(app: Flask, cast: Cast, sent: str) -> None:
    assert at_once(app, cast.owner.email, [sent] * 4) == 1


def test_guesses_at_once_are_all_counted(app: Flask, cast: Cast, sent: str) -> None:
    at_once(app, cast.owner.email, [passwords.new_system_password() for _ in range(8)])
    user = db.session.get(User, cast.owner.user_id)
    assert user is not None
    assert user.system_tries == sign_in.MOST_TRIES
    assert sign_in.identify(cast.owner.email, sent) is None


def test_typing_ones_own_password_wrong_costs_no_try(cast: Cast, sent: str) -> None:
    for _ in range(10):
        sign_in.identify(cast.owner.email, "not my own password")
    assert sign_in.identify(cast.owner.email, sent) is not None


def test_a_new_text_replaces_the_old_one(app: Flask, cast: Cast, sent: str) -> None:
    user = db.session.get(User, cast.owner.user_id)
    assert user is not None
    newer = one_time_passwords.Secret.new()
    one_time_passwords.send(user, newer)
    assert sign_in.identify(cast.owner.email, sent) is None
    assert sign_in.identify(cast.owner.email, newer.password) is not None


def test_an_own_password_may_look_like_a_sent_one(cast: Cast) -> None:
    user = db.session.get(User, cast.owner.user_id)
    assert user is not None
    sign_in.set_password(user, passwords.hash_password("heavyrunnerplace"))
    assert sign_in.identify(cast.owner.email, "heavyrunnerplace") is not None
    assert sign_in.identify(cast.owner.email, PASSWORD) is None


def test_it_asks_an_admin_for_no_number(cast: Cast) -> None:
    user = db.session.get(User, cast.admin.user_id)
    assert user is not None
    with pytest.raises(ValueError, match="number"):
        one_time_passwords.send(user, one_time_passwords.Secret.new())

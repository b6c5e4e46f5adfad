"""Users with two-factor sign-in, for these tests."""

from datetime import timedelta

import pyotp
from flask import Flask

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.lib import encryption
from promosms.models import User, now
from promosms.services.auth import recovery_codes, totp
from tests.support.cast import PASSWORD, Person
from tests.support.clock import Clock
from tests.support.pages import PageClient

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def protect(app: Flask, person: Person) -> list[str]:
    """Switch two-factor sign-in on; returns the recovery codes."""
    with app.app_context():
        codes = recovery_codes.new_set()
        with transaction() as session:
            user = session.get_one(User, person.user_id)
            user.totp_encrypted = encryption.encrypt(totp.PURPOSE, SECRET)
            user.totp_on_at = now()
            recovery_codes.replace(user, codes)
        db.session.remove()
    return [code.text for code in codes]


def code(clock: Clock | None = None, steps: int = 0) -> str:
    """The code in the app now, or this number of 30-second periods later."""
    moment = clock.now() if clock else now()
    return pyotp.TOTP(SECRET).at(moment + timedelta(seconds=30 * steps))


def wrong_code(clock: Clock | None = None) -> str:
    """A wrong code of six digits."""
    right = {code(clock, steps) for steps in range(-2, 3)}
    return next(typed for typed in ("000000", "111111", "222222") if typed not in right)


def half_way(app: Flask, person: Person, password: str = PASSWORD) -> PageClient:
    """A browser after the correct password."""
    client = PageClient(app)
    response = client.send("/login", {"email": person.email, "password": password})
    assert (response.status_code, response.location) == (303, "/login/code")
    client.get_page("/login/code")
    return client


def user_of(app: Flask, person: Person) -> User:
    """The row of a person as it is stored now."""
    with app.app_context():
        user = db.session.get_one(User, person.user_id)
        db.session.expunge_all()
        return user

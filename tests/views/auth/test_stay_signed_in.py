"""Staying signed in on a phone for thirty days."""

from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest
from flask import Flask
from sqlalchemy import select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Account, AccountStatus, Role, Session, User, now
from promosms.services.accounts import accounts
from promosms.services.auth import sessions
from tests.support.cast import PASSWORD, Cast, Person
from tests.support.clock import Clock
from tests.support.pages import PageClient, words
from tests.views.auth.test_session_limits import is_signed_in
from tests.views.auth.two_factor import code, protect

NEW = "yellow boats under trees"


def signed_in(app: Flask, person: Person, stay: str = "y") -> PageClient:
    """A browser in which this person has just signed in."""
    browser = PageClient(app)
    form = {"email": person.email, "password": PASSWORD, "stay": stay}
    assert browser.send("/login", form).status_code == 303
    return browser


def days_until(end: datetime) -> int:
    """Whole days, to the nearest."""
    return round((end - now()) / timedelta(days=1))


def rows(app: Flask) -> list[Session]:
    with app.app_context():
        found = list(db.session.scalars(select(Session)))
        db.session.expunge_all()
        return found


@pytest.mark.parametrize(("minutes", "stays"), [(-1, True), (1, False)])
def test_it_ends_after_thirty_days_whatever_happens(
    app: Flask, cast: Cast, clock: Clock, minutes: int, stays: bool
) -> None:
    browser = signed_in(app, cast.owner)
    clock.move(days=29)
    assert is_signed_in(browser)
    clock.move(days=1, minutes=minutes)
    with app.app_context():
        sessions.forget_old()
    assert bool(rows(app)) is stays
    assert is_signed_in(browser) is stays


@pytest.mark.parametrize(("minutes", "stays"), [(59, True), (61, False)])
def test_nobody_stays_who_did_not_ask(
    app: Flask, cast: Cast, clock: Clock, minutes: int, stays: bool
) -> None:
    browser = signed_in(app, cast.owner, stay="")
    clock.move(minutes=minutes)
    assert is_signed_in(browser) is stays


@pytest.mark.parametrize(("stay", "days"), [("", []), ("y", [30])])
def test_the_cookie_stays_as_long(app: Flask, cast: Cast, stay: str, days: list[int]) -> None:
    form = {"email": cast.owner.email, "password": PASSWORD, "stay": stay}
    browser = PageClient(app)
    lines = browser.send("/login", form).headers.getlist("Set-Cookie")
    (line,) = [line for line in lines if line.startswith("__Host-session=")]
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(line.split("; "))
    ends = [part.removeprefix("Expires=") for part in line.split("; ") if "Expires" in part]
    assert [days_until(parsedate_to_datetime(end)) for end in ends] == days
    browser.get("/dashboard")  # makes the token of its forms
    assert browser.get("/dashboard").headers.getlist("Set-Cookie") == []


@pytest.mark.parametrize(("minutes", "stays"), [(14, True), (16, False)])
def test_an_admin_never_stays(
    app: Flask, cast: Cast, clock: Clock, minutes: int, stays: bool
) -> None:
    browser, later = signed_in(app, cast.admin), signed_in(app, cast.colleague)
    with app.app_context(), transaction() as session:
        became = update(User).where(User.id == cast.colleague.user_id)
        session.execute(became.values(role=Role.ADMIN))
    clock.move(minutes=minutes)
    assert (is_signed_in(browser), is_signed_in(later)) == (stays, stays)


def end_by_hand(cast: Cast) -> None:
    with cast.owner.app.app_context():
        user = db.session.get_one(User, cast.owner.user_id)
        for row in sessions.of_user(user):
            sessions.close_one(user, row.public_id)


def new_password(cast: Cast) -> None:
    form = {"current": PASSWORD, "password": NEW}
    assert cast.owner.browser().send("/password/change", form).status_code == 303


def suspend(cast: Cast) -> None:
    with cast.owner.app.app_context():
        assert accounts.suspend(cast.owner.account_id, "Why", "admin")
        assert accounts.unsuspend(cast.owner.account_id, "admin")


def leave(cast: Cast) -> None:
    with cast.owner.app.app_context(), transaction() as session:
        session.get_one(Account, cast.owner.account_id).status = AccountStatus.DELETING


@pytest.mark.parametrize("end", [end_by_hand, new_password, suspend, leave])
def test_it_ends_at_once(app: Flask, cast: Cast, end: Callable[[Cast], None]) -> None:
    browser = signed_in(app, cast.owner)
    end(cast)
    assert not is_signed_in(browser)


def test_it_is_shortened_where_the_password_is_changed(
    app: Flask, cast: Cast, clock: Clock
) -> None:
    browser = signed_in(app, cast.owner)
    text = words(browser.get_page("/settings").get_text(" "))
    assert "Stays signed in until" in text
    browser.send("/password/change", {"current": PASSWORD, "password": NEW})
    assert [row.stays_until for row in rows(app)] == [None]
    clock.move(minutes=61)
    assert not is_signed_in(browser)


def test_the_wish_is_kept_until_the_code_is_there(app: Flask, cast: Cast, clock: Clock) -> None:
    protect(app, cast.owner)
    browser = signed_in(app, cast.owner)
    assert rows(app) == []
    browser.get_page("/login/code")
    assert browser.send("/login/code", {"code": code(clock)}).location == "/dashboard"
    (row,) = rows(app)
    assert row.stays_until is not None
    assert days_until(row.stays_until) == 30

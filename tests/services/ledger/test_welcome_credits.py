"""The welcome credit: each number gets it once, whatever becomes of its account."""

from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import inspect, select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Account, WelcomeCredit, now, table_of
from promosms.services.auth import registration
from promosms.services.ledger import welcome_credits
from promosms.settings import settings
from tests.support.cast import Cast
from tests.support.settings import override
from tests.support.stopped_clock import stopped
from tests.views.auth.outbox import last_link

NUMBER = "+48601234567"
pytestmark = pytest.mark.usefixtures("context")


def opened() -> Account:
    """A new account without any money."""
    with transaction() as session:
        account = Account(region="PL", timezone="Europe/Warsaw")
        session.add(account)
        session.flush()
        return account


def granted(phone: str = NUMBER) -> bool:
    """Open an account with this number: is there money on it?"""
    account = opened()
    said = welcome_credits.grant(account, phone)
    db.session.refresh(account)
    assert account.balance == (settings.welcome_credit if said else 0)
    return said


def test_a_number_gets_it_once() -> None:
    assert granted()
    assert not granted()
    assert granted("+48601234568")


def test_the_mark_stays_for_two_years() -> None:
    with stopped() as clock:
        assert granted()
        clock.move(days=729)
        welcome_credits.forget_old()
        assert not granted()
        clock.move(days=1)
        assert granted()  # also before the night has deleted the mark
        assert not granted()
        clock.move(days=730)
        welcome_credits.forget_old()
        assert db.session.scalars(select(WelcomeCredit)).all() == []


def test_nothing_is_noted_where_there_is_no_credit(app: Flask) -> None:
    override(app, welcome_credit=0)
    assert not granted()
    assert db.session.scalars(select(WelcomeCredit)).all() == []


def test_the_mark_leads_to_nobody() -> None:
    assert granted()
    mark = db.session.scalars(select(WelcomeCredit)).one()
    assert {column.name for column in table_of(WelcomeCredit).columns} == {
        "number_hash",
        "granted_on",
    }
    assert len(mark.number_hash) == 20
    assert NUMBER[3:] not in mark.number_hash
    assert mark.granted_on == now().date()
    assert inspect(WelcomeCredit).relationships.keys() == []


def test_registering_again_after_the_deletion_brings_none(app: Flask) -> None:
    def register(email: str) -> Account:
        registration.ask(email, NUMBER)
        message = registration.confirm(last_link(app).rpartition("/")[2])
        return db.session.get_one(Account, message.account_id)

    with stopped() as clock:
        assert register("anna@example.com").balance == settings.welcome_credit
        clock.move(hours=1)
        assert register("other@example.com").balance == 0


def test_two_registrations_at_once_get_it_once(app: Flask, cast: Cast) -> None:
    ids = [opened().id for _ in range(4)]
    db.session.remove()
    together = Barrier(len(ids))
    got: list[bool] = []

    def grant(account_id: int) -> None:
        with app.app_context():
            together.wait()
            with transaction() as session:
                got.append(welcome_credits.grant(session.get_one(Account, account_id), NUMBER))
            db.session.remove()

    threads = [Thread(target=grant, args=(account_id,)) for account_id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == [False] * (len(ids) - 1) + [True]

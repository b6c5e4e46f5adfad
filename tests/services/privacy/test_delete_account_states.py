"""An account can be deleted in any state, and nothing is submitted afterwards.

LEAVE_RACES=500 in the environment makes the race as long as the published one.
"""

import os
import threading
import time
from collections.abc import Callable

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    AccountExport,
    AccountStatus,
    Campaign,
    Gateway,
    Import,
    Message,
    Payment,
    Role,
    TopUp,
    TopUpStatus,
    User,
)
from promosms.services.auth.passwords import hash_password
from promosms.services.installation import defaults
from promosms.services.payments import disputes
from promosms.services.privacy import erasure
from promosms.services.privacy.account_scope import rows_of, tables
from promosms.services.sending import claiming
from promosms.services.sending.claiming import Claim
from tests.support.cast import PASSWORD, Person
from tests.support.top_ups import order, paid

State = Callable[[Person], None]


def _status(**values: object) -> State:
    def change(person: Person) -> None:
        with transaction() as session:
            account = session.get_one(Account, person.account_id)
            for name, value in values.items():
                setattr(account, name, value)

    return change


def _person(**values: object) -> State:
    def change(person: Person) -> None:
        with transaction() as session:
            user = session.get_one(User, person.user_id)
            for name, value in values.items():
                setattr(user, name, value)

    return change


def _campaign(status: str) -> State:
    def add(person: Person) -> None:
        with transaction() as session:
            route = defaults.default_route().id
            ids = {"account_id": person.account_id}
            campaign = Campaign(**ids, route_id=route, status=status, text="Hello")
            session.add(campaign)
            session.flush()
            session.add(Message(**ids, campaign_id=campaign.id, phone="+48601299100", gateway_id=1))

    return add


def _import(person: Person) -> None:
    with transaction() as session:
        session.add(Import(account_id=person.account_id, stored_as="running", status="running"))


def _export(person: Person) -> None:
    with transaction() as session:
        session.add(AccountExport(account_id=person.account_id, stored_as="running.zip"))


def _disputed(person: Person) -> None:
    top_up = paid(person, provider="stripe")
    payment = db.session.scalars(select(Payment).filter_by(top_up_id=top_up.id)).first()
    assert payment
    disputes.book(payment, f"dp_{top_up.public_id}", 1_190_000, "needs_response")


STATES: dict[str, State] = {
    "suspended": _status(status=AccountStatus.SUSPENDED, suspended_reason="Complaints"),
    "on trial": _status(approved_at=None),
    "must choose a password": _person(must_choose_password=True),
    "no password yet": _person(must_choose_password=True, password_hash=None),
    "a draft": _campaign("draft"),
    "being prepared": _campaign("preparing"),
    "sending": _campaign("sending"),
    "blocked": _campaign("blocked"),
    "paused": _campaign("paused"),
    "unpaid order": lambda person: order(person) and None,
    "disputed payment": _disputed,
    "import running": _import,
    "export running": _export,
}


@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(chosen=st.lists(st.sampled_from(sorted(STATES)), unique=True, max_size=8))
def test_an_account_can_be_deleted_in_every_state(app: Flask, chosen: list[str]) -> None:
    person = _opened(app)
    browser = person.browser()
    with app.app_context():
        for name in chosen:
            STATES[name](person)
        db.session.remove()
    answer = browser.send("/settings/leave", {"password": PASSWORD, "confirmed": "y"})
    assert answer.status_code == 303, chosen
    with app.app_context():
        query = select(TopUp.id).where(TopUp.status == TopUpStatus.OPEN)
        assert db.session.scalars(query).all() == []
        assert erasure.erase(person.account_id) is False
        assert db.session.get(Account, person.account_id) is None
        for table in tables():
            rows = select(table).where(rows_of(table, person.account_id))
            assert db.session.execute(rows).all() == [], table.name
        db.session.remove()
    assert "Your account is deleted" in browser.get_page(answer.location).get_text()


def test_nothing_is_claimed_after_the_deletion_has_begun(app: Flask) -> None:
    race(app, int(os.environ.get("LEAVE_RACES", "12")))


def race(app: Flask, times: int) -> None:
    """A worker takes messages as fast as it can while the account is shut, again and again."""
    for _ in range(times):
        person = _opened(app)
        with app.app_context():
            gateway = db.session.scalars(select(Gateway.id)).first() or 0
            with transaction() as session:
                ids = {"account_id": person.account_id}
                route = defaults.default_route().id
                campaign = Campaign(
                    **ids, route_id=route, status="sending", text="Hello", n_queued=40
                )
                session.add(campaign)
                session.flush()
                session.add_all(
                    Message(**ids, campaign_id=campaign.id, phone=f"+486012991{n:02}", priority=2)
                    for n in range(40)
                )
                session.flush()
                for row in session.scalars(select(Message).filter_by(campaign_id=campaign.id)):
                    row.gateway_id = gateway
            db.session.remove()
        taken: list[float] = []
        stop = threading.Event()

        def work(
            gateway: int = gateway,
            taken: list[float] = taken,
            stop: threading.Event = stop,
        ) -> None:
            with app.app_context():
                claim = Claim(gateway)
                while not stop.is_set():
                    began = time.monotonic()
                    taken += [began] * len(claiming.take(claim, 1))
                db.session.remove()

        worker = threading.Thread(target=work)
        worker.start()
        time.sleep(0.02)
        with app.app_context():
            with transaction():  # without waiting for what has been taken and is never answered
                erasure.begin(person.account_id, "x")
            shut = time.monotonic()
            db.session.remove()
        time.sleep(0.03)
        stop.set()
        worker.join()
        assert not [moment for moment in taken if moment > shut]


def _opened(app: Flask) -> Person:
    with app.app_context():
        with transaction() as session:
            account = Account(region="PL")
            session.add(account)
            session.flush()
            email = f"{account.public_id}@example.com"
            user = User(account_id=account.id, role=Role.OWNER, email=email)
            user.password_hash, user.must_choose_password = hash_password(PASSWORD), False
            session.add(user)
            session.flush()
            person = Person(app, user.id, account.id, account.public_id, email)
        db.session.remove()
    return person

"""Sending and counting by PromoSMS REST 3.2, on both databases."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from promosms.extensions import db
from promosms.models import Account, ApiKey, ApiMessage, Backoff, Campaign, now
from promosms.services.api import idempotency, keys
from promosms.services.api.rest32 import lock_out, logins, reports, sending
from promosms.services.api.rest32.logins import LockedOut, WrongLogin
from promosms.services.api.rest32.requests import Asked
from promosms.services.api.rest32.results import Result
from promosms.services.api.rest32.sending import SINGLE
from tests.services.sending.conftest import check_books
from tests.support import engine
from tests.support.api import new_key
from tests.support.cast import Cast
from tests.support.clock import Clock
from tests.support.rest32 import OWNER

HOUR = timedelta(hours=1)
NUMBERS = [f"5006{number:05}" for number in range(100, 101 + SINGLE)]


def key_of(token: str) -> ApiKey:
    found = keys.find(token)
    assert found is not None
    return found.key


def send(key: ApiKey, asked: Asked, once: str = "") -> list[Result]:
    account = db.session.get_one(Account, key.account_id)
    one = idempotency.once(account.id, once, b"", sandbox=key.sandbox) if once else None
    return list(sending.send(key, account, asked, one).results)


@pytest.mark.parametrize("numbers", [NUMBERS[:1], NUMBERS[:3], NUMBERS], ids=["one", "few", "many"])
@pytest.mark.parametrize("sandbox", [False, True])
def test_a_request_is_stored_once_and_reported(
    app: Flask, cast: Cast, sandbox: bool, numbers: list[str]
) -> None:
    token = new_key(app, cast.owner.account_id, sandbox=sandbox)
    asked = Asked([*numbers, "1"], "Hi {name}", user_indexes=[*numbers, ""])
    with app.app_context():
        key = key_of(token)
        first = send(key, asked, "order-1")
        assert [int(one.status) for one in first] == [*[0] * len(numbers), 201]
        assert [one.id for one in send(key, asked, "order-1")] == [one.id for one in first]
        found = reports.between(key, now() - timedelta(minutes=1), now() + timedelta(minutes=1))
        assert [(row.id, row.index) for row in found.rows] == [
            (one.id, one.index) for one in first if one.id
        ]
        assert len(db.session.scalars(select(Campaign)).all()) == (
            len(numbers) > SINGLE and not sandbox
        )
        texts = {} if sandbox else {len(numbers)}
        assert {len(db.session.scalars(select(ApiMessage)).all())} - {0} == set(texts)
        check_books(cast.owner.account_id)
        db.session.remove()
    engine.settle(app)
    with app.app_context():
        check_books(cast.owner.account_id)


def test_wrong_tries_are_counted_by_line_and_by_e_mail(
    app: Flask, cast: Cast, clock: Clock
) -> None:
    clock.stop()
    token = new_key(app, cast.owner.account_id)
    line, address = "192.0.2.0/24", "192.0.2.1"
    with app.app_context():
        for _ in range(5):
            with pytest.raises(WrongLogin):
                logins.find(OWNER, "wrong", line, address)
        with pytest.raises(LockedOut) as locked:
            logins.find(OWNER, token, line, address)
        assert locked.value.seconds == 900
        with pytest.raises(LockedOut):
            logins.find("other@example.com", token, line, address)
        clock.move(minutes=14, seconds=59.5)
        assert lock_out.seconds_left(f"line {line}") == 1
        clock.move(seconds=1)
        assert lock_out.seconds_left(f"line {line}") == 0
        assert logins.find(OWNER, token, line, address).key.account_id == cast.owner.account_id
        rows = db.session.scalars(select(Backoff)).all()
        assert {row.failures for row in rows} == {5}
        assert not [row for row in rows if "192" in row.key or "@" in row.key]


def test_after_a_pause_there_are_five_tries_again(app: Flask, clock: Clock) -> None:
    clock.stop()
    with app.app_context():
        for _ in range(2):
            for _ in range(4):
                lock_out.count(["a"])
            assert lock_out.seconds_left("a") == 0
            lock_out.count(["a", "b"])
            assert lock_out.seconds_left("a") == 900
            lock_out.count(["a"])  # during the pause nothing is counted
            clock.move(minutes=15)
        assert lock_out.seconds_left("b") == 0


def test_reports_are_those_of_the_account_with_both_ends_of_the_time(
    app: Flask, cast: Cast, clock: Clock
) -> None:
    clock.stop()
    mine, theirs = (
        new_key(app, person.account_id, name="A") for person in (cast.owner, cast.stranger)
    )
    with app.app_context():
        send(key_of(theirs), Asked(NUMBERS[:1], "Hi"))
        key = key_of(mine)
        assert reports.between(key, now() - HOUR, now() + HOUR).rows == []
        [sent] = send(key, Asked(NUMBERS[:1], "Hi"))
        moment = now()
        spans = {(moment, moment + HOUR): 1, (moment - HOUR, moment): 0}
        for (since, until), number in spans.items():
            assert len(reports.between(key, since, until).rows) == number
        assert reports.number_of(key, sent.id) is not None
        assert reports.number_of(key, "msg_nothing") is None

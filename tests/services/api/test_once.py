"""A request with an idempotency key is done once, however often and however fast it comes."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from promosms.db.transactions import on_sqlite, transaction
from promosms.extensions import db
from promosms.models import Account, ApiRequest, Message, SandboxMessage, now
from promosms.services.api import idempotency
from promosms.services.privacy import purge_messages, purge_rows
from tests.services.sending.conftest import check_books
from tests.support.api import Program
from tests.support.cast import Cast
from tests.support.clock import Clock

TEXT = {"to": "+48600100200", "text": "Your parcel is here."}
OTHER = {"to": "+48600100200", "text": "Your parcel has left."}
BATCH = {
    "text": "{name|there}, your parcel is here.",
    "messages": [{"to": "+48600100203"}, {"to": "+48600100201", "values": {"name": "Ola"}}],
}


def once(name: str) -> dict[str, str]:
    return {"headers": {"Idempotency-Key": name}}


def stored(app: Flask) -> int:
    with app.app_context():
        real = db.session.scalar(select(func.count()).select_from(Message)) or 0
        tried = db.session.scalar(select(func.count()).select_from(SandboxMessage)) or 0
        db.session.remove()
        return real + tried


@pytest.fixture(params=["program", "sandbox"])
def caller(request: pytest.FixtureRequest, program: Program, sandbox: Program) -> Program:
    """A program with a real key, and one with a key of the sandbox."""
    return program if request.param == "program" else sandbox


@pytest.mark.parametrize(("path", "body"), [("/messages", TEXT), ("/messages/batch", BATCH)])
def test_the_same_request_is_done_once_and_answered_again(
    app: Flask, caller: Program, path: str, body: dict[str, object]
) -> None:
    first = caller.post(path, body, **once("a"))
    number = stored(app)
    again = caller.post(path, body, **once("a"))
    assert (first.status_code, again.status_code) == (201, 201), first.text
    assert again.get_json() == first.get_json()
    assert again.headers.get("Location") == first.headers.get("Location")
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert stored(app) == number


@pytest.mark.parametrize(("path", "body"), [("/messages", TEXT), ("/messages/batch", BATCH)])
def test_what_was_done_is_told_also_when_its_time_has_come(
    app: Flask, caller: Program, clock: Clock, path: str, body: dict[str, object]
) -> None:
    clock.stop()
    planned = {**body, "send_at": (now() + timedelta(hours=1)).isoformat()}
    first = caller.post(path, planned, **once("a"))
    assert first.status_code == 201, first.text
    clock.move(hours=2)
    again = caller.post(path, planned, **once("a"))
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (201, "true")
    assert caller.post(path, planned, **once("b")).get_json()["code"] == "time-in-the-past"
    number = stored(app)
    assert caller.post(path, planned, **once("a")).status_code == 201
    assert stored(app) == number


def test_another_key_or_none_is_another_request(app: Flask, caller: Program) -> None:
    for more in (once("a"), once("b"), {}, {}):
        assert caller.post("/messages", TEXT, **more).status_code == 201
    assert stored(app) == 4


def test_the_key_of_another_request_is_refused(app: Flask, caller: Program) -> None:
    caller.post("/messages", TEXT, **once("a"))
    for path, body in (("/messages", OTHER), ("/messages/batch", BATCH)):
        refused = caller.post(path, body, **once("a"))
        assert (refused.status_code, refused.get_json()["code"]) == (422, "idempotency-key-reused")
    assert stored(app) == 1


def test_a_refused_request_may_be_corrected_with_the_same_key(app: Flask, caller: Program) -> None:
    assert caller.post("/messages", {**TEXT, "to": "+1"}, **once("a")).status_code == 422
    assert caller.post("/messages", TEXT, **once("a")).status_code == 201
    assert stored(app) == 1


def test_keys_of_accounts_and_of_the_sandbox_are_apart(
    app: Flask, program: Program, sandbox: Program, stranger: Program
) -> None:
    for each in (program, sandbox, stranger):
        answer = each.post("/messages", TEXT, **once("a"))
        assert "Idempotency-Replayed" not in answer.headers
    assert stored(app) == 3


@pytest.mark.parametrize(("hours", "number"), [(23.9, 1), (24.1, 2)])
def test_a_key_counts_for_a_day(
    app: Flask, program: Program, clock: Clock, hours: float, number: int
) -> None:
    program.post("/messages", TEXT, **once("a"))
    clock.move(hours=hours)
    assert program.post("/messages", TEXT, **once("a")).status_code == 201
    assert stored(app) == number


def test_requests_are_forgotten_after_a_day(app: Flask, program: Program, clock: Clock) -> None:
    program.post("/messages", TEXT, **once("a"))
    for hours, left in ((23, 1), (2, 0)):
        clock.move(hours=hours)
        with app.app_context():
            purge_rows.api_requests({}, lambda: False)
            assert db.session.scalar(select(func.count()).select_from(ApiRequest)) == left
            db.session.remove()


@pytest.mark.parametrize("name", ["", "é", "a\tb", "k" * 256])
def test_a_wrong_key_is_refused(app: Flask, program: Program, name: str) -> None:
    refused = program.post("/messages", TEXT, **once(name))
    assert refused.get_json()["code"] == "invalid-idempotency-key"
    assert stored(app) == 0


def test_the_longest_key_is_accepted(program: Program) -> None:
    assert program.post("/messages", TEXT, **once("k" * 255)).status_code == 201


def test_many_at_once_are_done_once(app: Flask, cast: Cast, program: Program) -> None:
    barrier = threading.Barrier(6)

    def send(_number: int) -> tuple[int, str]:
        barrier.wait()
        answer = program.post("/messages", TEXT, **once("a"))
        return answer.status_code, answer.get_json().get("code") or answer.get_json()["id"]

    with ThreadPoolExecutor(6) as pool:
        answers = Counter(pool.map(send, range(6)))
    ids = {word for status, word in answers if status == 201}
    assert len(ids) == 1
    assert {word for status, word in answers if status != 201} <= {"in-progress"}
    assert stored(app) == 1
    with app.app_context():
        check_books(cast.owner.account_id)


def test_one_that_is_being_done_in_this_process_is_refused(app: Flask, program: Program) -> None:
    with app.app_context():
        account_id = db.session.scalars(select(Account.id).order_by(Account.id)).first()
    name = idempotency.Once(account_id or 0, False, "hash", "print")
    with idempotency.alone(name), pytest.raises(idempotency.InProgress), idempotency.alone(name):
        raise AssertionError
    with idempotency.alone(name):
        pass


@pytest.mark.only("postgresql")
def test_one_that_is_being_done_in_another_process_is_refused(
    app: Flask, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        assert not on_sqlite()
        engine = db.engine
    begin_all = idempotency.begin_all

    def elsewhere(session: Session, ones: list[idempotency.Once]) -> list[Exception | None]:
        lock = int(ones[0].key_hash[:15], 16) ^ ones[0].account_id
        with engine.connect() as other:
            other.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock})
            return begin_all(session, ones)

    monkeypatch.setattr(idempotency, "begin_all", elsewhere)
    refused = program.post("/messages", TEXT, **once("a"))
    assert (refused.status_code, refused.get_json()["code"]) == (409, "in-progress")
    assert refused.headers["Retry-After"] == "1"
    monkeypatch.undo()
    assert program.post("/messages", TEXT, **once("a")).status_code == 201
    assert stored(app) == 1


def test_what_was_done_and_deleted_is_not_done_again(app: Flask, program: Program) -> None:
    program.post("/messages", TEXT, **once("a"))
    with app.app_context(), transaction() as session:
        ids = session.scalars(select(Message.id)).all()
        purge_messages.delete_messages(session, ids)
    answer = program.post("/messages", TEXT, **once("a"))
    assert (answer.status_code, answer.get_json()["code"]) == (409, "done-and-deleted")
    assert stored(app) == 0


def test_neither_the_key_nor_the_request_is_stored(app: Flask, program: Program) -> None:
    program.post("/messages", TEXT, **once("order-4711"))
    with app.app_context():
        [row] = db.session.scalars(select(ApiRequest)).all()
        written = " ".join(str(getattr(row, column.key)) for column in ApiRequest.__table__.columns)
    assert "4711" not in written
    assert "600100200" not in written

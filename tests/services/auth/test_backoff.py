"""Backoff: pauses grow and end, and every try is counted."""

import threading
from datetime import timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Backoff
from promosms.services.auth import backoff
from promosms.services.auth.backoff import NETWORK, PERSON, BackoffPolicy
from tests.support.clock import Clock

pytestmark = pytest.mark.usefixtures("context")


def fail(number: int, name: str = "anna", network: str = "") -> list[bool]:
    return [backoff.attempt(name, network) for _ in range(number)]


def test_the_first_tries_are_free_then_there_is_a_pause() -> None:
    assert fail(7) == [True] * 5 + [False] * 2
    assert backoff.failures("anna") == 5
    assert backoff.attempt("berta")


def test_the_pause_ends_by_itself_and_the_next_is_longer(clock: Clock) -> None:
    fail(5)
    clock.move(seconds=2.1)
    assert fail(2) == [True, False]
    clock.move(seconds=2.1)
    assert not backoff.attempt("anna")
    clock.move(seconds=2)
    assert backoff.attempt("anna")


def test_trying_in_a_pause_does_not_lengthen_it(clock: Clock) -> None:
    fail(25)
    clock.move(seconds=2.1)
    assert backoff.attempt("anna")


def test_after_a_hundred_failures_the_password_is_locked(clock: Clock) -> None:
    tries = 0
    for _ in range(130):
        tries += backoff.attempt("anna")
        clock.move(minutes=16)
    assert tries == 100
    backoff.forget("anna")
    assert fail(6) == [True] * 5 + [False]


def test_successful_attempts_do_not_count() -> None:
    for _ in range(50):
        assert backoff.attempt("anna", "192.0.2.0/24")
        backoff.take_back("anna", "192.0.2.0/24")


def test_a_network_gets_more_tries_and_forgets_sooner(clock: Clock) -> None:
    allowed = [backoff.attempt(f"person {n}", "192.0.2.0/24") for n in range(31)]
    assert allowed == [True] * 30 + [False]
    assert backoff.attempt("person 99", "198.51.100.0/24")
    clock.move(minutes=61)
    assert all(backoff.attempt(f"later {n}", "192.0.2.0/24") for n in range(29))


def test_wrong_tries_of_a_network_are_remembered_for_an_hour(clock: Clock) -> None:
    def tried(number: int) -> list[bool]:
        return [backoff.attempt(f"person {n}", "192.0.2.0/24") for n in range(number)]

    assert tried(31) == [True] * 30 + [False]
    clock.move(minutes=59)
    assert tried(2) == [True, False]
    clock.move(minutes=61)
    assert tried(31) == [True] * 30 + [False]


def test_a_refused_network_does_not_count_for_the_person() -> None:
    for n in range(31):
        backoff.attempt(f"person {n}", "192.0.2.0/24")
    backoff.attempt("anna", "192.0.2.0/24")
    assert backoff.failures("anna") == 0


def test_when_everybody_fails_networks_with_failures_get_fewer_tries(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(backoff, "ALARM", 10)
    for n in range(10):
        assert backoff.attempt(f"victim {n}", f"192.0.{n}.0/24")
    allowed = [backoff.attempt(f"more {n}", "192.0.2.0/24") for n in range(4)]
    assert allowed == [True, True, False, False]
    assert backoff.attempt("honest", "198.51.100.0/24")


def test_the_alarm_ends_after_an_hour_without_wrong_tries(
    monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    def tried() -> list[bool]:
        return [backoff.attempt(f"more {n}", "198.51.100.0/24") for n in range(5)]

    monkeypatch.setattr(backoff, "ALARM", 10)
    for n in range(10):
        backoff.attempt(f"victim {n}", f"192.0.{n}.0/24")
    clock.move(minutes=59)
    assert tried() == [True] * 3 + [False] * 2
    clock.move(minutes=61)
    assert tried() == [True] * 5


def test_in_the_alarm_a_network_is_remembered_for_an_hour_too(
    monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    def tried(number: int) -> list[bool]:
        return [backoff.attempt(f"more {n}", "198.51.100.0/24") for n in range(number)]

    def let_half_an_hour_pass() -> None:
        clock.move(minutes=29)
        backoff.attempt("another", "203.0.113.0/24")  # the alarm goes on

    monkeypatch.setattr(backoff, "ALARM", 1)
    assert tried(4) == [True] * 3 + [False]
    let_half_an_hour_pass()
    clock.move(minutes=30)
    assert tried(2) == [True, False]
    let_half_an_hour_pass()
    clock.move(minutes=32)
    assert tried(4) == [True] * 3 + [False]


def test_guesses_at_once_are_all_counted(app: Flask) -> None:
    allowed: list[bool] = []
    barrier = threading.Barrier(12)

    def guess() -> None:
        with app.app_context():
            barrier.wait()
            allowed.append(backoff.attempt("anna", "192.0.2.0/24"))

    threads = [threading.Thread(target=guess) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(allowed) == 5


def test_names_are_not_stored() -> None:
    backoff.attempt("anna@example.com", "192.0.2.0/24")
    rows = db.session.scalars(db.select(Backoff.key)).all()
    assert len(rows) == 3
    assert all(len(key) == 64 and "anna" not in key for key in rows)


def test_it_is_forgotten_after_a_month(clock: Clock) -> None:
    backoff.attempt("anna")
    clock.move(days=29)
    backoff.attempt("berta")
    clock.move(days=2)
    backoff.forget_old()
    assert backoff.failures("anna") == 0
    assert backoff.failures("berta") == 1


def test_each_attempt_writes_few_rows() -> None:
    """A try is two or three statements, and none in a pause changes a row."""
    fail(5)
    before = db.session.execute(db.select(Backoff)).all()
    rows = [(row.failures, row.free_at, row.last_at) for (row,) in before]
    fail(3)
    with transaction():
        after = db.session.execute(db.select(Backoff)).all()
    assert [(row.failures, row.free_at, row.last_at) for (row,) in after] == rows


def test_the_longest_pause_is_a_quarter_of_an_hour() -> None:
    for policy, free in ((PERSON, 5), (NETWORK, 30)):
        seconds = [backoff.pause(free + n, policy).total_seconds() for n in (-1, 0, 1, 8, 9, 99)]
        assert seconds == [0, 2, 4, 512, 900, 900]


@given(st.integers(min_value=0, max_value=10**6))
def test_pauses_only_grow_and_stay_under_a_quarter_of_an_hour(failed: int) -> None:
    for policy in (PERSON, NETWORK, BackoffPolicy(free=1, longest=timedelta(seconds=7))):
        now_, next_ = backoff.pause(failed, policy), backoff.pause(failed + 1, policy)
        assert timedelta() <= now_ <= next_ <= policy.longest
        assert (now_ == timedelta()) == (failed < policy.free)

"""Signing in leaves cores for the pages of everybody else."""

import fcntl
import threading
from collections.abc import Iterator

import pytest
from flask import Flask

from promosms.services.auth import hashing_slots, passwords
from promosms.settings import instance_file
from tests.support.pages import PageClient

SOON = 30  # seconds; what does not happen until then fails


class Hashing(threading.Thread):
    """Somebody whose password is checked until `leave` is set."""

    def __init__(self, app: Flask) -> None:
        super().__init__(daemon=True)
        self.app, self.inside, self.leave = app, threading.Event(), threading.Event()

    def run(self) -> None:
        with self.app.app_context(), hashing_slots.slot():
            self.inside.set()
            self.leave.wait(SOON)


@pytest.fixture
def two(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Hashing]]:
    """One who has the only slot of the machine, and one who waits for it."""
    monkeypatch.setattr(hashing_slots, "SLOTS", 1)
    monkeypatch.setattr(hashing_slots, "PATIENCE", 0.0)
    people = [Hashing(app), Hashing(app)]
    people[0].start()
    assert people[0].inside.wait(SOON)
    people[1].start()
    while hashing_slots.THREADS._value:  # until the second one waits
        pass
    yield people
    for person in people:
        person.leave.set()
        person.join(SOON)


def test_a_slot_is_for_one_and_the_next_waits(two: list[Hashing]) -> None:
    first, second = two
    assert not second.inside.is_set()
    first.leave.set()
    assert second.inside.wait(SOON)


def test_one_too_many_is_told_to_try_again_and_nothing_is_checked(
    app: Flask, two: list[Hashing]
) -> None:
    with app.app_context(), pytest.raises(hashing_slots.Busy):
        passwords.matches(None, "four quiet words")
    client = PageClient(app)
    answer = client.send("/login", {"email": "a@example.com", "password": "four quiet words"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "The service is busy" in answer.text
    client.get_page("/login")  # the pages of everybody else are there


def test_other_processes_count(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashing_slots, "SLOTS", 1)
    with app.app_context(), instance_file("hashing-0.lock").open("ab") as file:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX)  # as another process would
        person = Hashing(app)
        person.start()
        while hashing_slots.THREADS._value == 2:
            pass
        assert not person.inside.is_set()
        fcntl.flock(file.fileno(), fcntl.LOCK_UN)
        assert person.inside.wait(SOON)
        person.leave.set()
        person.join(SOON)

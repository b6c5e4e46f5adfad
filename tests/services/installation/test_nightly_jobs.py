"""Nightly jobs: once a night, by one worker, again after a failure."""

import threading
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.jobs import nightly, tick
from promosms.models import NightlyJob, now
from promosms.services.installation import nightly_jobs
from tests.support.clock import Clock

NAMES = ["sweeping"]


def test_a_job_runs_once_a_day(context: None) -> None:
    assert nightly_jobs.due(NAMES) == NAMES
    assert nightly_jobs.claim("sweeping") == {}
    assert nightly_jobs.due(NAMES) == []
    assert nightly_jobs.claim("sweeping") is None
    nightly_jobs.finish("sweeping")
    assert nightly_jobs.due(NAMES) == []
    assert nightly_jobs.claim("sweeping") is None
    _set(ran_on=now().date() - timedelta(days=1))
    assert nightly_jobs.due(NAMES) == NAMES


def test_it_continues_where_it_paused(context: None) -> None:
    nightly_jobs.claim("sweeping")
    nightly_jobs.pause("sweeping", {"room": 2})
    assert nightly_jobs.claim("sweeping") == {"room": 2}
    nightly_jobs.finish("sweeping", [["dust"]])
    assert nightly_jobs.findings("sweeping") == [["dust"]]


def test_a_failed_job_is_tried_again_after_a_pause(context: None) -> None:
    nightly_jobs.claim("sweeping")
    nightly_jobs.fail("sweeping")
    assert nightly_jobs.due(NAMES) == []
    _set(leased_until=now())
    assert nightly_jobs.claim("sweeping") == {}


def test_a_job_of_a_dead_worker_is_tried_again(context: None) -> None:
    nightly_jobs.claim("sweeping")
    _set(leased_until=now() - timedelta(seconds=1))
    assert nightly_jobs.claim("sweeping") == {}


def test_a_worker_holds_a_job_for_ten_minutes(context: None, clock: Clock) -> None:
    nightly_jobs.claim("sweeping")
    clock.move(minutes=9)
    assert nightly_jobs.claim("sweeping") is None
    clock.move(minutes=2)
    assert nightly_jobs.claim("sweeping") == {}


def test_a_job_that_failed_waits_for_a_quarter_of_an_hour(context: None, clock: Clock) -> None:
    nightly_jobs.claim("sweeping")
    nightly_jobs.fail("sweeping")
    clock.move(minutes=14)
    assert nightly_jobs.claim("sweeping") is None
    clock.move(minutes=2)
    assert nightly_jobs.claim("sweeping") == {}


def test_only_one_of_many_workers_runs_it(app: Flask) -> None:
    won: list[int] = []
    start = threading.Barrier(6)

    def work(number: int) -> None:
        with app.app_context():
            start.wait()
            if nightly_jobs.claim("sweeping") is not None:
                won.append(number)
            db.session.remove()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1


def test_the_tick_queues_them_and_a_broken_job_stops_no_other(
    app: Flask, context: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []

    def broken() -> None:
        raise RuntimeError("the broom is missing")

    steps = {
        "broken": nightly.whole(broken),
        "mopping": nightly.whole(lambda: done.append("mopping")),
        "sweeping": nightly.whole(lambda: done.append("sweeping")),
    }
    monkeypatch.setattr(nightly, "NIGHTLY", steps)
    assert nightly.due()
    tick.wake()
    for _ in range(4):
        nightly.run()
    assert done == ["mopping", "sweeping"]
    assert not nightly.due()
    _set("broken", leased_until=now())
    assert nightly.due()


def _set(name: str = "sweeping", **values: object) -> None:
    with transaction() as session:
        session.execute(update(NightlyJob).where(NightlyJob.name == name).values(**values))

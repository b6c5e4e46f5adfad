"""Health: when a gateway loses weight, and how it regains it."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.gateways.connection import Measurements
from promosms.models import Gateway, Worker, now
from promosms.services.gateways import health, workers
from tests.support.clock import Clock


@pytest.mark.parametrize(
    ("before", "answers", "errors", "median_ms", "usual_ms", "after"),
    [
        (100, 0, 0, 0, 0, 100),  # nothing to do
        (100, 500, 0, 80, 80, 100),
        (100, 20, 4, 80, 80, 50),  # a fifth of them
        (100, 20, 3, 80, 80, 100),
        (100, 19, 19, 80, 80, 100),  # too few to tell
        (40, 19, 19, 80, 80, 40),  # but no reason to rise either
        (40, 19, 3, 80, 80, 60),
        (50, 1000, 1000, 80, 80, 25),
        (6, 1000, 1000, 80, 80, 5),  # so much goes on
        (5, 1000, 1000, 80, 80, 5),
        (100, 50, 0, 2_100, 500, 50),  # four times as slow, and more than two seconds
        (100, 50, 0, 1_900, 100, 100),  # slower, but not slow
        (100, 50, 0, 2_900, 2_000, 100),  # slow, but as always
        (100, 2, 0, 9_000, 500, 50),  # a slow one gives few answers
        (100, 50, 0, 9_000, 0, 100),  # nobody knows what is usual
        (5, 10, 0, 80, 80, 25),
        (95, 10, 0, 80, 80, 100),
        (0, 0, 0, 0, 0, 20),  # its first connection
    ],
)
def test_the_weight_follows_the_rules(
    before: int, answers: int, errors: int, median_ms: int, usual_ms: int, after: int
) -> None:
    measured = Measurements(answers, errors, 0, median_ms)
    assert health.judge(before, measured, usual_ms) == after


@pytest.mark.parametrize(
    ("answers", "errors", "refusals", "after"),
    [
        (100, 0, 49, 100),  # a list with many dead numbers
        (100, 0, 50, 50),
        (100, 19, 30, 100),
        (100, 19, 31, 50),
        (19, 0, 19, 60),  # too few to tell
    ],
)
def test_refusals_count_when_they_are_half_of_all(
    answers: int, errors: int, refusals: int, after: int
) -> None:
    before = 100 if answers >= 20 else 60
    assert health.judge(before, Measurements(answers, errors, refusals, 80), 80) == after


def test_the_usual_time_follows_but_does_not_excuse_itself() -> None:
    assert health.usual(100, 0) == 100
    assert health.usual(0, 100) == 100
    assert health.usual(200, 100) == 120
    assert health.usual(5_100, 100) == 200


@pytest.fixture
def gateway_id(app: Flask) -> int:
    """The simulator."""
    with app.app_context():
        simulator_id = db.session.scalars(select(Gateway.id)).one()
        db.session.remove()
    return simulator_id


def gateway(gateway_id: int) -> Gateway:
    db.session.expire_all()
    return db.session.get_one(Gateway, gateway_id)


@pytest.mark.usefixtures("context")
def test_the_weight_falls_and_recovers(gateway_id: int) -> None:
    health.record(gateway_id, Measurements(100, 0, 0, 120))
    assert (gateway(gateway_id).health, gateway(gateway_id).answer_ms) == (100, 120)
    seen = []
    for _ in range(6):
        health.record(gateway_id, Measurements(100, 60, 0, 120))
        seen.append(gateway(gateway_id).health)
    assert seen == [50, 25, 12, 6, 5, 5]
    assert gateway(gateway_id).errors_percent == 60
    for _ in range(5):
        health.record(gateway_id, Measurements(100, 0, 0, 120))
        seen.append(gateway(gateway_id).health)
    assert seen[6:] == [25, 45, 65, 85, 100]


@pytest.mark.usefixtures("context")
def test_several_connections_together_recover_no_faster(gateway_id: int) -> None:
    with transaction() as session:
        session.execute(update(Gateway).values(health=20, connections=4))
    for _ in range(4):  # one round of all of them
        health.record(gateway_id, Measurements(100, 0, 0, 120))
    assert gateway(gateway_id).health == 40


@pytest.mark.usefixtures("context")
def test_the_error_stands_until_all_connections_are_open(gateway_id: int) -> None:
    with transaction() as session:
        session.execute(update(Gateway).values(connections=2))
    health.note_connection(gateway_id, connected=False, error="wrong password")
    assert gateway(gateway_id).seen_at is None
    for name, error in (
        (f"gateway-{gateway_id}", "wrong password"),
        (f"gateway-{gateway_id}/2", ""),
    ):
        workers.beat(name, connected=True)
        health.note_connection(gateway_id, connected=True)
        assert gateway(gateway_id).error == error
    assert gateway(gateway_id).seen_at is not None


@pytest.mark.usefixtures("context")
def test_a_gateway_counts_as_lost_after_half_a_minute(gateway_id: int, clock: Clock) -> None:
    health.note_connection(gateway_id, connected=True)
    for seconds, left in ((25, 100), (10, 0)):
        clock.move(seconds=seconds)
        assert health.effective(gateway(gateway_id)) == left


@pytest.mark.usefixtures("context")
def test_a_worker_is_missing_after_45_seconds(clock: Clock) -> None:
    workers.beat("work", connected=True)
    for seconds, is_missing in ((40, False), (10, True)):
        clock.move(seconds=seconds)
        assert ("work" in workers.missing()) is is_missing
        assert (workers.connected() == set()) is is_missing


@pytest.mark.usefixtures("context")
def test_a_worker_that_was_silent_starts_again() -> None:
    workers.beat("work")
    with transaction() as session:
        long_ago = now() - timedelta(hours=1)
        seen_at = now() - timedelta(seconds=40)
        session.execute(update(Worker).values(started_at=long_ago, seen_at=seen_at))
    workers.beat("work")
    assert db.session.scalars(select(Worker.started_at)).one() < now() - timedelta(minutes=59)
    with transaction() as session:
        session.execute(update(Worker).values(seen_at=now() - timedelta(seconds=50)))
    workers.beat("work")
    db.session.expire_all()
    assert db.session.scalars(select(Worker.started_at)).one() > now() - timedelta(minutes=1)

"""Short fault runs: nothing is lost, nothing is sent twice, the books agree."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import create_engine, make_url, text

from tests.faults.plant import Plant, plant
from tests.faults.story import ask, kill_workers

FINAL = {"delivered", "undelivered", "expired", "failed", "unknown", "skipped", "cancelled"}


@pytest.fixture
def running(database_url: str) -> Iterator[Plant]:
    """A plant on the database of this round."""
    if database_url.startswith("sqlite"):
        with plant(rate=400) as made:
            yield made
        return
    with own_database(database_url) as url, plant(url, rate=400) as made:
        yield made


@contextmanager
def own_database(server: str) -> Iterator[str]:
    """A database beside the one of the other tests, because a plant drops its tables."""
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("CREATE DATABASE plant"))
    try:
        yield make_url(server).set(database="plant").render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text("DROP DATABASE plant WITH (FORCE)"))
        engine.dispose()


def test_killing_the_worker_loses_nothing_and_repeats_nothing(running: Plant) -> None:
    began = time.monotonic()
    running.begin(messages=1200, seed=11)
    running.start_all()
    kills = kill_workers(running, 3, seed=11, slowest=0.5)
    running.wait(150)
    found = ask(running, 1200, kills, began)
    assert kills == 3
    assert (found.duplicates, found.lost) == (0, 0)
    assert set(found.statuses) <= FINAL
    # A window that was on its way at a kill may be unconfirmed; its receipts settle it.
    assert found.accepted >= found.statuses["delivered"]


def test_losing_redis_only_delays(running: Plant) -> None:
    began = time.monotonic()
    running.begin(messages=800, seed=12)
    running.start_all()
    for _ in range(3):
        time.sleep(1.0)
        running.flush_redis()
    running.restart_redis()
    running.wait(150)
    found = ask(running, 800, 0, began)
    assert (found.duplicates, found.lost) == (0, 0)
    assert found.statuses == {"delivered": 800}

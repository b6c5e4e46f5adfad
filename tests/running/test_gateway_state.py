"""The state of a gateway connection: what workers record and what admins see."""

from datetime import timedelta

import pytest
from flask import Flask
from rq import Queue
from rq import Worker as Listener
from sqlalchemy import select, update

from promosms import queue as job_queue
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.jobs import gateway_connections, worker
from promosms.models import Gateway, Worker, now
from promosms.services.gateways import gateways, health, speed, workers
from tests.support.pages import PageClient


def state(admin: PageClient) -> str:
    """The state in the row of the simulator."""
    page = admin.get_page("/admin/gateways")
    cell = page.select("main .row:not(.rows-head)")[0].select(".meta > span")[0]
    return cell.get_text(" ", strip=True)


def test_the_page_shows_connected_lost_and_silent_gateways(app: Flask, admin: PageClient) -> None:
    assert state(admin) == "Not connected"
    with app.app_context():
        gateway_id = db.session.scalars(select(Gateway.id)).one()
        name = job_queue.gateway_queue(gateway_id)
        workers.beat(name, connected=True)
    assert state(admin) == "Connected"
    with app.app_context(), transaction() as session:
        session.execute(update(Worker).values(seen_at=now() - timedelta(minutes=2)))
    assert state(admin) == "Not connected"
    with app.app_context():
        workers.beat(name)
        health.note_connection(
            gateway_id, connected=False, error="The provider refused: wrong password"
        )
    assert "wrong password" in state(admin)


def test_the_heartbeat_of_a_worker_records_its_connection(app: Flask) -> None:
    with app.app_context():
        gateway_id = db.session.scalars(select(Gateway.id)).one()
        name = workers.name_of(gateway_id, 2)
        gateway_connections.open_connection(app, gateway_id)
        try:
            worker.beat(name, gateway_id)
        finally:
            gateway_connections.close_connection(gateway_id)
        gateway = db.session.get_one(Gateway, gateway_id)
        assert workers.connected() == {name}
        assert gateway.seen_at is not None
        worker.beat(name, gateway_id)
        assert workers.connected() == set()


def test_what_waits_leaves_at_once_when_the_connection_is_open(app: Flask) -> None:
    with app.app_context():
        gateway_id = db.session.scalars(select(Gateway.id)).one()
        name = workers.name_of(gateway_id, 1)
        queue = job_queue.queue(job_queue.gateway_queue(gateway_id))
        beats = worker.Beats(app, name, gateway_id)
        beats.give()
        assert len(queue) == 0  # the connection is not open
        gateway_connections.open_connection(app, gateway_id)
        try:
            beats.give()
            assert len(queue) == 1
            queue.empty()
            beats.give()
            assert len(queue) == 0  # it was open before
        finally:
            gateway_connections.close_connection(gateway_id)


def test_connections_share_the_rate(app: Flask) -> None:
    with app.app_context():
        gateway_id = db.session.scalars(select(Gateway.id)).one()
        for rate, connections, rate_of_each in ((300, 3, 100), (2, 3, 1)):
            with transaction() as session:
                session.execute(update(Gateway).values(rate=rate, connections=connections))
            try:
                assert (
                    gateway_connections.open_connection(
                        app, gateway_id
                    ).connection.rate_limiter.full_rate
                    == rate_of_each
                )
            finally:
                gateway_connections.close_connection(gateway_id)


def test_connections_share_what_the_kind_takes_at_most(app: Flask) -> None:
    settings = {
        "base_url": "https://sms.example.com",
        "username": "sms",
        "password": "p",
        "number": "+48732000001",
        "signing_key": "k",
        "per_hour": "72",
    }
    with app.app_context():
        gateway = gateways.add("Phone", "android", settings, "test", rate=5, connections=2)
        assert speed.of(gateway) == pytest.approx(72 / 3600)
        assert speed.of_each(gateway) == pytest.approx(36 / 3600)
        assert speed.per_hour(gateway) == 72
        gateway = gateways.add("Fast", "android", {**settings, "per_hour": "3600"}, "test", rate=1)
        assert (speed.of(gateway), speed.per_hour(gateway)) == (1, 0)  # its rate is the limit
        simulator = gateways.find("Simulator")
        assert simulator is not None
        assert (speed.of(simulator), speed.per_hour(simulator)) == (simulator.rate, 0)


@pytest.mark.parametrize(
    ("typed", "name", "gateway_id"),
    [
        ("work", "work", None),
        ("gateway-7", "gateway-7", 7),
        ("gateway-7/1", "gateway-7", 7),
        ("gateway-7/2", "gateway-7/2", 7),
        ("gateway-7:2", "gateway-7/2", 7),
    ],
)
def test_workers_have_names(typed: str, name: str, gateway_id: int | None) -> None:
    assert workers.proper(typed) == name
    assert workers.gateway_of(typed) == gateway_id


@pytest.mark.usefixtures("context")
def test_a_wake_job_is_queued_for_every_worker_of_a_gateway() -> None:
    queue = job_queue.queue("gateway-7")
    assert lengths(queue, "gateway-7") == [1, 2, 2]  # no worker yet: one job, and one ahead
    queue.empty()
    listening = [Listener([queue], connection=queue.connection, name=f"w{n}") for n in range(3)]
    for listener in listening:
        listener.register_birth()
    assert lengths(queue, "gateway-7") == [3, 4, 4]
    for listener in listening:
        listener.register_death()
    queue.empty()


def lengths(queue: Queue, name: str) -> list[int]:
    """The length of a queue after each of three wake calls."""
    sizes = []
    for _ in range(3):
        job_queue.wake(name, "send.run", 7)
        sizes.append(len(queue))
    return sizes

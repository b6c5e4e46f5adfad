"""The page of gateways and workers."""

from datetime import timedelta

import pytest
from flask import Flask

from promosms import queue
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Gateway, Message, Worker, now
from promosms.services.gateways import breaker, workers
from promosms.services.sending import overview
from tests.support.cast import Cast
from tests.support.pages import PageClient, words
from tests.support.settings import override


def test_it_shows_queued_texts(app: Flask, cast: Cast, admin: PageClient) -> None:
    with app.app_context(), transaction() as session:
        gateway = session.scalars(db.select(Gateway)).one()
        workers.beat(queue.gateway_queue(gateway.id), connected=True)
        session.add_all(
            Message(
                account_id=cast.owner.account_id,
                gateway_id=gateway.id,
                phone=f"+4860129910{n}",
                status="sending" if n == 0 else "queued",
            )
            for n in range(4)
        )
        queue.wake(queue.gateway_queue(gateway.id), "send.run", gateway.id)
    row = admin.get_page("/admin/gateways").select(".row:not(.rows-head)")[0]
    cells = [words(cell.get_text(" ")) for cell in row.select(".meta > span")]
    assert row.a.get_text() == "Simulator"
    assert cells[0] == "Connected"
    assert cells[1:] == ["Health 100%", "Texts waiting 3", "On their way 1", "Jobs in the queue 1"]


def test_large_counts_are_limited(
    app: Flask, cast: Cast, admin: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overview, "MOST", 2)
    with app.app_context(), transaction() as session:
        gateway_id = session.scalars(db.select(Gateway.id)).one()
        session.add_all(
            Message(
                account_id=cast.owner.account_id, gateway_id=gateway_id, phone=f"+4860129910{n}"
            )
            for n in range(4)
        )
    assert "more than 2" in admin.get_page("/admin/gateways").get_text()


def test_it_pauses_and_resumes(app: Flask, admin: PageClient) -> None:
    page = admin.post_page("/admin/gateways/Simulator/pause")
    assert "Paused" in page.get_text()
    with app.app_context():
        assert db.session.scalars(db.select(Gateway.status)).one() == "paused"
    page = admin.post_page("/admin/gateways/Simulator/resume")
    assert "sends again" in page.get_text()
    with app.app_context():
        gateway = db.session.scalars(db.select(Gateway)).one()
        assert gateway.status == "active"
        assert len(queue.queue(queue.gateway_queue(gateway.id))) == 1
    log = admin.get_page("/admin/audit").get_text()
    assert "gateway.pause" in log
    assert "gateway.resume" in log


def test_an_unknown_gateway_changes_nothing(admin: PageClient) -> None:
    page = admin.post_page("/admin/gateways/Nobody/pause")
    assert "is paused" not in page.get_text()


def test_it_shows_which_workers_are_missing(app: Flask, admin: PageClient) -> None:
    with app.app_context(), transaction() as session:
        session.add(Worker(name="work", pid=1))
        session.add(Worker(name="mail", pid=2, seen_at=now() - timedelta(minutes=5)))
    rows = admin.get_page("/admin/gateways").select(".rows")[1].select(".row:has(.title)")
    states = {
        row.select_one(".title").get_text(): words(row.select_one(".end").get_text())
        for row in rows
    }
    assert states["work"] == "Alive"
    assert states["mail"] == "Missing"
    assert states["tick"] == "Missing"


def test_every_page_names_a_gateway_that_paused_itself(
    app: Flask, cast: Cast, admin: PageClient, owner: PageClient
) -> None:
    with app.app_context():
        gateway_id = db.session.scalars(db.select(Gateway.id)).one()
        breaker.trip(gateway_id, "credentials")
        db.session.remove()
    account = f"/admin/accounts/{cast.owner.account_public_id}"
    pages = ["/admin", "/admin/gateways", "/admin/gateways/Simulator", "/admin/routes"]
    for path in [*pages, "/admin/routes/standard", "/admin/audit", account]:
        alert = admin.get_page(path).select_one("[role=alert]")
        assert alert is not None, path
        assert "The gateway Simulator has paused itself" in alert.get_text()
        assert "does not accept our name, password or key" in alert.get_text()
    assert "paused itself" not in owner.get_page("/dashboard").get_text()
    page = admin.post_page("/admin/gateways/Simulator/resume")
    assert "paused itself" not in page.get_text()


def test_it_shows_the_workers_of_all_connections(app: Flask, admin: PageClient) -> None:
    with app.app_context(), transaction() as session:
        gateway = session.scalars(db.select(Gateway)).one()
        gateway.connections = 3
        for name in workers.names_of(gateway)[:2]:
            workers.beat(name, connected=True)
        names = workers.names_of(gateway)
    lists = admin.get_page("/admin/gateways").select(".rows")
    assert "2 of 3 connected" in words(lists[0].get_text(" "))
    shown = [title.get_text() for title in lists[1].select(".title")]
    assert shown[-3:] == names


def test_it_says_so_when_redis_is_gone(app: Flask, admin: PageClient) -> None:
    override(app, redis_url="unix:///nonexistent/redis.sock")
    page = admin.get_page("/admin/gateways")
    assert "Redis cannot be reached" in page.get_text()
    assert "Unreachable" in page.get_text()

"""Gateways that pause themselves, and the alerts about it."""

import pytest
from flask import Flask
from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import AuditEntry, Email, Gateway, GatewayStatus, Role, User
from promosms.services.gateways import alerts, breaker, gateways
from tests.support.cast import Cast
from tests.support.clock import Clock


@pytest.fixture
def gateway_id(app: Flask, cast: Cast) -> int:
    """The simulator; besides the admin there is a Polish one."""
    with app.app_context(), transaction() as session:
        session.add(User(role=Role.ADMIN, email="admin@example.pl", language="pl"))
        return session.scalars(select(Gateway.id)).one()


@pytest.mark.usefixtures("context")
def test_every_admin_gets_one_email_for_each_pause(gateway_id: int) -> None:
    assert breaker.trip(gateway_id, "no_credit")
    assert not breaker.trip(gateway_id, "credentials")
    emails = db.session.scalars(select(Email).order_by(Email.recipient)).all()
    assert [email.recipient for email in emails] == ["admin@example.com", "admin@example.pl"]
    assert emails[0].subject == "The gateway Simulator has paused itself"
    assert "Our credit at the provider is used up." in emails[0].body
    assert "https://localhost:8443/admin/gateways" in emails[0].body
    assert emails[1].subject != emails[0].subject
    (entry,) = db.session.scalars(select(AuditEntry))
    assert (entry.actor, entry.action, entry.subject, entry.detail) == (
        "worker",
        "gateway.pause",
        "Simulator",
        "no_credit",
    )


@pytest.mark.usefixtures("context")
def test_resuming_ends_the_alert_and_the_next_pause_sends_a_new_one(gateway_id: int) -> None:
    breaker.trip(gateway_id, "credentials")
    assert [gateway.name for gateway in alerts.paused()] == ["Simulator"]
    gateways.switch("Simulator", GatewayStatus.ACTIVE, "admin")
    assert db.session.get_one(Gateway, gateway_id).paused_why == ""
    assert alerts.paused() == []
    breaker.trip(gateway_id, "credentials")
    assert len(db.session.scalars(select(Email.id)).all()) == 4


@pytest.mark.usefixtures("context")
def test_a_pause_by_an_admin_is_no_alert(gateway_id: int) -> None:
    gateways.switch("Simulator", GatewayStatus.PAUSED, "admin")
    assert not breaker.trip(gateway_id, "credentials")
    assert alerts.paused() == []
    assert db.session.scalars(select(Email.id)).all() == []


@pytest.mark.usefixtures("context")
def test_an_unknown_code_is_shown() -> None:
    assert "status_0x45" in alerts.why("status_0x45")


@pytest.mark.usefixtures("context")
def test_one_worker_probes_and_back_off_grows_without_more_emails(
    gateway_id: int, clock: Clock
) -> None:
    def row() -> Gateway:
        db.session.expire_all()
        return db.session.get_one(Gateway, gateway_id)

    def waits() -> int:
        probe_at = row().probe_at
        assert probe_at is not None
        return round((probe_at - clock.now()).total_seconds())

    assert breaker.trip(gateway_id, "no_answer")
    assert (row().health, waits(), breaker.due()) == (5, 30, [])
    assert not breaker.begin_probes(gateway_id)
    clock.move(seconds=31)
    assert breaker.due() == [gateway_id]
    assert breaker.begin_probes(gateway_id)
    assert not breaker.begin_probes(gateway_id)  # another worker of the gateway
    breaker.end_probes(gateway_id)
    assert breaker.begin_probes(gateway_id)
    clock.move(seconds=59)
    assert not breaker.begin_probes(gateway_id)
    clock.move(seconds=2)
    assert breaker.begin_probes(gateway_id)  # the other worker is dead
    for seconds in (60, 120, 300, 600, 600):
        breaker.probe_failed(gateway_id)
        assert waits() == seconds
        clock.move(seconds=seconds + 1)
        assert breaker.begin_probes(gateway_id)
    assert breaker.close(gateway_id)
    assert (row().status, row().paused_why, row().health) == (GatewayStatus.ACTIVE, "", 25)
    assert not breaker.close(gateway_id)
    emails = len(db.session.scalars(select(Email.id)).all())
    clock.move(minutes=9)
    assert breaker.trip(gateway_id, "no_answer")
    assert waits() == 600
    assert len(db.session.scalars(select(Email.id)).all()) == emails
    clock.move(minutes=11)
    assert breaker.begin_probes(gateway_id)
    assert breaker.close(gateway_id)
    clock.move(minutes=11)
    assert breaker.trip(gateway_id, "no_answer")
    assert waits() == 30
    assert len(db.session.scalars(select(Email.id)).all()) == 2 * emails


@pytest.mark.usefixtures("context")
def test_an_admin_decides_about_probes(gateway_id: int, clock: Clock) -> None:
    """Refused credentials are not tried again by themselves: providers lock accounts for that."""
    breaker.trip(gateway_id, "credentials")
    clock.move(hours=1)
    assert not breaker.begin_probes(gateway_id)
    gateways.switch("Simulator", GatewayStatus.ACTIVE, "admin")
    breaker.trip(gateway_id, "no_answer")
    clock.move(hours=1)
    assert breaker.begin_probes(gateway_id)
    gateways.switch("Simulator", GatewayStatus.ACTIVE, "admin")
    gateways.switch("Simulator", GatewayStatus.PAUSED, "admin")
    assert not breaker.close(gateway_id)
    breaker.probe_failed(gateway_id)
    clock.move(hours=1)
    assert not breaker.begin_probes(gateway_id)
    gateway = db.session.get_one(Gateway, gateway_id, populate_existing=True)
    assert (gateway.status, gateway.probe_at) == (GatewayStatus.PAUSED, None)

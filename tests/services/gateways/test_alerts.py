"""Gateways that pause themselves, and the alerts about it."""

import pytest
from flask import Flask
from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import AuditEntry, Email, Gateway, GatewayStatus, Role, User
from promosms.services.gateways import alerts, gateways
from tests.support.cast import Cast


@pytest.fixture
def gateway_id(app: Flask, cast: Cast) -> int:
    """The simulator; besides the admin there is a Polish one."""
    with app.app_context(), transaction() as session:
        session.add(User(role=Role.ADMIN, email="admin@example.pl", language="pl"))
        return session.scalars(select(Gateway.id)).one()


@pytest.mark.usefixtures("context")
def test_every_admin_gets_one_email_for_each_pause(gateway_id: int) -> None:
    assert gateways.pause_itself(gateway_id, "no_credit")
    assert not gateways.pause_itself(gateway_id, "credentials")
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
    gateways.pause_itself(gateway_id, "credentials")
    assert [gateway.name for gateway in alerts.paused()] == ["Simulator"]
    gateways.switch("Simulator", GatewayStatus.ACTIVE, "admin")
    assert db.session.get_one(Gateway, gateway_id).paused_why == ""
    assert alerts.paused() == []
    gateways.pause_itself(gateway_id, "credentials")
    assert len(db.session.scalars(select(Email.id)).all()) == 4


@pytest.mark.usefixtures("context")
def test_a_pause_by_an_admin_is_no_alert(gateway_id: int) -> None:
    gateways.switch("Simulator", GatewayStatus.PAUSED, "admin")
    assert not gateways.pause_itself(gateway_id, "credentials")
    assert alerts.paused() == []
    assert db.session.scalars(select(Email.id)).all() == []


@pytest.mark.usefixtures("context")
def test_an_unknown_code_is_shown() -> None:
    assert "status_0x45" in alerts.why("status_0x45")

"""The sender at an SMSC: the window, a gateway that is too slow, at fault, or away."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError

from promosms.extensions import db
from promosms.jobs import gateway_connections
from promosms.jobs.sender import Sender
from promosms.models import Email, Gateway, GatewayStatus, Message
from promosms.services.campaigns import preparation
from promosms.services.gateways import gateways
from tests.gateways.smpp.test_story import Network, network
from tests.gateways.smsc import Client, Pdu, accept, by_turns, refuse
from tests.services.sending.conftest import MakeCampaign, check_books, statuses
from tests.support.cast import Cast
from tests.support.log_lines import heard

__all__ = ["network"]
PHONES = [f"+486012{n:05}" for n in range(100, 160)]
SLOW_START = 10
INVALID_SENDER, THROTTLED = 0x0A, 0x58


@pytest.fixture
def connection(app: Flask, network: Network) -> Iterator[gateway_connections.OpenConnection]:
    """The connection to the SMSC, open in this process."""
    with app.app_context():
        gateway_id = db.session.scalars(select(Gateway.id).where(Gateway.name == "Line")).one()
        db.session.remove()
    network.smsc.on_submit = accept
    yield gateway_connections.open_connection(app, gateway_id)
    gateway_connections.close_connection(gateway_id)


def campaign(make_campaign: MakeCampaign, phones: list[str] | None = None) -> int:
    """A campaign whose messages wait."""
    campaign_id = make_campaign(phones or PHONES)
    preparation.prepare(campaign_id)
    return campaign_id


def test_it_sends_everything_and_finishes(
    context: None,
    connection: gateway_connections.OpenConnection,
    network: Network,
    make_campaign: MakeCampaign,
    cast: Cast,
) -> None:
    campaign_id = campaign(make_campaign)
    assert not Sender(connection).run(20)
    assert statuses(campaign_id) == {"sent": 60}
    assert sorted(network.numbers()) == PHONES
    check_books(cast.owner.account_id)


def test_at_most_one_window_is_unanswered(
    context: None,
    connection: gateway_connections.OpenConnection,
    network: Network,
    make_campaign: MakeCampaign,
) -> None:
    campaign(make_campaign)
    most = 0
    under_way = select(func.count()).where(Message.status == "sending")

    def look(client: Client, pdu: Pdu) -> None:
        nonlocal most
        with db.engine.connect() as connection:
            most = max(most, connection.scalar(under_way) or 0)
        accept(client, pdu)

    network.smsc.on_submit = look
    Sender(connection).run(20)
    assert 1 < most <= connection.window


@pytest.mark.parametrize("window", [1, 3, 20])
def test_the_window_of_the_row_is_what_may_be_open(
    app: Flask, network: Network, make_campaign: MakeCampaign, window: int
) -> None:
    with app.app_context():
        gateway = db.session.scalars(select(Gateway).where(Gateway.name == "Line")).one()
        gateways.change("Line", 1000, window, 1, "test")
        gateway_id = gateway.id
        db.session.remove()
    held: list[tuple[Client, Pdu]] = []

    def hold(client: Client, pdu: Pdu) -> None:
        """Answer when no more will come: after ten, which is the slow start, or a window."""
        held.append((client, pdu))
        arrived = len(network.smsc.of("submit_sm"))
        if len(held) == window or arrived in (SLOW_START, len(PHONES)):
            for answered in held:
                accept(*answered)
            held.clear()

    network.smsc.on_submit = hold
    connection = gateway_connections.open_connection(app, gateway_id)
    try:
        assert connection.connection.changed.wait(10)
        with app.app_context():
            campaign(make_campaign)
            Sender(connection).run(20)
            db.session.remove()
    finally:
        gateway_connections.close_connection(gateway_id)
    assert network.smsc.most_open == window
    assert len(network.numbers()) == len(PHONES)


def test_a_gateway_that_refuses_everything_is_paused_and_no_text_fails(
    context: None,
    connection: gateway_connections.OpenConnection,
    network: Network,
    make_campaign: MakeCampaign,
    cast: Cast,
    admin: object,
) -> None:
    campaign_id = campaign(make_campaign)
    network.smsc.on_submit = refuse(INVALID_SENDER)
    with heard() as lines:
        assert not Sender(connection).run(20)
    reasons = {line["event"]: line["code"] for line in lines if "gateway" in line}
    assert reasons == dict.fromkeys(("gateway.paused", "sender.refused"), "invalid_sender")
    (texts,) = [line["count"] for line in lines if line["event"] == "sender.refused"]
    assert texts == len(network.smsc.of("submit_sm"))
    assert statuses(campaign_id) == {"queued": 60}
    gateway = db.session.get_one(Gateway, connection.gateway_id, populate_existing=True)
    assert (gateway.status, gateway.paused_why) == (GatewayStatus.PAUSED, "invalid_sender")
    assert 20 <= len(network.smsc.of("submit_sm")) <= 20 + connection.window
    assert db.session.scalars(select(Email.recipient)).all() == [cast.admin.email]
    check_books(cast.owner.account_id)


def test_one_accepted_text_keeps_the_gateway_active(
    context: None,
    connection: gateway_connections.OpenConnection,
    network: Network,
    make_campaign: MakeCampaign,
) -> None:
    campaign_id = campaign(make_campaign)
    mixed = [*([refuse(INVALID_SENDER)] * 15), accept] * 3
    network.smsc.on_submit = by_turns(*mixed, accept)
    Sender(connection).run(20)
    assert statuses(campaign_id) == {"queued": 45, "sent": 15}
    gateway = db.session.get_one(Gateway, connection.gateway_id, populate_existing=True)
    assert gateway.status == GatewayStatus.ACTIVE


def test_throttling_slows_the_whole_connection_down(
    context: None,
    connection: gateway_connections.OpenConnection,
    network: Network,
    make_campaign: MakeCampaign,
) -> None:
    campaign_id = campaign(make_campaign, PHONES[:10])
    network.smsc.on_submit = by_turns(*[refuse(THROTTLED)] * 5, accept)
    before = connection.connection.rate_limiter.rate
    Sender(connection).run(0.5)
    assert connection.connection.rate_limiter.rate <= before / 2
    assert statuses(campaign_id)["queued"] >= 1


def test_answers_are_not_lost_while_the_database_is_away(
    context: None,
    connection: gateway_connections.OpenConnection,
    network: Network,
    make_campaign: MakeCampaign,
    cast: Cast,
) -> None:
    campaign_id = campaign(make_campaign, PHONES[:20])
    failures = iter(range(3))

    def fail(*_: object) -> None:
        if len(network.smsc.accepted) >= 5 and next(failures, None) is not None:
            raise OperationalError("COMMIT", {}, Exception("gone"))

    event.listen(db.engine, "commit", fail)
    try:
        Sender(connection).run(20)
    finally:
        event.remove(db.engine, "commit", fail)
    assert statuses(campaign_id) == {"sent": 20}
    assert len(network.numbers()) == 20
    check_books(cast.owner.account_id)

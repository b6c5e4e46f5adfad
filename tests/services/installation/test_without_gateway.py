"""Production with the simulator alone: the installation says so, and sends nothing."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.jobs import gateway_connections
from promosms.models import (
    Account,
    Campaign,
    CampaignStatus,
    Consent,
    Gateway,
    LedgerEntry,
    Message,
    Recipient,
    RouteGateway,
)
from promosms.services.abuse import sms_pumping
from promosms.services.abuse.sms_pumping import PumpingProblem
from promosms.services.campaigns import drafts, launch, own_test
from promosms.services.campaigns.drafts import Draft
from promosms.services.campaigns.launch_problems import LaunchError, LaunchProblem
from promosms.services.gateways import gateways, routes, routing, test_texts, workers
from promosms.services.installation import defaults
from promosms.supervisor import run
from promosms.supervisor.checks import StartError
from tests.support import commands
from tests.support.cast import Cast
from tests.support.settings import override

PHONE = "+48601000777"
Work = Callable[[Campaign], object]


@pytest.fixture(autouse=True)
def production(app: Flask, context: None) -> None:
    """Settings of a public installation; its gateways are those of a new one."""
    override(app, production=True)


@pytest.fixture
def campaign(cast: Cast) -> Campaign:
    """A draft of the owner to one person."""
    with transaction() as session:
        account = session.get_one(Account, cast.owner.account_id)
        session.add(
            Recipient(account_id=account.id, phone=PHONE, country="PL", consent=Consent.GIVEN)
        )
        session.flush()
        return drafts.create(account, Draft(name="Sale", text="Hello", everyone=True), "")


def booked() -> tuple[int | None, ...]:
    """Texts, ledger entries, and what all accounts have."""
    counts = (func.count(Message.id), func.count(LedgerEntry.id), func.sum(Account.balance))
    return tuple(db.session.scalar(select(count)) for count in counts)


def connect(name: str = "Real") -> None:
    gateways.add(name, "smsapi", {"token": "t"}, "test")


def test_no_route_leads_to_the_simulator(app: Flask) -> None:
    route_id = defaults.default_route().id
    assert routing.gateway_for(route_id, "PL") is None
    override(app, production=False)
    assert routing.gateway_for(route_id, "PL") is not None
    override(app, production=True)
    connect()
    real = gateways.find("Real")
    assert real is not None
    assert {routing.gateway_for(route_id, "PL") for _ in range(20)} == {real.id}


@pytest.mark.parametrize(
    "send", [lambda c: launch.launch(c, 300), lambda c: own_test.send(c, PHONE)]
)
def test_a_campaign_is_not_sent_and_costs_nothing(campaign: Campaign, send: Work) -> None:
    before = booked()
    with pytest.raises(LaunchError) as refused:
        send(campaign)
    assert refused.value.code is LaunchProblem.NO_GATEWAY
    assert campaign.status == CampaignStatus.DRAFT
    assert booked() == before


@pytest.mark.parametrize("status", [CampaignStatus.PAUSED, CampaignStatus.BLOCKED])
def test_one_that_began_earlier_does_not_go_on(campaign: Campaign, status: CampaignStatus) -> None:
    with transaction():
        campaign.status = status
    with pytest.raises(LaunchError, match="no_gateway"):
        launch.resume(campaign)
    connect()
    launch.resume(campaign)


def test_no_password_leaves_by_text() -> None:
    assert sms_pumping.why_not(PHONE, "192.0.2.1", "") == PumpingProblem.NO_GATEWAY
    assert sms_pumping.why_no_notice(PHONE) == PumpingProblem.NO_GATEWAY
    connect()
    assert sms_pumping.why_not(PHONE, "192.0.2.1", "") is None
    assert sms_pumping.why_no_notice(PHONE) is None


def test_the_simulator_has_no_worker(app: Flask) -> None:
    simulator = gateways.find("Simulator")
    assert simulator is not None
    name = workers.name_of(simulator.id, 1)
    assert name not in workers.expected()
    with pytest.raises(ValueError, match="sends nothing in production"):
        gateway_connections.open_connection(app, simulator.id)
    with pytest.raises(test_texts.SendsNothing):
        test_texts.send(simulator, PHONE, "Hello", "admin")
    override(app, production=False)
    assert name in workers.expected()


def test_the_operator_is_told_at_the_start_what_to_do(app: Flask) -> None:
    line = defaults.no_gateway_warning()
    assert line == (
        "NOTHING IS SENT by Standard, and no passwords by text: in production the simulator "
        "sends nothing. Connect a gateway: scripts/run gateway add"
    )
    assert "sends nothing in production" in commands.run(app, "gateway", "list").output
    connect()
    assert defaults.no_gateway_warning() == ""
    with transaction() as session:
        simulator = session.scalars(select(Gateway.id).where(Gateway.kind == "simulator")).one()
        route = routes.add("Second", "test")
        session.query(RouteGateway).filter_by(route_id=route.id).delete()
        session.add(RouteGateway(route_id=route.id, gateway_id=simulator))
    assert defaults.no_gateway_warning().startswith("NOTHING IS SENT by Second: in production")
    override(app, production=False)
    assert defaults.no_gateway_warning() == ""


def test_the_demo_is_refused(app: Flask) -> None:
    with pytest.raises(StartError, match="for trials"):
        run.seed()
    result = commands.run(app, "demo")
    assert (result.exit_code, result.output.count("\n")) == (1, 1)
    override(app, production=False)
    connect()
    with pytest.raises(StartError, match="invented numbers"):
        run.seed()
    assert db.session.scalar(select(func.count(Message.id))) == 0

"""An ill provider does not burn a campaign beside a healthy one: real connections to both."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.gateways.smpp.gateway import SmppGateway
from promosms.jobs import gateway_connections
from promosms.jobs.sender import Sender
from promosms.models import Email, Gateway, GatewayStatus, Message, now
from promosms.services.campaigns import preparation
from promosms.services.gateways import gateways, health
from promosms.services.sending import failover, sweep
from tests.gateways.http.provider import Provider, Says, provider
from tests.gateways.http.runner import LOOPBACK
from tests.gateways.smpp.test_story import Network
from tests.gateways.smsc import Behaviour, Client, Pdu, accept, by_turns, lose, refuse
from tests.services.sending.conftest import MakeCampaign, check_books, statuses
from tests.support.cast import Cast
from tests.support.clock import Clock

PHONES = [f"+486012{n:05}" for n in range(100, 160)]
WINDOW = 20
NO = refuse(0x0B)


def silence(_client: Client, _pdu: Pdu) -> None:
    """Never answer."""


@dataclass
class Lines:
    """Two gateways of a route: `ill` comes first, `healthy` stands in. Their SMSCs, and HTTP."""

    ill: Network
    healthy: Network
    web: Provider
    ids: dict[str, int]

    def send(self, name: str, seconds: float = 20) -> None:
        """One job of the worker of a gateway, when it is bound."""
        open_connection = gateway_connections.current(self.ids[name])
        assert open_connection is not None
        connection = open_connection.connection
        if isinstance(connection.gateway, SmppGateway):
            bound = connection.gateway.links[0].bound.wait()
            asyncio.run_coroutine_threadsafe(bound, connection.loop).result(10)
        Sender(open_connection).run(seconds)

    def row(self, name: str) -> Gateway:
        """The stored state of a gateway."""
        db.session.expire_all()
        return db.session.get_one(Gateway, self.ids[name])


SOON = "4"
"""Seconds until a lost answer is given up, where one is lost."""
MakeLines = Callable[..., Lines]


@pytest.fixture
def make_lines(app: Flask) -> Iterator[MakeLines]:
    """Connect both; `http` makes the ill one a provider over HTTP.

    An answer is waited for until a slow machine has given it, except where there is none.
    """
    with ExitStack() as stack:

        def make(*, http: bool = False, answer_seconds: str = "20") -> Lines:
            networks = [Network(), Network()]
            for network in networks:
                stack.callback(network.stop)
                network.smsc.on_submit = accept
            web = stack.enter_context(provider()) if http else Provider("")
            ids = {}
            with app.app_context():
                with transaction() as session:
                    session.execute(update(Gateway).values(status=GatewayStatus.PAUSED))
                for name, network in zip(("ill", "healthy"), networks, strict=True):
                    settings = {"host": "127.0.0.1", "port": str(network.port), "system_id": "x"}
                    settings |= {"password": "y", "answer_seconds": answer_seconds}
                    settings["retry_seconds"] = "0.02"
                    kind = "smpp"
                    if http and name == "ill":
                        kind, settings = "http", {**LOOPBACK, "url": web.url, "id_path": "id"}
                        settings |= {"body": '{"to": "{to}"}'}
                    ids[name] = gateways.add(
                        name, kind, settings, "test", rate=1000, window=WINDOW
                    ).id
                with transaction() as session:
                    session.execute(update(Gateway).values(health=100, seen_at=now()))
                db.session.remove()
            for gateway_id in ids.values():
                gateway_connections.open_connection(app, gateway_id)
                stack.callback(gateway_connections.close_connection, gateway_id)
            return Lines(*networks, web, ids)

        yield make


def outcomes(campaign_id: int) -> dict[tuple[str, str], int]:
    """How many messages have which status and reason."""
    query = select(Message.status, Message.reason, func.count()).group_by(
        Message.status, Message.reason
    )
    rows = db.session.execute(query.where(Message.campaign_id == campaign_id))
    return {(status, reason): number for status, reason, number in rows}


@pytest.mark.parametrize(
    ("behaviour", "says", "why", "burnt"),
    [
        (refuse(0x0B), None, "invalid_number", {("failed", "outage"): 20}),
        (refuse(0x401), None, "status_0x401", {("failed", "outage"): 20}),
        (refuse(0x08), None, "system_error", {}),
        (None, Says(502), "no_answer", {("unknown", "no_answer"): 10}),
        (None, Says(429, b"", (("Retry-After", "60"),)), "throttled", {}),
        (silence, None, "no_answer", {("unknown", "no_answer"): 10}),
    ],
    ids=["0x0B", "0x401", "0x08", "HTTP 502", "HTTP 429", "bound but silent"],
)
def test_an_ill_provider_burns_few_texts_and_the_next_gateway_sends_the_others(
    context: None,
    make_lines: MakeLines,
    make_campaign: MakeCampaign,
    cast: Cast,
    admin: object,
    behaviour: Behaviour | None,
    says: Says | None,
    why: str,
    burnt: dict[tuple[str, str], int],
) -> None:
    seconds = SOON if behaviour is silence else "20"
    lines = make_lines(http=behaviour is None, answer_seconds=seconds)
    lines.ill.smsc.on_submit = behaviour or accept
    lines.web.says = says or lines.web.says
    campaign_id = make_campaign(PHONES)
    preparation.prepare(campaign_id)
    lines.send("ill")
    assert (lines.row("ill").status, lines.row("ill").paused_why) == (GatewayStatus.PAUSED, why)
    failover.move_waiting()
    lines.send("healthy")
    rest = 60 - sum(burnt.values())
    assert outcomes(campaign_id) == {("sent", ""): rest, **burnt}
    assert len(set(lines.healthy.numbers())) == len(lines.healthy.numbers()) == rest
    assert db.session.scalars(select(Email.recipient)).all() == [cast.admin.email]
    check_books(cast.owner.account_id)


@pytest.mark.parametrize(
    ("refused", "status", "paused"), [(1, 0x0B, False), (19, 0x0B, False), (20, 0x0B, True)]
)
def test_a_refusal_of_one_number_pauses_nothing(
    context: None,
    make_lines: MakeLines,
    make_campaign: MakeCampaign,
    refused: int,
    status: int,
    paused: bool,
) -> None:
    lines = make_lines()
    lines.ill.smsc.on_submit = by_turns(accept, *[refuse(status)] * refused, accept)
    campaign_id = make_campaign(PHONES)
    preparation.prepare(campaign_id)
    lines.send("ill")
    assert (lines.row("ill").status == GatewayStatus.PAUSED) is paused
    reason = "outage" if paused else "invalid_number"
    assert outcomes(campaign_id)["failed", reason] == refused
    if not paused:
        assert statuses(campaign_id) == {"sent": 60 - refused, "failed": refused}


def test_probes_decide_when_it_comes_back(
    context: None,
    clock: Clock,
    make_lines: MakeLines,
    make_campaign: MakeCampaign,
    cast: Cast,
) -> None:
    lines = make_lines()
    lines.ill.smsc.on_submit = refuse(0x0B)
    campaign_id = make_campaign(PHONES)
    preparation.prepare(campaign_id)
    lines.send("ill")
    failover.move_waiting()
    refused = len(lines.ill.smsc.of("submit_sm"))
    # Too early; then one probe, which is refused, but does not fail: another gateway may take it.
    for seconds, probes, failed in ((29, 0, 0), (2, 1, 1), (58, 1, 1), (4, 2, 2)):
        clock.move(seconds=seconds)
        health.note_connection(lines.ids["healthy"], connected=True)
        due = lines.ids["ill"] in sweep.gateways_with_work()
        lines.send("ill")
        assert len(lines.ill.smsc.of("submit_sm")) - refused == probes
        row = lines.row("ill")
        assert (row.status, row.probes_failed) == (GatewayStatus.PAUSED, failed)
        assert due is (probes > 0 and seconds < 10)
        failover.move_waiting()
    assert statuses(campaign_id) == {"failed": 20, "queued": 40}
    lines.ill.smsc.on_submit = accept
    clock.move(seconds=121)
    health.note_connection(lines.ids["healthy"], connected=True)
    lines.send("ill")
    row = lines.row("ill")
    assert (row.status, row.paused_why, row.health) == (GatewayStatus.ACTIVE, "", 25)
    assert statuses(campaign_id) == {"failed": 20, "sent": 3, "queued": 37}
    assert failover.move_waiting() == 0
    lines.send("healthy")
    assert statuses(campaign_id) == {"failed": 20, "sent": 40}
    check_books(cast.owner.account_id)


@pytest.mark.parametrize(
    ("answers", "status", "probes"),
    [
        ((accept, NO, accept, NO, accept), GatewayStatus.ACTIVE, 5),
        ((accept, accept, NO, NO, accept), GatewayStatus.ACTIVE, 5),
        ((accept, NO, NO), GatewayStatus.PAUSED, 3),
        ((NO,), GatewayStatus.PAUSED, 1),
    ],
    ids=["a bad list beside good texts", "two of five", "two of three", "the first"],
)
def test_probes_that_are_refused_between_others_do_not_keep_it_paused(
    context: None,
    clock: Clock,
    make_lines: MakeLines,
    make_campaign: MakeCampaign,
    answers: tuple[Behaviour, ...],
    status: str,
    probes: int,
) -> None:
    lines = make_lines()
    lines.ill.smsc.on_submit = NO
    preparation.prepare(make_campaign(PHONES))
    lines.send("ill")
    refused = len(lines.ill.smsc.of("submit_sm"))
    lines.ill.smsc.on_submit = by_turns(*answers)
    clock.move(seconds=31)
    lines.send("ill")
    assert lines.row("ill").status == status
    submitted = len(lines.ill.smsc.of("submit_sm")) - refused
    assert submitted == probes if status == GatewayStatus.PAUSED else submitted > probes


def test_a_probe_without_an_answer_is_never_sent_again(
    context: None, clock: Clock, make_lines: MakeLines, make_campaign: MakeCampaign
) -> None:
    lines = make_lines(answer_seconds=SOON)
    lines.ill.smsc.on_submit = lose
    campaign_id = make_campaign(PHONES)
    preparation.prepare(campaign_id)
    lines.send("ill")
    failover.move_waiting()
    clock.move(seconds=31)
    health.note_connection(lines.ids["healthy"], connected=True)
    lines.send("ill")
    assert (lines.row("ill").status, lines.row("ill").probes_failed) == (GatewayStatus.PAUSED, 1)
    failover.move_waiting()
    lines.send("healthy")
    assert outcomes(campaign_id) == {("sent", ""): 49, ("unknown", "no_answer"): 11}
    assert sorted([*lines.ill.numbers(), *lines.healthy.numbers()]) == PHONES

"""A campaign leaves by SMPP: launched, submitted, receipted, answered with STOP."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, TypeVar

import pytest
from flask import Flask
from sqlalchemy import select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Gateway, GatewayStatus, MessagePart, Suppression
from promosms.services.gateways import gateways
from promosms.services.installation import defaults
from tests.gateways.smsc import Client, Pdu, Smsc, accept, receipt_text
from tests.services.sending.conftest import MakeCampaign, check_books, make_campaign, statuses
from tests.support.cast import Cast

Result = TypeVar("Result")

__all__ = ["make_campaign"]
PHONES = [f"+486012{n:05}" for n in range(100, 130)]
STOPPED = PHONES[4]


class Network:
    """An SMSC in its own thread that reports every text and sends one STOP."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()
        self.smsc = self._run(self._start())

    async def _start(self) -> Smsc:
        smsc = Smsc()
        smsc.on_submit = self.take
        self.port = await smsc.start()
        return smsc

    def take(self, client: Client, pdu: Pdu) -> None:
        """Take a text and report it in the same breath; one recipient answers."""
        accept(client, pdu)
        name = f"id-{len(client.smsc.accepted)}"
        client.request("deliver_sm", esm_class=4, short_message=receipt_text(name))
        if self.sent_to(pdu) == STOPPED:
            client.request(
                "deliver_sm",
                source_addr=STOPPED.lstrip("+"),
                destination_addr=defaults.SENDER.lstrip("+"),
                short_message=b"STOP",
            )

    @staticmethod
    def sent_to(pdu: Pdu) -> str:
        """The number that a text goes to."""
        return "+" + pdu.destination_addr.decode()

    def numbers(self) -> list[str]:
        """The numbers whose texts the network took."""
        return [self.sent_to(pdu) for pdu in self.smsc.accepted.values()]

    def stop(self) -> None:
        """End the server and its thread."""
        self._run(self.smsc.stop())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    def _run(self, work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(10)


def connected(app: Flask, port: int, **more: str) -> None:
    """Connect an SMSC as the only active gateway."""
    with app.app_context():
        with transaction() as session:
            session.execute(update(Gateway).values(status=GatewayStatus.PAUSED))
        settings = {"host": "127.0.0.1", "port": str(port), "system_id": "promo", **more}
        gateways.add("Line", "smpp", settings | {"password": "secret"}, "test", rate=1000)
        db.session.remove()


@pytest.fixture
def network(app: Flask) -> Iterator[Network]:
    """The SMSC, connected as the only active gateway."""
    smsc = Network()
    connected(app, smsc.port)
    yield smsc
    smsc.stop()


def test_a_campaign_leaves_by_smpp(
    app: Flask,
    cast: Cast,
    network: Network,
    make_campaign: MakeCampaign,
    settle: Callable[..., None],
) -> None:
    campaign_id = make_campaign(PHONES)
    settle()
    with app.app_context():
        assert statuses(campaign_id) == {"delivered": 30}
        assert sorted(network.numbers()) == sorted([*PHONES, STOPPED])  # with the answer to STOP
        assert db.session.scalars(select(Suppression.phone)).all() == [STOPPED]
        references = set(db.session.scalars(select(MessagePart.reference)))
        assert references == {f"id-{n}" for n in range(1, 32)}
        check_books(cast.owner.account_id)


def test_a_text_of_three_parts_is_delivered_when_all_are(
    app: Flask, network: Network, make_campaign: MakeCampaign, settle: Callable[..., None]
) -> None:
    campaign_id = make_campaign(PHONES[:2], text="x" * 400)
    settle()
    with app.app_context():
        assert statuses(campaign_id) == {"delivered": 2}
    assert len(network.smsc.accepted) == 6

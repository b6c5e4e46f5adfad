"""An SMSC that writes ids in two ways, begins its counter again, and loses an answer."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Campaign,
    Consent,
    Gateway,
    GatewayInboxRow,
    InboundMessage,
    Message,
    Recipient,
)
from promosms.services.campaigns import audience, launch
from promosms.services.installation import defaults
from tests.gateways.smpp.test_story import Network, connected
from tests.gateways.smsc import Client, Pdu, admit, receipt_text
from tests.services.sending.conftest import check_books
from tests.support.cast import Cast

Settle = Callable[..., None]
FIRST = [f"+486012{n:05}" for n in range(100, 124)]
SECOND = [f"+486013{n:05}" for n in range(100, 124)]
LOST = FIRST[17]


class OldServer(Network):
    """Answers with hexadecimal ids, and says what it has to say when a line is bound."""

    def __init__(self) -> None:
        self.counter = 0
        self.taken: list[tuple[int, str]] = []
        self.waiting: list[tuple[str, dict[str, Any]]] = []
        super().__init__()
        self.smsc.on_bind = self.bind

    def bind(self, client: Client, pdu: Pdu) -> None:
        """Admit a line and deliver what waits."""
        admit(client, pdu)
        for command, fields in self.waiting:
            client.request(command, **fields)
        self.waiting.clear()

    def take(self, client: Client, pdu: Pdu) -> None:
        """Take a text; the answer to one of them is lost."""
        self.counter += 1
        phone = self.sent_to(pdu)
        self.taken.append((self.counter, phone))
        if phone != LOST:
            client.answer(pdu, message_id=f"{self.counter:X}")

    def say(self, command: str, phone: str, words: bytes, esm_class: int) -> None:
        """Deliver words from a phone, by the next line."""
        text = "message_payload" if command == "data_sm" else "short_message"
        ends = {"source_addr": phone[1:], "destination_addr": defaults.SENDER[1:]}
        numbers = {"source_addr_ton": 1, "dest_addr_ton": 1, "esm_class": esm_class}
        self.waiting.append((command, {**ends, **numbers, text: words}))

    def answered(self) -> list[int]:
        """The statuses of our answers."""
        log = self.smsc.log
        answers = ("deliver_sm_resp", "data_sm_resp")
        return [pdu.status for pdu in log if pdu.command in answers]


@pytest.fixture
def network(app: Flask) -> Iterator[OldServer]:
    """The SMSC, connected as the only active gateway."""
    server = OldServer()
    connected(app, server.port, answer_seconds="4")
    yield server
    server.stop()


def campaign(app: Flask, account_id: int, phones: list[str]) -> int:
    """A campaign of an account to these numbers."""
    with app.app_context():
        given = {"account_id": account_id, "country": "PL", "consent": Consent.GIVEN}
        with transaction() as session:
            session.add_all(Recipient(phone=phone, **given) for phone in phones)
            route = defaults.default_route().id
            row = Campaign(account_id=account_id, route_id=route, text="Hello", everyone=True)
            session.add(row)
        launch.launch(row, audience.estimate(row).total)
        campaign_id = row.id
        db.session.remove()
    return campaign_id


def ends(app: Flask, campaign_id: int) -> dict[str, str]:
    """The status of each message by its phone."""
    with app.app_context():
        query = select(Message.phone, Message.status).where(Message.campaign_id == campaign_id)
        found = {row.phone: row.status for row in db.session.execute(query)}
        db.session.remove()
    return found


def state_of(phone: str) -> tuple[str, str]:
    """A third of all texts is not delivered, so that a receipt at the wrong text shows."""
    lost = int(phone[-2:]) % 3 == 0
    return ("UNDELIV", "undelivered") if lost else ("DELIVRD", "delivered")


def test_every_receipt_finds_its_text(
    app: Flask, cast: Cast, network: OldServer, settle: Settle
) -> None:
    def sent(campaign_id: int) -> bool:
        return set(ends(app, campaign_id).values()) <= {"sent", "unknown"}

    first = campaign(app, cast.owner.account_id, FIRST)
    settle(until=lambda: sent(first))
    assert ends(app, first)[LOST] == "unknown"
    network.counter = 0  # it was started again
    second = campaign(app, cast.stranger.account_id, SECOND)
    settle(until=lambda: sent(second))
    forged = b"id:18 sub:001 stat:UNDELIV err:001"
    network.say("deliver_sm", SECOND[3], forged, 0)
    for place, (name, phone) in enumerate(reversed(network.taken)):
        words = receipt_text(str(name), state_of(phone)[0])
        marked = 4 if place % 2 else 0
        marked = 4 if phone == LOST else marked
        network.say("data_sm" if place % 3 else "deliver_sm", phone, words, marked)

    def calm() -> bool:
        with app.app_context():
            left = db.session.query(GatewayInboxRow).count()
            db.session.remove()
        return not left and len(network.answered()) == 49

    settle(until=calm)
    assert network.answered() == [0] * 49
    found = ends(app, first) | ends(app, second)
    assert found == {phone: state_of(phone)[1] for phone in FIRST + SECOND}
    with app.app_context():
        replies = db.session.execute(
            select(InboundMessage.account_id, InboundMessage.phone, InboundMessage.text)
        )
        assert [tuple(row) for row in replies] == [
            (cast.stranger.account_id, SECOND[3], forged.decode())
        ]
        gateway = db.session.query(Gateway).filter_by(kind="smpp").one()
        assert gateway.message_id_format == "resp_hex_dlr_dec"
        for person in (cast.owner, cast.stranger):
            check_books(person.account_id)

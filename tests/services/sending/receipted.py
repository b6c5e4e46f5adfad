"""Texts that wait for their receipts, and receipts as an SMPP line brings them."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy import delete, select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.gateways.base import InboxEvent, Receipt, ReceiptStatus
from promosms.gateways.smpp.intake import event_of
from promosms.gateways.smpp.pdus import Address, DataMessage, Delivered, ShortMessage
from promosms.gateways.smpp.settings import Settings
from promosms.models import Gateway, GatewayInboxRow, Message, MessagePart, MessageStatus, now
from promosms.services.inbox import gateway_inbox

D, U, E = ReceiptStatus.DELIVERED, ReceiptStatus.UNDELIVERED, ReceiptStatus.EXPIRED
SENT, UNKNOWN = MessageStatus.SENT, MessageStatus.UNKNOWN
SECOND = -1
NUMBER = "+48732000001"
WORDS = {D: "DELIVRD", U: "UNDELIV", E: "EXPIRED"}


def gateway_id() -> int:
    return db.session.scalars(select(Gateway.id).order_by(Gateway.id)).first() or 0


def _second() -> int:
    return db.session.scalars(select(Gateway.id).order_by(Gateway.id.desc())).first() or 0


def another_gateway() -> int:
    """A second gateway; texts with the gateway SECOND are by it."""
    with transaction() as session:
        gateway = Gateway(name="Second", kind="smpp", settings={})
        session.add(gateway)
    return gateway.id


def text(
    account_id: int,
    phone: str,
    *names: str,
    status: str = SENT,
    parts: int = 0,
    age: timedelta = timedelta(0),
    words: str = "Hello Ola",
    gateway: int = 0,
) -> int:
    """A text that was submitted; `names` are the ids in the answers to its parts."""
    submitted = now() - age
    gateway = _second() if gateway == SECOND else gateway or gateway_id()
    with transaction() as session:
        message = Message(
            account_id=account_id,
            gateway_id=gateway,
            phone=phone,
            sender=NUMBER,
            text=words,
            parts=parts or max(1, len(names)),
            status=status,
            created_at=submitted,
            submitted_at=submitted,
            tried_at=submitted,
        )
        session.add(message)
        session.flush()
        answer(message, names)
        return message.id


def answer(message: Message, names: Sequence[str]) -> None:
    """The answers came: their ids are recorded."""
    with transaction() as session:
        session.add_all(
            MessagePart(
                message_id=message.id,
                number=number,
                account_id=message.account_id,
                gateway_id=message.gateway_id,
                reference=name,
            )
            for number, name in enumerate(names, 1)
        )


def nothing() -> None:
    """Begin again: no texts, no receipts, and nothing learnt of the gateway."""
    with transaction() as session:
        for table in (MessagePart, Message, GatewayInboxRow):
            session.execute(delete(table))
        session.execute(update(Gateway).values(message_id_format="", message_id_format_seen=0))


def status(message_id: int) -> str:
    db.session.rollback()
    return db.session.get_one(Message, message_id).status


def statuses(ids: Sequence[int]) -> list[str]:
    db.session.rollback()
    found: Mapping[int, str] = dict(db.session.execute(select(Message.id, Message.status)).all())
    return [found[message_id] for message_id in ids]


def receipt(name: str, phone: str, state: ReceiptStatus = D) -> Receipt:
    return Receipt(name, "", state, phone)


def come(*events: InboxEvent, gateway: int = 0) -> None:
    """Store and apply until nothing is due."""
    gateway_inbox.store(gateway or gateway_id(), events)
    while gateway_inbox.apply_batch():
        continue


def later() -> None:
    """The next try of what waits."""
    with transaction() as session:
        session.execute(update(GatewayInboxRow).values(next_attempt_at=now()))
    while gateway_inbox.apply_batch():
        continue


def put_off() -> None:
    """What waits is not due for an hour."""
    with transaction() as session:
        session.execute(update(GatewayInboxRow).values(next_attempt_at=now() + timedelta(hours=1)))


def waiting() -> list[str]:
    """The references of receipts that have found nothing yet."""
    db.session.rollback()
    query = select(GatewayInboxRow.reference).order_by(GatewayInboxRow.id)
    return list(db.session.scalars(query))


def words(name: str, state: ReceiptStatus = D, quoted: str = "") -> str:
    return f"id:{name} sub:001 dlvrd:001 stat:{WORDS[state]} err:000 text:{quoted}"


def delivery(
    source: str,
    said: str,
    *,
    ton: int = 1,
    esm_class: int = 4,
    to: str = NUMBER[1:],
    country: str = "PL",
    data: bool = False,
) -> InboxEvent:
    """What the SMPP line makes of a deliver_sm or data_sm with these words."""
    ends = Address(source, ton, 1), Address(to, 1, 1)
    delivered: Delivered = (
        DataMessage(*ends, esm_class=esm_class, tlvs={0x0424: said.encode()})
        if data
        else ShortMessage(*ends, said.encode(), esm_class=esm_class)
    )
    given = {"host": "a", "system_id": "b", "password": "c", "country": country}
    event = event_of(delivered, Settings.read(given))
    assert event is not None
    return event

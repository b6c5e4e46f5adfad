"""Receipts: from the gateway's word on each part to the final status of the message."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from promosms.models import Hold, Message, MessagePart, MessageStatus, now
from promosms.services import counters, ledger

OPEN = (MessageStatus.SENT, MessageStatus.UNKNOWN)
LOST = (MessageStatus.UNDELIVERED, MessageStatus.EXPIRED)


@dataclass
class Known:
    """A message and what is known of its parts, by the gateway's reference."""

    id: int
    account_id: int
    campaign_id: int | None
    status: str
    parts: int
    price: int
    states: dict[str, str] = field(default_factory=dict)


def apply(session: Session, events: Sequence[Row[Any]]) -> set[int]:
    """Apply receipts; returns the ids of the events that are dealt with.

    Repeated, reordered and late receipts change nothing that is final. One whose submission is
    not recorded yet is left for the next try.
    """
    if not events:
        return set()
    messages, owners = _load(session, events)
    done: set[int] = set()
    news: dict[tuple[int, str], str] = {}
    for event in events:
        message = messages.get(owners.get((event.gateway_id, event.reference), _own(event)))
        if message is None or message.status == MessageStatus.SENDING:
            continue
        done.add(event.id)
        known = message.states.get(event.reference)
        if known is None:
            _learn(session, message, event)
        if known in (None, MessageStatus.SENT):
            message.states[event.reference] = event.status
            news[message.id, event.reference] = event.status
    _write_parts(session, news)
    _finish(session, [messages[i] for i in {message_id for message_id, _ in news}])
    return done


def _own(event: Row[Any]) -> int:
    return int(event.own) if event.own.isdigit() else 0


def _load(
    session: Session, events: Sequence[Row[Any]]
) -> tuple[dict[int, Known], dict[tuple[int, str], int]]:
    """The messages that the receipts mean, locked, with their parts read under that lock."""
    found = session.execute(
        select(MessagePart.gateway_id, MessagePart.reference, MessagePart.message_id).where(
            MessagePart.gateway_id.in_({event.gateway_id for event in events}),
            MessagePart.reference.in_({event.reference for event in events}),
        )
    )
    owners = {(row.gateway_id, row.reference): row.message_id for row in found}
    messages = _messages(session, {*owners.values(), *(_own(event) for event in events)})
    parts = select(MessagePart.message_id, MessagePart.reference, MessagePart.status).where(
        MessagePart.message_id.in_(messages)
    )
    for row in session.execute(parts):
        messages[row.message_id].states[row.reference] = row.status
    return messages, owners


def _messages(session: Session, ids: Collection[int]) -> dict[int, Known]:
    rows = session.execute(
        select(
            Message.id,
            Message.account_id,
            Message.campaign_id,
            Message.status,
            Message.parts,
            Message.price,
        )
        .where(Message.id.in_(ids))
        .order_by(Message.id)
        .with_for_update()
    )
    return {row.id: Known(*row) for row in rows}


def _learn(session: Session, message: Known, event: Row[Any]) -> None:
    """The answer was lost; the receipt tells the gateway's reference of the part."""
    session.execute(
        insert(MessagePart),
        {
            "message_id": message.id,
            "number": len(message.states) + 1,
            "account_id": message.account_id,
            "gateway_id": event.gateway_id,
            "reference": event.reference,
            "status": MessageStatus.SENT,
        },
    )


def _write_parts(session: Session, news: dict[tuple[int, str], str]) -> None:
    if not news:
        return
    table = MessagePart.__table__
    statement = (
        update(MessagePart)
        .where(
            table.c.message_id == bindparam("the_message"),
            table.c.reference == bindparam("the_reference"),
        )
        .values(status=bindparam("the_status"))
    )
    session.connection().execute(
        statement,
        [
            {"the_message": message_id, "the_reference": reference, "the_status": status}
            for (message_id, reference), status in news.items()
        ],
    )


def _finish(session: Session, messages: Iterable[Known]) -> None:
    """Give messages whose parts have all been reported their final status."""
    ended: dict[MessageStatus, list[Known]] = defaultdict(list)
    for message in messages:
        # While the answer is lost, the receipts alone must tell of every part.
        parts = message.parts if message.status == MessageStatus.UNKNOWN else len(message.states)
        status = _combined(message.states.values(), parts)
        if status is not None and message.status in OPEN:
            ended[status].append(message)
    for status, group in ended.items():
        _end(session, group, status)
    for message in (m for group in ended.values() for m in group):
        if message.status == MessageStatus.UNKNOWN:
            _charge_late(session, message)


def _combined(states: Collection[str], parts: int) -> MessageStatus | None:
    """Delivered when every part is; not delivered as soon as one part is not."""
    for lost in LOST:
        if lost in states:
            return lost
    if len(states) >= parts and all(state == MessageStatus.DELIVERED for state in states):
        return MessageStatus.DELIVERED
    return None


def _end(session: Session, messages: list[Known], status: MessageStatus) -> None:
    session.execute(
        update(Message)
        .where(Message.id.in_([message.id for message in messages]))
        .values(
            status=status, reason="", final_at=now(), sent_at=func.coalesce(Message.sent_at, now())
        )
        .execution_options(synchronize_session=False)
    )
    changes: dict[int, Counter[MessageStatus]] = defaultdict(Counter)
    for message in messages:
        if message.campaign_id is not None:
            changes[message.campaign_id][MessageStatus(message.status)] -= 1
            changes[message.campaign_id][status] += 1
    for campaign_id, change in sorted(changes.items()):
        counters.move(session, campaign_id, change)


def _charge_late(session: Session, message: Known) -> None:
    """The gateway had taken it after all; after 72 hours the money has been given back."""
    if message.campaign_id is None:
        return
    hold = session.get(Hold, message.campaign_id, populate_existing=True)
    if hold is not None and hold.remaining >= message.price:
        ledger.charge(message.campaign_id, message.price, f"charge:message:{message.id}")

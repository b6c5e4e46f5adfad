"""Receipts: from the gateway's word on each part to the final status of the message."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from promosms.models import GatewayEvent, Hold, Message, MessagePart, MessageStatus, now
from promosms.services import counters, ledger

OPEN = (MessageStatus.SENT, MessageStatus.UNKNOWN)


def apply(session: Session, events: Sequence[GatewayEvent]) -> set[int]:
    """Apply receipts; returns the ids of the events that are dealt with.

    Repeated, reordered and late receipts change nothing that is final. One whose submission is
    not recorded yet is left for the next try.
    """
    if not events:
        return set()
    parts = _parts(session, events)
    owners = _messages(session, events, parts)
    done: set[int] = set()
    touched: dict[int, Message] = {}
    for event in events:
        part = parts.get((event.gateway_id, event.reference))
        message = owners.get(part.message_id if part else _own(event))
        if message is None or message.status == MessageStatus.SENDING:
            continue
        done.add(event.id)
        if part is None:
            part = _learn(session, message, event, parts)
        if part.status == MessageStatus.SENT:
            part.status = event.status
            touched[message.id] = message
    session.flush()
    _finish(session, touched.values())
    return done


def _own(event: GatewayEvent) -> int:
    return int(event.own) if event.own.isdigit() else 0


def _parts(session: Session, events: Sequence[GatewayEvent]) -> dict[tuple[int, str], MessagePart]:
    found = session.scalars(
        select(MessagePart)
        .where(
            MessagePart.gateway_id.in_({event.gateway_id for event in events}),
            MessagePart.reference.in_({event.reference for event in events}),
        )
        .order_by(MessagePart.message_id)
    )
    return {(part.gateway_id, part.reference): part for part in found}


def _messages(
    session: Session,
    events: Sequence[GatewayEvent],
    parts: dict[tuple[int, str], MessagePart],
) -> dict[int, Message]:
    ids = {part.message_id for part in parts.values()} | {_own(event) for event in events}
    found = session.scalars(
        select(Message)
        .where(Message.id.in_(ids))
        .order_by(Message.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {message.id: message for message in found}


def _learn(
    session: Session,
    message: Message,
    event: GatewayEvent,
    parts: dict[tuple[int, str], MessagePart],
) -> MessagePart:
    """The part that a receipt with our own reference means.

    It may have been recorded while this transaction waited for the lock on its message; else
    the answer was lost, and the receipt tells the gateway's reference.
    """
    known = session.scalars(select(MessagePart).where(MessagePart.message_id == message.id)).all()
    for part in known:
        if part.reference == event.reference:
            return part
    part = MessagePart(
        message_id=message.id,
        number=len(known) + 1,
        account_id=message.account_id,
        gateway_id=event.gateway_id,
        reference=event.reference,
        status=MessageStatus.SENT,
    )
    session.add(part)
    session.flush()
    parts[event.gateway_id, event.reference] = part
    return part


def _finish(session: Session, messages: Iterable[Message]) -> None:
    """Give messages whose parts have all been reported their final status."""
    open_ = {message.id: message for message in messages if message.status in OPEN}
    states: dict[int, list[str]] = defaultdict(list)
    rows = select(MessagePart.message_id, MessagePart.status).where(
        MessagePart.message_id.in_(open_)
    )
    for message_id, status in session.execute(rows):
        states[message_id].append(status)
    combined = {i: _combined(states[i], message.parts) for i, message in open_.items()}
    ended = [(open_[i], status) for i, status in combined.items() if status is not None]
    _count(session, ended)
    for message, final in ended:
        if message.status == MessageStatus.UNKNOWN:
            _charge_late(session, message)
        message.status = final
        message.reason = ""
        message.final_at = now()
        message.sent_at = message.sent_at or now()


def _combined(states: list[str], parts: int) -> MessageStatus | None:
    """Delivered when every part is; not delivered as soon as one part is not."""
    for bad in (MessageStatus.UNDELIVERED, MessageStatus.EXPIRED):
        if bad in states:
            return bad
    if len(states) >= parts and all(state == MessageStatus.DELIVERED for state in states):
        return MessageStatus.DELIVERED
    return None


def _count(session: Session, ended: list[tuple[Message, MessageStatus]]) -> None:
    changes: dict[int, Counter[MessageStatus]] = defaultdict(Counter)
    for message, status in ended:
        if message.campaign_id is not None:
            changes[message.campaign_id][MessageStatus(message.status)] -= 1
            changes[message.campaign_id][status] += 1
    for campaign_id, change in sorted(changes.items()):
        counters.move(session, campaign_id, change)


def _charge_late(session: Session, message: Message) -> None:
    """The gateway had taken it after all; after 72 hours the money has been given back."""
    if message.campaign_id is None:
        return
    hold = session.get(Hold, message.campaign_id, populate_existing=True)
    if hold is not None and hold.remaining >= message.price:
        ledger.charge(message.campaign_id, message.price, f"charge:message:{message.id}")

"""Receipts: from the gateway's word on each part to the final status of the message."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, Row, Select, bindparam, func, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from promosms.db import bulk
from promosms.db.transactions import on_sqlite
from promosms.models import Hold, Message, MessagePart, MessageStatus, apart_of, now, table_of
from promosms.services.inbox import message_id_format
from promosms.services.ledger import ledger
from promosms.services.sending.counter_deltas import Tally

OPEN = (MessageStatus.SENT, MessageStatus.UNKNOWN)
LOST = (MessageStatus.UNDELIVERED, MessageStatus.EXPIRED)
ROWS, PARTS = table_of(Message), table_of(MessagePart)


@dataclass(slots=True)
class Known:
    """A message and, where it has several parts, what is known of each, by its number."""

    id: int
    account_id: int
    campaign_id: int | None
    status: str
    parts: int
    price: int
    states: dict[int, str] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    """The number of a part by the gateway's reference."""


def apply(session: Session, events: Sequence[Row[Any]]) -> set[int]:
    """Apply receipts; returns the ids of the events that are dealt with.

    Repeated, reordered and late receipts change nothing that is final. One whose submission is
    not recorded yet is left for the next try. The state of a text of one part stands in its
    message alone.
    """
    if not events:
        return set()
    owners = _owners(session, events)
    ids = {owner[0] for owner in owners.values()} | {_own(event) for event in events}
    messages = _messages(session, ids)
    done: set[int] = set()
    ended: dict[int, tuple[Known, MessageStatus]] = {}
    several: list[tuple[Known, int, Row[Any]]] = []
    for event in events:
        message_id, number = owners.get(event.id, (_own(event), 0))
        message = messages.get(message_id)
        if message is None or message.status in (MessageStatus.SENDING, MessageStatus.QUEUED):
            continue
        done.add(event.id)
        if message.parts > 1 or not number:
            several.append((message, number, event))
        elif message.status in OPEN:
            ended.setdefault(message.id, (message, MessageStatus(event.status)))
    if several:
        done -= _apply_to_parts(session, several, ended)
    _end(session, ended.values())
    return done


def _own(event: Row[Any]) -> int:
    return int(event.own) if event.own.isdigit() else 0


def _owners(session: Session, events: Sequence[Row[Any]]) -> dict[int, tuple[int, int]]:
    """Message and number of the part that each event is about, by the id of the event."""
    by_gateway: dict[int, list[Row[Any]]] = defaultdict(list)
    for event in events:
        by_gateway[event.gateway_id].append(event)
    found: dict[int, tuple[int, int]] = {}
    for gateway_id, group in by_gateway.items():
        read = message_id_format.of(session, gateway_id)
        names = {event.id: read(event.reference) for event in group}
        values = {"gateway": gateway_id, "references": list(set(names.values()))}
        known: dict[str, tuple[int, int]] = {}
        for message_id, number, name in session.connection().execute(_parts(on_sqlite()), values):
            known[name] = message_id, number  # of two with one name the newest, which comes last
        found |= {event.id: known[names[event.id]] for event in group if names[event.id] in known}
        unknown = [event for event in group if event.id not in found and not event.own]
        found |= message_id_format.guess(session, gateway_id, unknown)
    return found


@lru_cache
def _parts(_sqlite: bool) -> Select[Any]:
    query: Select[Any] = select(PARTS.c.message_id, PARTS.c.number, PARTS.c.reference)
    return query.where(
        PARTS.c.gateway_id == bindparam("gateway"), bulk.among_names(PARTS.c.reference)
    ).order_by(PARTS.c.message_id)


def _messages(session: Session, ids: Collection[int]) -> dict[int, Known]:
    rows = session.connection().execute(_reading(on_sqlite()), {"ids": list(ids)})
    return {row[0]: Known(*row) for row in rows}


@lru_cache
def _reading(_sqlite: bool) -> Select[Any]:
    columns = ("id", "account_id", "campaign_id", "status", "parts", "price")
    return select(*(ROWS.c[name] for name in columns)).where(bulk.among(ROWS.c.id))


def _apply_to_parts(
    session: Session,
    several: Sequence[tuple[Known, int, Row[Any]]],
    ended: dict[int, tuple[Known, MessageStatus]],
) -> set[int]:
    """Apply to texts of several parts, or whose answer was lost; returns the events that wait."""
    messages = {message.id: message for message, _, _ in several}
    locked = _lock(session, messages)
    waiting: set[int] = set()
    news: dict[tuple[int, int], str] = {}
    for message, number, event in several:
        if message.id not in locked:
            waiting.add(event.id)
            continue
        number = number or message.numbers.get(event.reference) or _learn(session, message, event)
        if message.states.get(number) == MessageStatus.SENT:
            message.states[number] = news[message.id, number] = event.status
    _write(session, news)
    for message in (messages[message_id] for message_id, _ in news):
        # While the answer is lost, the receipts alone must tell of every part.
        parts = message.parts if message.status == MessageStatus.UNKNOWN else len(message.states)
        status = _combined(message.states.values(), parts)
        if status is not None and message.status in OPEN:
            ended[message.id] = message, status
    return waiting


def _lock(session: Session, messages: Mapping[int, Known]) -> set[int]:
    """Lock messages and read what is known of their parts; those of others are left out."""
    query = select(ROWS.c.id).where(bulk.among(ROWS.c.id)).with_for_update(skip_locked=True)
    ids = set(session.scalars(query, {"ids": list(messages)}))
    columns = (PARTS.c.message_id, PARTS.c.number, PARTS.c.reference, PARTS.c.status)
    parts = select(*columns).where(bulk.among(PARTS.c.message_id))
    for message_id, number, reference, status in session.execute(parts, {"ids": list(ids)}):
        messages[message_id].states[number] = status
        messages[message_id].numbers[reference] = number
    return ids


def _learn(session: Session, message: Known, event: Row[Any]) -> int:
    """The answer was lost; the receipt tells the gateway's reference of the part."""
    number = max(message.states, default=0) + 1
    if number > message.parts:
        return 0
    row = (message.id, number, message.account_id, event.reference)
    bulk.insert_parts(session, event.gateway_id, [row])
    message.states[number], message.numbers[event.reference] = MessageStatus.SENT, number
    return number


def _write(session: Session, news: Mapping[tuple[int, int], str]) -> None:
    if not news:
        return
    statement = (
        update(PARTS)
        .where(
            PARTS.c.message_id == bindparam("the_message"),
            PARTS.c.number == bindparam("the_number"),
        )
        .values(status=bindparam("the_status"))
    )
    session.connection().execute(
        statement,
        [
            {"the_message": message_id, "the_number": number, "the_status": status}
            for (message_id, number), status in news.items()
        ],
    )


def _combined(states: Collection[str], parts: int) -> MessageStatus | None:
    """Delivered when every part is; not delivered as soon as one part is not."""
    for lost in LOST:
        if lost in states:
            return lost
    if len(states) >= parts and all(state == MessageStatus.DELIVERED for state in states):
        return MessageStatus.DELIVERED
    return None


def _end(session: Session, ended: Iterable[tuple[Known, MessageStatus]]) -> None:
    """Give messages their final status, with their counters and what was not charged yet."""
    groups: dict[tuple[str, MessageStatus], list[Known]] = defaultdict(list)
    for message, status in ended:
        groups[message.status, status].append(message)
    tally, late = Tally(), []
    for (before, after), group in sorted(groups.items()):
        values = {
            "ids": [message.id for message in group],
            "before": before,
            "after": after,
            "apart": apart_of(after),
            "moment": now(),
        }
        moved = set(session.connection().scalars(_ending(on_sqlite()), values))
        changed = [message for message in group if message.id in moved]
        numbers = Counter(message.campaign_id for message in changed)
        for campaign_id, number in numbers.items():
            tally.move(campaign_id, number, MessageStatus(before), after)
        late += changed if before == MessageStatus.UNKNOWN else []
    tally.book(session, "")
    for message in late:
        _charge_late(session, message)


@lru_cache
def _ending(_sqlite: bool) -> ReturningUpdate[Any]:
    moment: BindParameter[Any] = bindparam("moment")
    return (
        update(ROWS)
        .where(bulk.among(ROWS.c.id), ROWS.c.status == bindparam("before"))
        .values(
            status=bindparam("after"),
            apart=bindparam("apart"),
            reason="",
            final_at=moment,
            sent_at=func.coalesce(ROWS.c.sent_at, moment),
        )
        .returning(ROWS.c.id)
    )


def _charge_late(session: Session, message: Known) -> None:
    """The gateway had taken it after all; after 72 hours the money has been given back."""
    if message.campaign_id is None:
        return
    hold = session.get(Hold, message.campaign_id, populate_existing=True)
    if hold is not None and hold.remaining >= message.price:
        ledger.charge(message.campaign_id, message.price, f"charge:message:{message.id}")

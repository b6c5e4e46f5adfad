"""Receipts: from the status of each part to the final status of the message."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any

from sqlalchemy import BindParameter, Row, bindparam, func, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from promosms.db import bulk
from promosms.db.transactions import on_sqlite
from promosms.models import (
    Hold,
    Message,
    MessagePart,
    MessageStatus,
    attention_status_of,
    now,
    table_of,
)
from promosms.services.inbox import receipt_owners, unconfirmed
from promosms.services.inbox.inbox_rows import INBOX
from promosms.services.inbox.receipt_owners import MessageState
from promosms.services.ledger import balances, ledger
from promosms.services.sending.counters import CounterDeltas
from promosms.services.webhooks import noting

# If parts differ, the message gets the first of these that a part has.
PRECEDENCE = (MessageStatus.UNDELIVERED, MessageStatus.EXPIRED)
ROWS, PARTS = table_of(Message), table_of(MessagePart)
ROW_COLUMNS = [
    INBOX.c[name]
    for name in (
        *("id", "gateway_id", "kind", "reference", "our_reference", "status"),
        *("phone", "address", "inbound_number"),
    )
]


def apply(session: Session, rows: Sequence[Row[Any]]) -> set[int]:
    """Apply receipts; returns the ids of the inbox rows that can be deleted.

    A final status never changes, so receipts may be repeated, late or in any order. A receipt
    whose submission is not recorded yet stays for the next try. For a message of one part only
    the message is updated, not its part.
    """
    if not rows:
        return set()
    messages: dict[int, MessageState] = {}  # one for each message, whatever leads to it
    owners = receipt_owners.find(session, rows, messages)
    left = [row for row in rows if row.id not in owners]
    owners |= unconfirmed.fitting(session, left, messages)
    applied: set[int] = set()
    ended: dict[int, tuple[MessageState, MessageStatus]] = {}
    of_parts: list[tuple[MessageState, int, Row[Any]]] = []
    for row in rows:
        if row.id not in owners:
            continue
        message, number = owners[row.id]
        if message.status in MessageStatus.WAITING:
            continue
        applied.add(row.id)
        if not row.status:  # on its way
            continue
        if message.parts > 1 or not number:
            of_parts.append((message, number, row))
        elif message.status in MessageStatus.RECEIPT_EXPECTED:
            ended.setdefault(message.id, (message, MessageStatus(row.status)))
    if of_parts:
        applied -= _apply_to_parts(session, of_parts, ended)
    if changed := _end(session, ended.values()):
        applied -= {row.id for row in rows if row.id in owners and owners[row.id][0].id in changed}
    return applied


def _apply_to_parts(
    session: Session,
    of_parts: Sequence[tuple[MessageState, int, Row[Any]]],
    ended: dict[int, tuple[MessageState, MessageStatus]],
) -> set[int]:
    """Apply receipts to the parts of messages; returns the ids of the rows that must wait."""
    messages = {message.id: message for message, _, _ in of_parts}
    locked = _lock(session, messages)
    waiting: set[int] = set()
    changed: dict[tuple[int, int], str] = {}
    for message, number, row in of_parts:
        if message.id not in locked:
            waiting.add(row.id)
            continue
        number = number or message.part_numbers.get(row.reference) or _learn(session, message, row)
        if message.part_statuses.get(number) == MessageStatus.SENT:
            message.part_statuses[number] = changed[message.id, number] = row.status
    _write(session, changed)
    for message in (messages[message_id] for message_id in locked):
        status = _combined(message.part_statuses.values(), _expected(message))
        if status is not None and message.status in MessageStatus.RECEIPT_EXPECTED:
            ended[message.id] = message, status
    return waiting


def _lock(session: Session, messages: Mapping[int, MessageState]) -> set[int]:
    """Lock messages and read their parts; messages that are locked elsewhere are left out."""
    query = select(ROWS.c.id, ROWS.c.status).where(bulk.among(ROWS.c.id))
    ids: set[int] = set()
    for message_id, status in session.execute(
        query.with_for_update(skip_locked=True), {"ids": list(messages)}
    ):
        ids.add(message_id)
        message = messages[message_id]
        message.status, message.part_statuses, message.part_numbers = status, {}, {}
    columns = (PARTS.c.message_id, PARTS.c.number, PARTS.c.reference, PARTS.c.status)
    parts = select(*columns).where(bulk.among(PARTS.c.message_id))
    for message_id, number, reference, status in session.execute(parts, {"ids": list(ids)}):
        messages[message_id].part_statuses[number] = status
        messages[message_id].part_numbers[reference] = number
    return ids


def _expected(message: MessageState) -> int:
    """How many parts must have their receipt: those of the answer, if it named them.

    Where it was lost, or named none, the parts are learnt from their receipts, the first one last.
    """
    named = message.status != MessageStatus.UNKNOWN and 1 in message.part_statuses
    return len(message.part_statuses) if named else message.parts


def _learn(session: Session, message: MessageState, row: Row[Any]) -> int:
    """Store a part that no answer has named: its receipt has the reference of the gateway."""
    free = (n for n in range(message.parts, 0, -1) if n not in message.part_statuses)
    number = next(free, 0)
    if not number:
        return 0
    part = (message.id, number, message.account_id, row.reference)
    bulk.insert_parts(session, row.gateway_id, [part])
    message.part_statuses[number], message.part_numbers[row.reference] = MessageStatus.SENT, number
    return number


def _write(session: Session, changed: Mapping[tuple[int, int], str]) -> None:
    if not changed:
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
            for (message_id, number), status in changed.items()
        ],
    )


def _combined(statuses: Collection[str], parts: int) -> MessageStatus | None:
    """Delivered when all parts are; not delivered as soon as one part is not."""
    for status in PRECEDENCE:
        if status in statuses:
            return status
    if len(statuses) >= parts and all(
        status_of_part == MessageStatus.DELIVERED for status_of_part in statuses
    ):
        return MessageStatus.DELIVERED
    return None


def _end(session: Session, ended: Iterable[tuple[MessageState, MessageStatus]]) -> set[int]:
    """Give messages their final status; update counters and charge what was unknown before.

    Returns the ids of those that have changed their status meanwhile: their receipts are tried
    again.
    """
    groups: dict[tuple[str, MessageStatus], list[MessageState]] = defaultdict(list)
    for message, status in ended:
        groups[message.status, status].append(message)
    deltas, late = CounterDeltas(), []
    other: set[int] = set()
    for (before, after), group in sorted(groups.items()):
        moment = now()
        values = {
            "ids": [message.id for message in group],
            "before": before,
            "after": after,
            "attention_status": attention_status_of(after),
            "moment": moment,
        }
        rows = session.connection().execute(_ending(on_sqlite()), values)
        moved: dict[int, int] = {row.id: row.priority for row in rows}
        changed = [message for message in group if message.id in moved]
        other.update(message.id for message in group if message.id not in moved)
        accounts = {message.account_id for message in changed}
        noting.note_texts(session, accounts, after, partial(_ended, changed, moved))
        for gateway_id, number in Counter(message.gateway_id for message in changed).items():
            deltas.gateways.move(gateway_id, moment, MessageStatus(before), after, number)
        numbers = Counter(message.campaign_id for message in changed)
        for campaign_id, number in numbers.items():
            deltas.move(campaign_id, number, MessageStatus(before), after)
        late += changed if before == MessageStatus.UNKNOWN else []
    deltas.write(session, "")
    with balances.in_order(session):
        for message in late:
            _charge_late(session, message)
    return other


def _ended(
    messages: Iterable[MessageState], priorities: Mapping[int, int]
) -> Iterator[noting.EndedText]:
    for each in messages:
        yield noting.EndedText(each.id, each.account_id, each.campaign_id, priorities[each.id])


@lru_cache
def _ending(_sqlite: bool) -> ReturningUpdate[Any]:
    moment: BindParameter[Any] = bindparam("moment")
    return (
        update(ROWS)
        .where(bulk.among(ROWS.c.id), ROWS.c.status == bindparam("before"))
        .values(
            status=bindparam("after"),
            attention_status=bindparam("attention_status"),
            reason="",
            final_at=moment,
            sent_at=func.coalesce(ROWS.c.sent_at, moment),
        )
        .returning(ROWS.c.id, ROWS.c.priority)
    )


def _charge_late(session: Session, message: MessageState) -> None:
    """Charge a message that was unknown, unless its price was released after 72 hours.

    A test has been charged before, and has nothing set aside.
    """
    if message.campaign_id is None:
        ledger.settle_text(message.id, message.price, 0)
        return
    hold = session.get(Hold, message.campaign_id, populate_existing=True)
    if hold is not None and hold.remaining >= message.price:
        ledger.charge(message.campaign_id, message.price, f"charge:message:{message.id}")

"""Readings: how a gateway writes message ids in its receipts, found out where nobody has told.

Settings name it, or it is guessed for each receipt, by the number that it names: among the open
parts of the last week there must be exactly one that fits. After some guesses that agree it is
known, and shown to the admins.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from promosms.db import bulk
from promosms.gateways.message_id_format import (
    Reading,
    canonical,
    reading,
    readings,
    to_decimal,
    to_hexadecimal,
)
from promosms.models import Gateway, Message, MessagePart, MessageStatus, now, table_of

SURE = 20  # receipts that were read the same way
RECENT = timedelta(days=7)
GATEWAYS, ROWS, PARTS = table_of(Gateway), table_of(Message), table_of(MessagePart)
# How to write the id of a receipt as it stood in the answer.
READERS: dict[str, Callable[[str], str]] = {
    Reading.ANSWERS_HEX: to_hexadecimal,
    Reading.RECEIPTS_HEX: to_decimal,
}


def of(session: Session, gateway_id: int) -> Callable[[str], str]:
    """How to read the references of this gateway's receipts."""
    query = select(GATEWAYS.c.ids, GATEWAYS.c.ids_seen).where(GATEWAYS.c.id == gateway_id)
    row = session.execute(query).first()
    return READERS.get(row.ids, str) if row and row.ids_seen >= SURE else str


def guess(
    session: Session, gateway_id: int, events: Sequence[Row[Any]]
) -> dict[int, tuple[int, int]]:
    """Message and part of those receipts that fit in exactly one other reading, by event."""
    names = {
        e.id: (e.phone, *readings(e.reference), canonical(e.reference)) for e in events if e.phone
    }
    if not names:
        return {}
    fitting: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for row in _open_parts(session, gateway_id, {n for one in names.values() for n in one[1:]}):
        fitting[row.phone, row.reference].append((row.message_id, row.number))
    found: dict[int, tuple[int, int]] = {}
    seen: Counter[str] = Counter()
    for event in events:
        phone, *others = names.get(event.id, ("",))
        fits = {(n, one) for n in others for one in fitting.get((phone, n), ())}
        if len({one for _, one in fits}) == 1:
            name, found[event.id] = next(iter(fits))
            how = reading(name, event.reference)
            seen[how or ""] += 1
    _remember(session, gateway_id, seen)
    return found


def _open_parts(session: Session, gateway_id: int, names: set[str]) -> Sequence[Any]:
    query = (
        select(PARTS.c.message_id, PARTS.c.number, PARTS.c.reference, ROWS.c.phone)
        .join(ROWS, ROWS.c.id == PARTS.c.message_id)
        .where(
            PARTS.c.gateway_id == gateway_id,
            bulk.among_names(PARTS.c.reference),
            ROWS.c.status.in_((MessageStatus.SENT, MessageStatus.UNKNOWN)),
            ROWS.c.created_at > now() - RECENT,
        )
    )
    return session.execute(query, {"references": sorted(names)}).all()


def _remember(session: Session, gateway_id: int, seen: Counter[str]) -> None:
    for how, number in seen.items():
        if how not in READERS:
            continue
        counted = update(GATEWAYS).where(GATEWAYS.c.id == gateway_id)
        more = counted.where(GATEWAYS.c.ids == how).values(ids_seen=GATEWAYS.c.ids_seen + number)
        if session.execute(more.returning(GATEWAYS.c.id)).first() is None:
            session.execute(counted.values(ids=how, ids_seen=number))

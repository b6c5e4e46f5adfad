"""Message id format: how a provider writes message ids in receipts, found out from receipts.

The settings of a gateway may name the format. Otherwise a receipt is tried in the other formats:
it matches if exactly one part of the last week, to the same number and without a receipt, fits.
After 20 matches with the same format it is used for all receipts and shown to the admins.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from promosms.db import bulk
from promosms.gateways.message_id_format import (
    MessageIdFormat,
    canonical,
    format_of,
    other_forms,
    to_decimal,
    to_hexadecimal,
)
from promosms.models import Gateway, Message, MessagePart, MessageStatus, now, table_of

SURE = 20  # receipts that matched with the same format
RECENT = timedelta(days=7)
GATEWAYS, ROWS, PARTS = table_of(Gateway), table_of(Message), table_of(MessagePart)
# From the id in a receipt to the id in the answer.
CONVERTERS: dict[str, Callable[[str], str]] = {
    MessageIdFormat.RESPONSES_HEX: to_hexadecimal,
    MessageIdFormat.RECEIPTS_HEX: to_decimal,
}


def converter(session: Session, gateway_id: int) -> Callable[[str], str]:
    """The function that turns a reference of a receipt into that of the answer."""
    query = select(GATEWAYS.c.message_id_format, GATEWAYS.c.message_id_format_seen).where(
        GATEWAYS.c.id == gateway_id
    )
    row = session.execute(query).first()
    return (
        CONVERTERS.get(row.message_id_format, str)
        if row and row.message_id_format_seen >= SURE
        else str
    )


def match(
    session: Session, gateway_id: int, rows: Sequence[Row[Any]]
) -> dict[int, tuple[int, int]]:
    """Message and part of the receipts that match in another format, by the id of their row."""
    names = {
        row.id: (row.phone, *other_forms(row.reference), canonical(row.reference))
        for row in rows
        if row.phone
    }
    if not names:
        return {}
    parts_by_name: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for row in _open_parts(
        session, gateway_id, {name for part in names.values() for name in part[1:]}
    ):
        parts_by_name[row.phone, row.reference].append((row.message_id, row.number))
    matches: dict[int, tuple[int, int]] = {}
    formats: Counter[str] = Counter()
    for row in rows:
        phone, *others = names.get(row.id, ("",))
        candidates = {
            (name, part) for name in others for part in parts_by_name.get((phone, name), ())
        }
        if len({part for _, part in candidates}) == 1:
            name, matches[row.id] = next(iter(candidates))
            id_format = format_of(name, row.reference)
            formats[id_format or ""] += 1
    _remember(session, gateway_id, formats)
    return matches


def _open_parts(session: Session, gateway_id: int, names: set[str]) -> Sequence[Any]:
    query = (
        select(PARTS.c.message_id, PARTS.c.number, PARTS.c.reference, ROWS.c.phone)
        .join(ROWS, ROWS.c.id == PARTS.c.message_id)
        .where(
            PARTS.c.gateway_id == gateway_id,
            bulk.among_names(PARTS.c.reference),
            ROWS.c.status.in_(MessageStatus.RECEIPT_EXPECTED),
            ROWS.c.created_at > now() - RECENT,
        )
    )
    return session.execute(query, {"references": sorted(names)}).all()


def _remember(session: Session, gateway_id: int, formats: Counter[str]) -> None:
    for id_format, number in formats.items():
        if id_format not in CONVERTERS:
            continue
        counted = update(GATEWAYS).where(GATEWAYS.c.id == gateway_id)
        more = counted.where(GATEWAYS.c.message_id_format == id_format).values(
            message_id_format_seen=GATEWAYS.c.message_id_format_seen + number
        )
        if session.execute(more.returning(GATEWAYS.c.id)).first() is None:
            session.execute(
                counted.values(message_id_format=id_format, message_id_format_seen=number)
            )

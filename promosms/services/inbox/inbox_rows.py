"""Event rows: writing to the inbox of the gateways, thousands of rows at a time."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import delete, text, update
from sqlalchemy.orm import Session

from promosms.db.bulk import among, words
from promosms.db.transactions import on_sqlite
from promosms.models import GatewayEvent, table_of

EVENTS = table_of(GatewayEvent)
INSERT = (
    "INSERT INTO gateway_events (gateway_id, kind, received_at, next_attempt_at, reference, own,"
    " status, phone, inbound_number, text, joint, part, parts, attempts)"
)
CONSTANT = "'', '', '', 1, 1, 0"
ON_SQLITE = f"{INSERT} VALUES (?, 'receipt', ?, ?, ?, ?, ?, ?, {CONSTANT})"
ON_POSTGRESQL = text(
    f"{INSERT} SELECT :gateway, 'receipt', :moment, :moment, r, o, s, p, {CONSTANT}"
    " FROM unnest(CAST(:references AS text[]), CAST(:owns AS text[]),"
    " CAST(:statuses AS text[]), CAST(:phones AS text[])) AS t(r, o, s, p)"
)

ReceiptRow = tuple[str, str, str, str]
"""Reference, our own, status, phone."""


def insert_receipts(
    session: Session, gateway_id: int, moment: datetime, rows: Sequence[ReceiptRow]
) -> None:
    """Insert receipts that have come now: the hot path, so the driver gets them directly."""
    if not rows:
        return
    if on_sqlite():
        written = moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
        session.connection().exec_driver_sql(
            ON_SQLITE, [(gateway_id, written, written, *row) for row in rows]
        )
        return
    references, owns, statuses, phones = map(words, zip(*rows, strict=True))
    session.execute(
        ON_POSTGRESQL,
        {
            "gateway": gateway_id,
            "moment": moment,
            "references": references,
            "owns": owns,
            "statuses": statuses,
            "phones": phones,
        },
    )


def postpone(session: Session, ids: Sequence[int], until: datetime) -> None:
    """Try these again then."""
    session.execute(
        update(EVENTS)
        .where(among(EVENTS.c.id))
        .values(attempts=EVENTS.c.attempts + 1, next_attempt_at=until),
        {"ids": ids},
    )


def remove(session: Session, ids: Sequence[int]) -> None:
    """These have been dealt with."""
    if ids:
        session.execute(delete(EVENTS).where(among(EVENTS.c.id)), {"ids": ids})

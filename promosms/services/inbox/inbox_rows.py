"""Rows of the gateway inbox: insert, postpone and delete, thousands at a time."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import delete, text, update
from sqlalchemy.orm import Session

from promosms.db.bulk import among, words
from promosms.db.transactions import on_sqlite
from promosms.models import GatewayInboxRow, table_of

INBOX = table_of(GatewayInboxRow)
INSERT = (
    "INSERT INTO gateway_inbox (gateway_id, kind, received_at, next_attempt_at, reference,"
    " our_reference, status, phone, inbound_number, text, concat_ref, part, parts, attempts)"
)
CONSTANT = "'', '', '', 1, 1, 0"
ON_SQLITE = f"{INSERT} VALUES (?, 'receipt', ?, ?, ?, ?, ?, ?, {CONSTANT})"
ON_POSTGRESQL = text(
    f"{INSERT} SELECT :gateway, 'receipt', :moment, :moment, r, o, s, p, {CONSTANT}"
    " FROM unnest(CAST(:references AS text[]), CAST(:our_references AS text[]),"
    " CAST(:statuses AS text[]), CAST(:phones AS text[])) AS t(r, o, s, p)"
)

ReceiptRow = tuple[str, str, str, str]
"""The gateway's reference, our reference, status, phone."""


def insert_receipts(
    session: Session, gateway_id: int, moment: datetime, rows: Sequence[ReceiptRow]
) -> None:
    """Insert receipts. Past SQLAlchemy, because there is one for each message."""
    if not rows:
        return
    if on_sqlite():
        written = moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
        session.connection().exec_driver_sql(
            ON_SQLITE, [(gateway_id, written, written, *row) for row in rows]
        )
        return
    references, our_references, statuses, phones = map(words, zip(*rows, strict=True))
    session.execute(
        ON_POSTGRESQL,
        {
            "gateway": gateway_id,
            "moment": moment,
            "references": references,
            "our_references": our_references,
            "statuses": statuses,
            "phones": phones,
        },
    )


def postpone(session: Session, ids: Sequence[int], until: datetime) -> None:
    """Set the time of the next try."""
    session.execute(
        update(INBOX)
        .where(among(INBOX.c.id))
        .values(attempts=INBOX.c.attempts + 1, next_attempt_at=until),
        {"ids": ids},
    )


def remove(session: Session, ids: Sequence[int]) -> None:
    """Delete rows that have been applied."""
    if ids:
        session.execute(delete(INBOX).where(among(INBOX.c.id)), {"ids": ids})

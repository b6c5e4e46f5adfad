"""Rows of the gateway inbox: insert, postpone and delete, thousands at a time."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import delete, text, update
from sqlalchemy.orm import Session

from promosms.db.bulk import among, words
from promosms.db.transactions import on_sqlite
from promosms.models import GatewayInboxRow, table_of

INBOX = table_of(GatewayInboxRow)
NEW, TRIED = text("attempts = 0"), text("attempts > 0")  # in the words of their indexes
COLUMNS = (
    *("kind", "reference", "our_reference", "status", "phone"),
    *("address", "inbound_number", "text", "outdated"),
)
INSERT = (
    f"INSERT INTO gateway_inbox (gateway_id, received_at, next_attempt_at, {', '.join(COLUMNS)},"
    " concat_ref, part, parts, attempts)"
)
CONSTANT = "'', 1, 1, 0"
ON_SQLITE = f"{INSERT} VALUES (?, ?, ?, {', '.join('?' * len(COLUMNS))}, {CONSTANT})"
ON_POSTGRESQL = text(
    f"{INSERT} SELECT :gateway, :moment, :moment, {', '.join(COLUMNS[:-1])},"
    f" CAST(outdated AS boolean), {CONSTANT} FROM unnest("
    + ", ".join(f"CAST(:{name} AS text[])" for name in COLUMNS)
    + f") AS t({', '.join(COLUMNS)})"
)

ReceiptRow = tuple[str, str, str, str, str, str, str, str, int]
"""The values of COLUMNS; the last one is 0 or 1."""


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
    *columns, outdated = zip(*rows, strict=True)
    arrays = [*map(words, columns), words(map(str, outdated))]
    values = dict(zip(COLUMNS, arrays, strict=True))
    session.execute(ON_POSTGRESQL, {"gateway": gateway_id, "moment": moment, **values})


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

"""Inserts pages of messages: by executemany on SQLite, by COPY on PostgreSQL.

Past SQLAlchemy, which would take longer for each row than the database does.
"""

from collections.abc import Sequence
from contextlib import closing
from operator import attrgetter
from typing import Any

from sqlalchemy.orm import Session

from promosms.db.transactions import on_sqlite
from promosms.models import Message, MessageStatus, now, table_of
from promosms.services.campaigns.estimates import MessageDraft

SharedValues = tuple[int, int, int, bool]
SHARED_COLUMNS = ("account_id", "campaign_id", "priority", "flash")
# In the order of a draft, after the recipient's id.
DRAFT_COLUMNS = (
    *("recipient", "phone", "country", "text", "encoding"),
    *("parts", "price", "reason", "gateway_id", "sender"),
)
COLUMNS = (
    "attempts",
    "unconfirmed",
    "created_at",
    *SHARED_COLUMNS,
    *DRAFT_COLUMNS,
    "status",
    "attention_status",
    "final_at",
)
COLUMN_NAMES = ", ".join(COLUMNS)
INSERT_ON_SQLITE = f"INSERT INTO messages ({COLUMN_NAMES}) VALUES ({', '.join('?' * len(COLUMNS))})"
COPY_ON_POSTGRESQL = f"COPY messages ({COLUMN_NAMES}) FROM STDIN"
NULL = "\\N"
QUEUED, SKIPPED = MessageStatus.QUEUED.value, MessageStatus.SKIPPED.value


class DuplicateMessage(Exception):
    """A number has a message of this campaign already."""


def insert(session: Session, shared: SharedValues, drafts: Sequence[MessageDraft]) -> None:
    """Insert a message for each draft: queued, or skipped if the draft has a reason.

    `shared` holds the values of SHARED_COLUMNS. Raises DuplicateMessage; the caller must then roll
    back the transaction, or the savepoint around this call.
    """
    connection = session.connection()
    driver: Any = connection.dialect.loaded_dbapi
    # Sorted by number, like the unique index: each of its pages is then written once.
    ordered = sorted(drafts, key=attrgetter("phone"))
    try:
        with closing(connection.connection.cursor()) as cursor:
            if on_sqlite():
                cursor.executemany(INSERT_ON_SQLITE, _rows(session, shared, ordered))
            else:
                _copy(cursor, shared, ordered)
    except driver.IntegrityError:
        # Without the original error: its message contains the phone number.
        raise DuplicateMessage from None


def _rows(
    session: Session, shared: SharedValues, drafts: Sequence[MessageDraft]
) -> list[tuple[object, ...]]:
    dialect = session.connection().dialect
    to_column = table_of(Message).c.created_at.type.dialect_impl(dialect).bind_processor(dialect)
    moment = to_column(now()) if to_column else now()
    first = (0, False, moment, *shared)
    queued, skipped = (QUEUED, None, None), (SKIPPED, SKIPPED, moment)
    return [(*first, *draft[1:], *(skipped if draft.reason else queued)) for draft in drafts]


def _copy(cursor: Any, shared: SharedValues, drafts: Sequence[MessageDraft]) -> None:
    """Copy in PostgreSQL's text format: tabs between columns, \\N for NULL."""
    moment = now().isoformat()
    first = "\t".join(("0", "f", moment, *(_escaped(str(value)) for value in shared)))
    queued, skipped = f"{QUEUED}\t{NULL}\t{NULL}\n", f"{SKIPPED}\t{SKIPPED}\t{moment}\n"
    lines = [
        f"{first}\t{recipient or NULL}\t{phone}\t{country}\t{_escaped(text)}\t{encoding}\t{parts}\t"
        f"{price}\t{reason}\t{gateway or NULL}\t{sender}\t{skipped if reason else queued}"
        for _, recipient, phone, country, text, encoding, parts, price, reason, gateway, sender in (
            drafts
        )
    ]
    with cursor.copy(COPY_ON_POSTGRESQL) as copy:
        copy.write("".join(lines))


def _escaped(text: str) -> str:
    text = text.replace("\\", "\\\\").replace("\t", "\\t")
    return text.replace("\n", "\\n").replace("\r", "\\r")

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
from promosms.services.campaigns.audience import Draft

Shared = tuple[int, int, int, str]
SHARED = ("account_id", "campaign_id", "priority", "sender")
# In the order of a draft, after the recipient's id.
DRAFTED = ("phone", "country", "text", "encoding", "parts", "price", "reason", "gateway_id")
COLUMNS = (
    "attempts",
    "unconfirmed",
    "created_at",
    *SHARED,
    *DRAFTED,
    "status",
    "attention_status",
    "final_at",
)
NAMES = ", ".join(COLUMNS)
ON_SQLITE = f"INSERT INTO messages ({NAMES}) VALUES ({', '.join('?' * len(COLUMNS))})"
ON_POSTGRESQL = f"COPY messages ({NAMES}) FROM STDIN"
NULL = "\\N"
QUEUED, SKIPPED = MessageStatus.QUEUED.value, MessageStatus.SKIPPED.value


class Repeated(Exception):
    """A number has a message of this campaign already."""


def insert(session: Session, shared: Shared, drafts: Sequence[Draft]) -> None:
    """Insert a message for each draft: queued, or skipped if the draft says why.

    `shared` are the columns SHARED. Raises Repeated; the transaction, or the savepoint around it,
    is then to be rolled back.
    """
    connection = session.connection()
    driver: Any = connection.dialect.loaded_dbapi
    # Sorted by number, like the unique index: each of its pages is then written once.
    ordered = sorted(drafts, key=attrgetter("phone"))
    try:
        with closing(connection.connection.cursor()) as cursor:
            if on_sqlite():
                cursor.executemany(ON_SQLITE, _rows(session, shared, ordered))
            else:
                _copy(cursor, shared, ordered)
    except driver.IntegrityError:
        # Without the original error, whose text has the number.
        raise Repeated from None


def _rows(session: Session, shared: Shared, drafts: Sequence[Draft]) -> list[tuple[object, ...]]:
    dialect = session.connection().dialect
    stored = table_of(Message).c.created_at.type.dialect_impl(dialect).bind_processor(dialect)
    moment = stored(now()) if stored else now()
    first = (0, False, moment, *shared)
    queued, skipped = (QUEUED, None, None), (SKIPPED, SKIPPED, moment)
    return [(*first, *draft[1:], *(skipped if draft.reason else queued)) for draft in drafts]


def _copy(cursor: Any, shared: Shared, drafts: Sequence[Draft]) -> None:
    """In the text format of COPY: tabs between columns, \\N for NULL."""
    moment = now().isoformat()
    first = "\t".join(("0", "f", moment, *(_escaped(str(value)) for value in shared)))
    queued, skipped = f"{QUEUED}\t{NULL}\t{NULL}\n", f"{SKIPPED}\t{SKIPPED}\t{moment}\n"
    lines = [
        f"{first}\t{phone}\t{country}\t{_escaped(text)}\t{encoding}\t{parts}\t{price}\t{reason}\t"
        f"{gateway or NULL}\t{skipped if reason else queued}"
        for _, phone, country, text, encoding, parts, price, reason, gateway in drafts
    ]
    with cursor.copy(ON_POSTGRESQL) as copy:
        copy.write("".join(lines))


def _escaped(text: str) -> str:
    text = text.replace("\\", "\\\\").replace("\t", "\\t")
    return text.replace("\n", "\\n").replace("\r", "\\r")

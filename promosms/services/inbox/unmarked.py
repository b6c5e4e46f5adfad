"""Unmarked receipts: texts of a phone or receipts of a network that does not mark them.

Only the words look like a receipt. One counts as a receipt if its id is that of a text to this very
phone (`receipt_owners.py`); otherwise it is a reply, as soon as no text to this phone waits for the
answer that would tell its id.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.orm import Session

from promosms.db.bulk import among, among_names
from promosms.lib.encryption import decrypt, encrypt
from promosms.models import InboxKind, Message, MessageStatus, now, table_of
from promosms.services.inbox.inbox_rows import INBOX, remove

PURPOSE = "unmarked receipts"
LONGEST_WAIT = timedelta(seconds=60)
MESSAGES = table_of(Message)
_TURNED = (
    update(INBOX)
    .where(INBOX.c.id == bindparam("the_row"))
    .values(kind=InboxKind.INBOUND, text=bindparam("the_text"), reference="", status="", attempts=0)
)


def sealed(text: str) -> str:
    """The text, encrypted: a receipt may quote a system password."""
    return encrypt(PURPOSE, text).decode()


def turn_to_replies(session: Session, rows: Sequence[Row[Any]]) -> set[int]:
    """Turn unmarked receipts that fit no message into replies; returns the ids of their rows.

    Other rows are left alone, and those whose answer may still come: they wait, a minute at most.
    What cannot be read, because the key of the installation has changed, is deleted.
    """
    ids = [row.id for row in rows if row.kind == InboxKind.UNMARKED]
    if not ids:
        return set()
    columns = (INBOX.c[name] for name in ("id", "gateway_id", "phone", "text", "received_at"))
    rows = session.execute(select(*columns).where(among(INBOX.c.id)), {"ids": ids}).all()
    moment = now()
    expected = _expected(session, [row.phone for row in rows])
    turned = [
        row
        for row in rows
        if (row.gateway_id, row.phone) not in expected or moment - row.received_at > LONGEST_WAIT
    ]
    texts = {row.id: decrypt(PURPOSE, row.text.encode()) for row in turned}
    known = [{"the_row": row_id, "the_text": words} for row_id, words in texts.items() if words]
    if known:
        session.connection().execute(_TURNED.values(next_attempt_at=moment), known)
    remove(session, [row_id for row_id, words in texts.items() if not words])
    return set(texts)


def _expected(session: Session, phones: Sequence[str]) -> set[tuple[int, str]]:
    """Gateway and phone of the texts that may have been taken and whose answer is not recorded."""
    query = select(MESSAGES.c.gateway_id, MESSAGES.c.phone).where(
        among_names(MESSAGES.c.phone, "phones"), MESSAGES.c.status == MessageStatus.SENDING
    )
    return {(row[0], row[1]) for row in session.execute(query, {"phones": phones})}

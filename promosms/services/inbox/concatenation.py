"""Concatenation: puts the parts of a long reply together."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, literal, select
from sqlalchemy.orm import Session

from promosms.gateways.concatenation import concatenate
from promosms.models import GatewayInboxRow, InboxKind, now, table_of

# After this time a reply is used without the parts that are missing.
WAIT_FOR_PARTS = timedelta(seconds=60)
FAR = timedelta(days=3)
INBOX = table_of(GatewayInboxRow)
INBOUND = INBOX.c.kind == literal(InboxKind.INBOUND.value, literal_execute=True)


@dataclass(frozen=True, slots=True)
class Reply:
    """A complete reply; `account_id` if its account is known already.

    `address` is the sender as it came, where `phone` has more digits or could not be read.
    """

    gateway_id: int
    phone: str
    inbound_number: str
    text: str
    reference: str
    received_at: datetime
    account_id: int | None = None
    address: str = ""


def lock(session: Session, row_id: int) -> Sequence[Row[Any]]:
    """Lock a due inbox row and all parts of the same reply; none if it is not due any more."""
    row = session.execute(select(INBOX).where(INBOX.c.id == row_id)).one_or_none()
    if row is None:
        return []
    condition = INBOX.c.id == row_id
    if row.concat_ref:
        condition = and_(
            INBOUND,
            INBOX.c.next_attempt_at < now() + FAR,  # always true, but leads to the index
            INBOX.c.gateway_id == row.gateway_id,
            INBOX.c.phone == row.phone,
            INBOX.c.inbound_number == row.inbound_number,
            INBOX.c.concat_ref == row.concat_ref,
        )
    query = select(INBOX).where(condition).order_by(INBOX.c.id).with_for_update()
    rows = session.execute(query).all()
    due = any(row.id == row_id and row.next_attempt_at <= now() for row in rows)
    return rows if due else []


def assemble(rows: Sequence[Row[Any]]) -> Reply | None:
    """The reply of these inbox rows; None while missing parts may still arrive.

    A repeated part counts once. Raises ValueError if a part cannot be read.
    """
    pieces = {row.part: row for row in reversed(rows)}  # of repeated parts the first
    first = pieces[min(pieces)]
    if len(pieces) < first.parts and now() < ready_at(rows):
        return None
    texts = [pieces[part].text for part in sorted(pieces)]
    if first.concat_ref:
        texts = [concatenate(json.loads(text) for text in texts)]
    return Reply(
        first.gateway_id,
        first.phone,
        first.inbound_number,
        clean(texts[0]),
        first.reference,
        min(row.received_at for row in rows),
        first.account_id,
        first.address,
    )


def ready_at(rows: Sequence[Row[Any]]) -> datetime:
    """When missing parts are not waited for any longer."""
    first: datetime = min(row.received_at for row in rows)
    return first + WAIT_FOR_PARTS


def clean(text: str) -> str:
    """Text that both databases can store: no NUL, no half of a surrogate pair."""
    return concatenate([text]).replace("\0", "")

"""Strays: receipts whose reference nobody has noted, because the answer that told it was lost.

A gateway that does not return our own reference names at least the number. If exactly one text to
this number is unconfirmed at this gateway, and none is just being submitted, the receipt is about
that text: every other one has its references.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, Select, bindparam, select
from sqlalchemy.orm import Session

from promosms.database import on_sqlite
from promosms.models import Message, MessageStatus, now, table_of
from promosms.services import bulk

RECENT = timedelta(days=4)
ROWS = table_of(Message)
OPEN = (MessageStatus.UNKNOWN, MessageStatus.SENDING)


def adopt(
    session: Session, gateway_id: int, events: Sequence[Row[Any]]
) -> dict[int, tuple[int, int]]:
    """The message of each receipt that must be about it, by event; 0 stands for an unknown part."""
    phones = {event.phone for event in events if event.phone}
    if not phones:
        return {}
    values = {"gateway": gateway_id, "phones": sorted(phones), "since": now() - RECENT}
    candidates: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for message_id, phone, status in session.connection().execute(_open(on_sqlite()), values):
        candidates[phone].append((message_id, status))
    found = {
        phone: some[0][0]
        for phone, some in candidates.items()
        if [status for _, status in some] == [MessageStatus.UNKNOWN]
    }
    return {event.id: (found[event.phone], 0) for event in events if event.phone in found}


@lru_cache
def _open(_sqlite: bool) -> Select[Any]:
    query: Select[Any] = select(ROWS.c.id, ROWS.c.phone, ROWS.c.status)
    return query.where(
        bulk.among_names(ROWS.c.phone, "phones"),
        ROWS.c.gateway_id == bindparam("gateway"),
        ROWS.c.status.in_(OPEN),
        ROWS.c.submitted_at > bindparam("since"),
    )

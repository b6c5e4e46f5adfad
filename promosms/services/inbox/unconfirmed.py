"""Unconfirmed messages whose receipt has come: the answer was lost, so nobody knows their id.

A receipt whose id belongs to no message settles such a message if it fits that one alone: it came
by its gateway, names its phone, came within 72 hours, and quotes its words, if it quotes any. And
nothing else to this phone may be open, of any account: the receipt could be its. Nothing is settled
on suspicion; a receipt that fits two waits until one of them has its own. Of several receipts that
fit, those that came first count, also while they wait for their next try.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, func, select
from sqlalchemy.orm import Session

from promosms.db import bulk
from promosms.db.transactions import on_sqlite
from promosms.gateways.quoted_words import may_quote
from promosms.models import InboxKind, Message, MessagePart, MessageStatus, now, table_of
from promosms.services.inbox.inbox_rows import INBOX, TRIED
from promosms.services.inbox.receipt_owners import COLUMNS, RECENT, MessageState, Owner

LATEST = timedelta(hours=72)
"""After its submission; then the price of an unconfirmed message is released."""
CLOCKS = timedelta(seconds=5)
ROWS, PARTS = table_of(Message), table_of(MessagePart)
NEVER_SUBMITTED = (MessageStatus.SKIPPED, MessageStatus.CANCELLED)


def fitting(
    session: Session, rows: Sequence[Row[Any]], messages: dict[int, MessageState]
) -> dict[int, Owner]:
    """The unconfirmed message of each receipt that fits one alone, by the id of its row.

    `messages` are those that have been read already; it gets the others.
    """
    able = [row for row in rows if _is_able(row)]
    if not able:
        return {}
    phones = sorted({row.phone for row in able})
    open_messages = _only_open(session, phones)
    if not open_messages or _has_erased(session):
        return {}
    by_message: dict[int, list[Row[Any]]] = defaultdict(list)
    chosen = {row.id for row in able if row.phone in open_messages}
    for row in _candidates(session, chosen, open_messages):
        found = open_messages[row.phone]
        if _fits(row, found):
            by_message[found.id].append(row)
    return {
        row.id: (_state(message, messages), 0)
        for message in open_messages.values()
        for row in _unambiguous(by_message.get(message.id, ()), message)
        if row.id in chosen
    }


def _candidates(
    session: Session, chosen: Collection[int], phones: Iterable[str]
) -> Sequence[Row[Any]]:
    """The chosen rows, and receipts about these phones that wait for their next try, by age."""
    rows = session.execute(select(INBOX).where(bulk.among(INBOX.c.id)), {"ids": list(chosen)}).all()
    waiting = select(INBOX).where(bulk.among_names(INBOX.c.phone, "phones"), TRIED)
    found = session.execute(waiting, {"phones": sorted(phones)})
    others = [row for row in found if row.id not in chosen and _is_able(row)]
    return sorted((*rows, *others), key=lambda row: row.id)


def _is_able(row: Row[Any]) -> bool:
    """May it settle a message by its phone? Words that a phone can write may not."""
    final = row.kind == InboxKind.RECEIPT and row.status
    return bool(final) and row.phone.startswith("+") and not row.our_reference


def _only_open(session: Session, phones: Sequence[str]) -> dict[str, Row[Any]]:
    """By phone the open message, where it is the only one and unconfirmed."""
    unknown = set(session.connection().scalars(_unknown(on_sqlite()), {"phones": phones}))
    if not unknown:
        return {}
    values: dict[str, Any] = {"phones": sorted(unknown), "oldest": now() - RECENT}
    every: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in session.connection().execute(_open(on_sqlite()), values):
        if _is_open(row):
            every[row.phone].append(row)
    return {
        phone: found[0]
        for phone, found in every.items()
        if len(found) == 1 and found[0].status == MessageStatus.UNKNOWN
    }


def _is_open(row: Row[Any]) -> bool:
    """May a receipt still come for it, or for a part of it whose id is not known?"""
    if row.status in (MessageStatus.QUEUED, MessageStatus.FAILED):
        return bool(row.unconfirmed)
    if row.status in MessageStatus.ACCEPTED - {MessageStatus.SENT}:
        return bool(row.known < row.parts)
    return True


def _fits(row: Row[Any], message: Row[Any]) -> bool:
    since: datetime | None = message.submitted_at or message.tried_at
    if row.outdated or row.gateway_id != message.gateway_id or since is None:
        return False
    in_time = since - CLOCKS <= row.received_at <= since + LATEST
    return in_time and may_quote(row.text, message.text, message.parts)


def _unambiguous(rows: Sequence[Row[Any]], message: Row[Any]) -> Sequence[Row[Any]]:
    """Receipts with as many ids as the message has parts of which no id is known.

    Of more ids, which is allowed if they say the same, the first ones count.
    """
    ids = list(dict.fromkeys(row.reference for row in rows))
    free = message.parts - message.known
    if len(ids) > free and len({row.status for row in rows}) > 1:
        return ()
    return [row for row in rows if row.reference in ids[:free]]


def _state(message: Row[Any], messages: dict[int, MessageState]) -> MessageState:
    if message.id not in messages:
        messages[message.id] = MessageState(*message[: len(COLUMNS)])
    return messages[message.id]


def _has_erased(session: Session) -> bool:
    """Is a message open whose number has been erased? A receipt could be its."""
    query = select(ROWS.c.id).where(
        *(ROWS.c.phone >= "x", ROWS.c.phone < "y"),
        ROWS.c.status == MessageStatus.UNKNOWN,
        _submitted() > now() - LATEST,
    )
    return session.scalar(query.limit(1)) is not None


def _submitted() -> ColumnElement[datetime]:
    return func.coalesce(ROWS.c.submitted_at, ROWS.c.tried_at)


@lru_cache
def _unknown(_sqlite: bool) -> Select[Any]:
    return select(ROWS.c.phone).where(
        bulk.among_names(ROWS.c.phone, "phones"), ROWS.c.status == MessageStatus.UNKNOWN
    )


@lru_cache
def _open(_sqlite: bool) -> Select[Any]:
    known = select(func.count()).where(PARTS.c.message_id == ROWS.c.id).scalar_subquery()
    more = (ROWS.c[name] for name in ("submitted_at", "tried_at", "unconfirmed", "text"))
    return select(*COLUMNS, *more, known.label("known")).where(
        bulk.among_names(ROWS.c.phone, "phones"),
        ROWS.c.status.not_in(NEVER_SUBMITTED),
        _submitted() > bindparam("oldest"),
    )

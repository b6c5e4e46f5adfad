"""Claimed messages: what a gateway needs of a row, read from it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from promosms.gateways.base import NO_PARTS
from promosms.models import MessagePart, table_of
from promosms.services.sending.verification_texts import decrypted_text

PARTS = table_of(MessagePart)


class Claimed(NamedTuple):
    """A message as its gateway needs it; `taken` are the parts that the gateway already has."""

    id: int
    account_id: int
    campaign_id: int | None
    priority: int
    phone: str
    sender: str
    text: str
    encoding: str
    parts: int
    price: int
    attempts: int
    unconfirmed: bool
    taken: Mapping[int, str] = NO_PARTS


COLUMNS = Claimed._fields[:-1]


def read(session: Session, rows: Sequence[Any]) -> list[Claimed]:
    """Claimed messages in the order of sending.

    A row has COLUMNS, then `encrypted_text`, then `opted_out`, which is not read here.
    """
    messages = [_claimed(*row) for row in rows]
    messages.sort(key=lambda message: (message.priority, message.id))
    # A throttled try is not counted, so a message of several parts may have some at the gateway
    # although this looks like its first try.
    partial = [m.id for m in messages if m.attempts > 1 or m.parts > 1]
    return _with_parts(session, messages, partial) if partial else messages


def _claimed(*values: Any) -> Claimed:
    *columns, encrypted_text, _ = values
    message = Claimed._make((*columns, NO_PARTS))
    return (
        message._replace(text=decrypted_text(encrypted_text) or message.text)
        if encrypted_text
        else message
    )


def _with_parts(session: Session, messages: list[Claimed], ids: list[int]) -> list[Claimed]:
    """Add the parts that the gateway took when it refused others."""
    taken: dict[int, dict[int, str]] = defaultdict(dict)
    query = select(PARTS.c.message_id, PARTS.c.number, PARTS.c.reference)
    for message_id, number, reference in session.execute(query.where(PARTS.c.message_id.in_(ids))):
        taken[message_id][number] = reference
    return [m._replace(taken=taken[m.id]) if m.id in taken else m for m in messages]

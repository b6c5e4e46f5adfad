"""Claimed messages: what a gateway needs of a row, read from it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from promosms.gateways.base import NO_PARTS
from promosms.models import MessagePart, table_of
from promosms.services.sending.verification_texts import unsealed

PARTS = table_of(MessagePart)


class Claimed(NamedTuple):
    """A message as its gateway needs it; `taken` are its parts that the gateway has already."""

    id: int
    account_id: int
    campaign_id: int | None
    lane: int
    phone: str
    sender: str
    text: str
    encoding: str
    parts: int
    price: int
    attempts: int
    doubtful: bool
    taken: Mapping[int, str] = NO_PARTS


COLUMNS = Claimed._fields[:-1]


def read(session: Session, rows: Sequence[Any]) -> list[Claimed]:
    """Rows of COLUMNS, the sealed text and one thing more, in the order in which they are sent."""
    found = [_claimed(*row) for row in rows]
    found.sort(key=lambda message: (message.lane, message.id))
    # A throttled try does not count, so a long text may have parts at the gateway at its first.
    again = [message.id for message in found if message.attempts > 1 or message.parts > 1]
    return _with_parts(session, found, again) if again else found


def _claimed(*values: Any) -> Claimed:
    *columns, sealed, _ = values
    message = Claimed._make((*columns, NO_PARTS))
    return message._replace(text=unsealed(sealed) or message.text) if sealed else message


def _with_parts(session: Session, found: list[Claimed], again: list[int]) -> list[Claimed]:
    """With the parts that the gateway took when it refused others."""
    taken: dict[int, dict[int, str]] = defaultdict(dict)
    query = select(PARTS.c.message_id, PARTS.c.number, PARTS.c.reference)
    for message_id, number, reference in session.execute(
        query.where(PARTS.c.message_id.in_(again))
    ):
        taken[message_id][number] = reference
    return [m._replace(taken=taken[m.id]) if m.id in taken else m for m in found]

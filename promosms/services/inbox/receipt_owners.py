"""Receipt owners: the message and the part that a receipt is about, by its id and its phone.

Ids are counters that an SMSC begins again, some write them in hexadecimal in one place and in
decimal in the other, and a phone can send words that look like a receipt. So an id alone is not
enough: where both phones are known they must agree. If they do not, the other readings of the id
are tried (`message_id_format.py`). Of several messages with an id the youngest is meant. A receipt
with our own reference is about that message or about none.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, func, select
from sqlalchemy.orm import Session

from promosms.db import bulk
from promosms.db.transactions import on_sqlite
from promosms.models import InboxKind, Message, MessagePart, MessageStatus, now, table_of
from promosms.services.inbox import message_id_format
from promosms.services.inbox.last_digits import fits, is_number
from promosms.services.inbox.message_id_format import Learnt
from promosms.sms.network_address import national_digits

RECENT = timedelta(days=7)
"""Other readings of an id are tried with messages that are not older."""
ROWS, PARTS = table_of(Message), table_of(MessagePart)
COLUMNS = [
    ROWS.c[name]
    for name in (
        *("id", "account_id", "campaign_id", "status", "parts", "price"),
        *("phone", "gateway_id"),
    )
]


@dataclass(slots=True)
class MessageState:
    """A message and, if it has several parts, the status of each part by its number."""

    id: int
    account_id: int
    campaign_id: int | None
    status: str
    parts: int
    price: int
    phone: str = ""
    gateway_id: int | None = None
    is_recent: bool = False
    part_statuses: dict[int, str] = field(default_factory=dict)
    part_numbers: dict[str, int] = field(default_factory=dict)
    """The number of a part by the gateway's reference."""


Owner = tuple[MessageState, int]
"""A message and the number of its part; 0 if it is not known which."""
Owners = Mapping[str, Sequence[Owner]]
"""By the reference of the part, the youngest last."""


def find(
    session: Session, rows: Sequence[Row[Any]], messages: dict[int, MessageState]
) -> dict[int, Owner]:
    """The owner of each receipt that has one, by the id of its row; `messages` gets those read."""
    by_gateway: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        by_gateway[row.gateway_id].append(row)
    owners: dict[int, Owner] = {}
    for gateway_id, group in by_gateway.items():
        owners |= _OfGateway(session, gateway_id, messages).find(group)
    return owners


def agree(row: Row[Any], phone: str) -> bool | None:
    """Does a receipt name this phone? None if nobody knows: one of the two has no number.

    A message loses its number when its person is erased. What is not marked as a receipt must name
    the very number.
    """
    if not phone.startswith("+"):
        return None
    if row.phone == phone:
        return True
    if row.kind == InboxKind.UNMARKED:
        return False
    if f"+{national_digits(row.inbound_number)}" == phone:
        return True  # a network that exchanges the two ends
    if is_number(row.address):
        return fits(row.address, phone)
    return False if row.phone else None


class _OfGateway:
    """Finds the owners of receipts of one gateway."""

    def __init__(
        self, session: Session, gateway_id: int, messages: dict[int, MessageState]
    ) -> None:
        self.session = session
        self.gateway_id = gateway_id
        self.messages = messages
        self.recent = now() - RECENT
        self.learnt = message_id_format.learnt(session, gateway_id)

    def find(self, rows: Sequence[Row[Any]]) -> dict[int, Owner]:
        """The owner of each receipt that has one, by the id of its row."""
        named = [row for row in rows if row.our_reference]
        by_id = [row for row in rows if not row.our_reference]
        readings = {row.id: self.learnt.readings(row.reference, _has_phone(row)) for row in by_id}
        parts = self._parts(
            {name for names in readings.values() for name in names}
            | {row.reference for row in named}
        )
        owners = self._by_readings(by_id, readings, parts)
        owners |= self._by_our_reference(named, parts)
        if self.learnt.is_sure:
            self._try_others([row for row in by_id if row.id not in owners], owners)
        return owners

    def _by_readings(
        self, rows: Sequence[Row[Any]], readings: Mapping[int, Sequence[str]], parts: Owners
    ) -> dict[int, Owner]:
        """What fits in one reading only says how the provider writes; this decides the others."""
        fitting = {row.id: list(_fitting(row, readings[row.id], parts)) for row in rows}
        votes: Counter[str] = Counter()
        for row in rows:
            if len(readings[row.id]) > 1 and len(fitting[row.id]) == 1:
                votes[message_id_format.format_of(fitting[row.id][0][0], row.reference)] += 1
        usual = self.learnt.usual(votes)
        owners: dict[int, Owner] = {}
        for row in rows:
            if found := fitting[row.id]:
                name, owners[row.id] = next(
                    (
                        (name, owner)
                        for name, owner in found
                        if message_id_format.format_of(name, row.reference) == usual
                    ),
                    found[0],
                )
        message_id_format.remember(self.session, self.gateway_id, self.learnt, votes)
        return owners

    def _try_others(self, rows: Sequence[Row[Any]], owners: dict[int, Owner]) -> None:
        """Try the other readings, in case the provider has changed how it writes ids."""
        readings = {row.id: self.learnt.others(row.reference) for row in rows if _has_phone(row)}
        names = {name for others in readings.values() for name in others}
        if not names:
            return
        parts = self._parts(names)
        votes: Counter[str] = Counter()
        confirmed = len(owners)
        for row in rows:
            found = list(_fitting(row, readings.get(row.id, ()), parts, first=False))
            if len(found) == 1:
                name, owners[row.id] = found[0]
                votes[message_id_format.format_of(name, row.reference)] += 1
        if votes.total() > confirmed:
            message_id_format.remember(self.session, self.gateway_id, Learnt(), votes)

    def _by_our_reference(self, rows: Sequence[Row[Any]], parts: Owners) -> dict[int, Owner]:
        """Our reference is that of the message; the gateway's says which part of it."""
        ids = {row.id: _our_message_id(row) for row in rows}
        missing = {number for number in ids.values() if number} - self.messages.keys()
        if missing:
            values = {"ids": sorted(missing), "recent": self.recent}
            for found in self.session.connection().execute(_messages(on_sqlite()), values):
                self._state(found)
        owners: dict[int, Owner] = {}
        for row in rows:
            message = self.messages.get(ids[row.id])
            if message is None or message.gateway_id != self.gateway_id:
                continue
            if agree(row, message.phone) is not False:
                numbers = (n for m, n in parts.get(row.reference, ()) if m is message)
                owners[row.id] = message, next(numbers, 0)
        return owners

    def _parts(self, names: Collection[str]) -> Owners:
        values = {
            "gateway": self.gateway_id,
            "references": list(names),
            "recent": self.recent,
        }
        parts: dict[str, list[Owner]] = defaultdict(list)
        for number, name, *found in self.session.connection().execute(_query(on_sqlite()), values):
            parts[name].append((self._state(found), number))
        return parts

    def _state(self, found: Sequence[Any]) -> MessageState:
        message = self.messages.get(found[0])
        if message is None:
            message = self.messages[found[0]] = MessageState(*found)
        return message


def _fitting(
    row: Row[Any], names: Sequence[str], parts: Owners, *, first: bool = True
) -> Iterator[tuple[str, Owner]]:
    """Of each reading the youngest message that fits, likely readings first.

    The first reading may fit any message, also one that has its receipt: it is repeated. Others
    need the phone, and a message that waits for a receipt.
    """
    for place, name in enumerate(names):
        usual = first and (place == 0 or name == row.reference)
        owners = parts.get(name, ())
        for owner in reversed(owners):
            message = owner[0]
            expected = message.is_recent and message.status in MessageStatus.RECEIPT_EXPECTED
            if (usual or expected) and agree(row, message.phone):
                yield name, owner
                break
        else:  # the phone of one of the two is not known
            alone = first and place == 0 and owners and row.kind != InboxKind.UNMARKED
            if alone and agree(row, owners[-1][0].phone) is None:
                yield name, owners[-1]


def _has_phone(row: Row[Any]) -> bool:
    return row.phone.startswith("+") or is_number(row.address)


def _our_message_id(row: Row[Any]) -> int:
    return int(row.our_reference) if row.our_reference.isdigit() else 0


@lru_cache
def _query(_sqlite: bool) -> Select[Any]:
    query: Select[Any] = select(PARTS.c.number, PARTS.c.reference, *COLUMNS, _is_recent())
    return (
        query.join(ROWS, ROWS.c.id == PARTS.c.message_id)
        .where(PARTS.c.gateway_id == bindparam("gateway"), bulk.among_names(PARTS.c.reference))
        .order_by(func.coalesce(ROWS.c.submitted_at, ROWS.c.created_at), ROWS.c.id)
    )


@lru_cache
def _messages(_sqlite: bool) -> Select[Any]:
    return select(*COLUMNS, _is_recent()).where(bulk.among(ROWS.c.id))


def _is_recent() -> ColumnElement[bool]:
    return ROWS.c.created_at > bindparam("recent")

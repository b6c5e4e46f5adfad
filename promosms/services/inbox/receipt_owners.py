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
from promosms.sms.network_address import national_digits, without_mark

RECENT = timedelta(days=7)
"""Other readings of an id are tried with messages that are not older."""
ENOUGH = 200
"""Receipts from which a format is learnt at once; the others of a batch then take the short way."""
ROWS, PARTS = table_of(Message), table_of(MessagePart)
COLUMNS = [
    ROWS.c[name]
    for name in (
        *("id", "account_id", "campaign_id", "status", "parts", "price"),
        *("phone", "gateway_id"),
    )
]
FIELDS = len(COLUMNS) + 1  # and whether it is recent


@dataclass(slots=True)
class MessageState:
    """A message, and the status of each part by its number if it has been locked for that."""

    id: int
    account_id: int
    campaign_id: int | None
    status: str
    parts: int
    price: int
    phone: str
    gateway_id: int | None
    is_recent: bool = True
    part_statuses: dict[int, str] = field(init=False)
    part_numbers: dict[str, int] = field(init=False)
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
    if row.phone and without_mark(row.phone) == without_mark(phone):
        return True
    if f"+{national_digits(row.inbound_number)}" == phone:
        return True  # a network that exchanges the two ends
    if row.address and is_number(row.address):
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
        owners: dict[int, Owner] = {}
        if named := [row for row in rows if row.our_reference]:
            owners |= self._by_our_reference(named)
        rest = [row for row in rows if not row.our_reference] if named else rows
        if not self.learnt.is_sure:
            doubtful = [row for row in rest if _is_doubtful(row)]
            tried: set[int] = set()
            for group in (doubtful[:ENOUGH], doubtful[ENOUGH:]):
                if group and not self.learnt.is_sure:
                    owners |= self._by_readings(group)
                    tried.update(row.id for row in group)
            rest = [row for row in rest if row.id not in tried] if tried else rest
        return owners | self._by_likeliest(rest) if rest else owners

    def _by_readings(self, rows: Sequence[Row[Any]]) -> dict[int, Owner]:
        """What fits in one reading only says how the provider writes; this decides the others."""
        readings = {row.id: self.learnt.readings(row.reference) for row in rows}
        parts = self._parts({name for names in readings.values() for name in names})
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
        self._remember(self.learnt, votes)
        return owners

    def _by_likeliest(self, rows: Sequence[Row[Any]]) -> dict[int, Owner]:
        """By the reading that is known to be right, or that is the only one."""
        likeliest = self.learnt.likeliest if self.learnt.is_sure else str
        names = [likeliest(row.reference) for row in rows]
        parts = self._parts(names)
        owners: dict[int, Owner] = {}
        left: list[Row[Any]] = []
        for row, name in zip(rows, names, strict=True):
            found = parts.get(name)
            if found and (found[-1][0].phone == row.phone or _names_nobody(row)):
                owners[row.id] = found[-1]  # the usual cases, without detours
                continue
            for _, owner in _fitting(row, (name,), parts):
                owners[row.id] = owner
            if row.id not in owners and _has_phone(row):
                left.append(row)
        if left and self.learnt.is_sure:
            owners |= self._by_others(left, len(owners))
        return owners

    def _by_others(self, rows: Sequence[Row[Any]], confirmed: int) -> dict[int, Owner]:
        """By the other readings, in case the provider has changed how it writes ids.

        `confirmed` receipts have been in the format that is known.
        """
        readings = {row.id: self.learnt.others(row.reference) for row in rows}
        parts = self._parts({name for others in readings.values() for name in others})
        owners: dict[int, Owner] = {}
        votes: Counter[str] = Counter()
        for row in rows:
            found = list(_fitting(row, readings[row.id], parts, first=False))
            if len(found) == 1:
                name, owners[row.id] = found[0]
                votes[message_id_format.format_of(name, row.reference)] += 1
        if votes.total() > confirmed:
            self._remember(Learnt(), votes)
        return owners

    def _remember(self, known: Learnt, votes: Counter[str]) -> None:
        self.learnt = message_id_format.remember(self.session, self.gateway_id, known, votes)

    def _by_our_reference(self, rows: Sequence[Row[Any]]) -> dict[int, Owner]:
        """Our reference is that of the message; the gateway's says which part of it."""
        parts = self._parts({row.reference for row in rows})
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
        parts: dict[str, list[Owner]] = {}
        for row in self.session.connection().execute(_query(on_sqlite()), values):
            name, owner = row[-1], (self._state(row), row[-2])
            if name in parts:
                parts[name].append(owner)
            else:
                parts[name] = [owner]
        return parts

    def _state(self, row: Sequence[Any]) -> MessageState:
        message = self.messages.get(row[0])
        if message is None:
            message = self.messages[row[0]] = MessageState(*row[:FIELDS])
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
    return bool(row.phone.startswith("+") or (row.address and is_number(row.address)))


def _names_nobody(row: Row[Any]) -> bool:
    return not (row.phone or row.address or row.inbound_number or row.kind == InboxKind.UNMARKED)


def _is_doubtful(row: Row[Any]) -> bool:
    """May its id be read in several ways, of which the phone says which is right?"""
    return message_id_format.has_readings(row.reference) and _has_phone(row)


def _our_message_id(row: Row[Any]) -> int:
    return int(row.our_reference) if row.our_reference.isdigit() else 0


@lru_cache
def _query(_sqlite: bool) -> Select[Any]:
    query: Select[Any] = select(*COLUMNS, _is_recent(), PARTS.c.number, PARTS.c.reference)
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

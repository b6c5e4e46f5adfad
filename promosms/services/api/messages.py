"""Texts of the API as programs see them: one by its id, the newest of many, and to cancel one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, bindparam, or_, select

from promosms.db import row_security
from promosms.db.statements import update_rows
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.lib.pages import Page, page_of, select_page
from promosms.lib.together import Together
from promosms.models import (
    ApiKey,
    ApiMessage,
    Message,
    MessageStatus,
    SandboxMessage,
    now,
    table_of,
)
from promosms.services.api import message_ids, sandbox
from promosms.services.ledger import ledger
from promosms.services.sending import withdrawal
from promosms.services.webhooks import noting


class OfBatch(Exception):
    """The text is one of a batch: its whole campaign can be cancelled."""


class TooLate(Exception):
    """The text has left already, or ended otherwise: it cannot be cancelled any more."""


@dataclass(frozen=True)
class ApiText:
    """A text of the API, real or of the sandbox. `price` is in 1/10,000, for all parts."""

    id: str
    number: int
    phone: str
    country: str
    sender: str
    text: str
    encoding: str
    parts: int
    price: int
    status: MessageStatus
    reason: str
    reference: str
    sandbox: bool
    created_at: datetime
    send_at: datetime | None
    valid_until: datetime | None
    sent_at: datetime | None
    final_at: datetime | None
    gateway_id: int | None = None
    of_batch: bool = False


@dataclass(frozen=True)
class Filter:
    """Which texts of a list; empty for all."""

    reference: str = ""
    phone: str = ""


class _Asked(NamedTuple):
    """The numbers that an id may mean, and the account whose text it must be."""

    numbers: Sequence[int]
    account_id: int


ROWS, OWN = table_of(Message), table_of(ApiMessage)
# Built once, of columns, and only what is shown: programs ask for it again and again.
SHOWN = (
    *(ROWS.c.id, ROWS.c.account_id, ROWS.c.phone, ROWS.c.country, ROWS.c.sender, ROWS.c.text),
    *(ROWS.c.encoding, ROWS.c.parts, ROWS.c.price, ROWS.c.status, ROWS.c.reason),
    *(ROWS.c.created_at, ROWS.c.next_attempt_at, ROWS.c.attempts, ROWS.c.sent_at),
    *(ROWS.c.final_at, ROWS.c.gateway_id, ROWS.c.campaign_id),
    *(OWN.c.reference, OWN.c.valid_until),
)
"""What is known of a message, and what only the API knows of it, if anything."""
_TEXTS = (
    select(*SHOWN)
    .select_from(ROWS.outerjoin(OWN, OWN.c.message_id == ROWS.c.id))
    .where(
        ROWS.c.id.in_(bindparam("numbers", expanding=True)),
        ROWS.c.account_id.in_(bindparam("accounts", expanding=True)),
        or_(OWN.c.message_id.is_not(None), ROWS.c.campaign_id.is_not(None)),
    )
)
TOGETHER = 100
"""So many texts are read by one statement."""


def find(key: ApiKey, public_id: str) -> ApiText | None:
    """The text with this id, if it is one of the account and of the kind of the key."""
    if key.sandbox:
        tried = sandbox.find(key.account_id, public_id)
        return None if tried is None else tried_text(tried)
    numbers = message_ids.decode(public_id)
    if not numbers:
        return None
    asked = _Asked(numbers, key.account_id)
    return _texts(db.session().connection(), [asked])[0]


def find_together(key: ApiKey, public_id: str) -> ApiText | None:
    """As `find`, by one statement for all who ask at this moment."""
    numbers = message_ids.decode(public_id)
    if key.sandbox or not numbers:
        return find(key, public_id)
    return _reading.ask(_Asked(numbers, key.account_id))


def _read_all(asked: Sequence[_Asked]) -> list[ApiText | None]:
    with row_security.unrestricted("texts of several accounts are read at once") as connection:
        return _texts(connection, asked)


_reading = Together(_read_all, TOGETHER)


def _texts(connection: Connection, asked: Sequence[_Asked]) -> list[ApiText | None]:
    """The text of each, if its account has one with that number."""
    numbers = sorted({number for each in asked for number in each.numbers})
    accounts = sorted({each.account_id for each in asked})
    rows = connection.execute(_TEXTS, {"numbers": numbers, "accounts": accounts}).all()
    texts = zip(rows, texts_of(rows), strict=True)
    found = {(row.account_id, row.id): text for row, text in texts}
    return [_first(found, each) for each in asked]


def _first(found: Mapping[tuple[int, int], ApiText], asked: _Asked) -> ApiText | None:
    of_account = (found.get((asked.account_id, number)) for number in asked.numbers)
    return next((text for text in of_account if text is not None), None)


def of_result(key: ApiKey, number: int) -> ApiText | None:
    """The text that an idempotent request has made; None if it was deleted since."""
    if key.sandbox:
        own = SandboxMessage.account_id == key.account_id, SandboxMessage.id == number
        tried = db.session.scalar(select(SandboxMessage).where(*own))
        return None if tried is None else tried_text(tried)
    row = db.session.execute(_real(key.account_id).where(ApiMessage.message_id == number)).first()
    return None if row is None else texts_of([row])[0]


def page(key: ApiKey, after: int | None, size: int, wanted: Filter) -> Page[ApiText]:
    """A page of texts, the newest first."""
    if key.sandbox:
        tried = select(SandboxMessage).where(SandboxMessage.account_id == key.account_id)
        if wanted.reference:
            tried = tried.where(SandboxMessage.reference == wanted.reference)
        if wanted.phone:
            tried = tried.where(SandboxMessage.phone == wanted.phone)
        found = db.session.scalars(select_page(tried, SandboxMessage.id, after, size)).all()
        return page_of(map(tried_text, found), size, lambda text: text.number)
    query = _real(key.account_id)
    if wanted.reference:
        query = query.where(ApiMessage.reference == wanted.reference)
    if wanted.phone:
        query = query.where(Message.phone == wanted.phone)
    rows = db.session.execute(select_page(query, ApiMessage.message_id, after, size)).all()
    return page_of(texts_of(rows), size, lambda text: text.number)


def cancel(key: ApiKey, text: ApiText) -> None:
    """Cancel a text that has not left, and give its price back; raises TooLate and OfBatch."""
    if text.of_batch:
        raise OfBatch
    if key.sandbox:
        tried = sandbox.find(key.account_id, text.id)
        if tried is None or not sandbox.cancel(tried):
            raise TooLate
        return
    with transaction() as session:
        waiting = Message.id == text.number, Message.account_id == key.account_id
        # What the gateway may have, wholly or in part, cannot be taken back.
        withdrawal.keep_unknown(session, waiting[0], MessageStatus.QUEUED)
        cancelled = session.execute(
            update_rows(Message)
            .where(*waiting, Message.status == MessageStatus.QUEUED)
            .values(
                status=MessageStatus.CANCELLED,
                attention_status=MessageStatus.CANCELLED,
                final_at=now(),
            )
            .returning(Message.account_id, Message.campaign_id, Message.priority, Message.price)
        ).one_or_none()
        if cancelled is None:
            raise TooLate
        ended = noting.EndedText(text.number, *cancelled[:3])
        accounts = [cancelled.account_id]
        noting.note_texts(session, accounts, MessageStatus.CANCELLED, lambda: [ended])
        ledger.settle_text(text.number, 0, cancelled.price)


def _real(account_id: int) -> Select[Any]:
    return (
        select(*SHOWN)
        .select_from(ROWS.join(OWN, OWN.c.message_id == ROWS.c.id))
        .where(OWN.c.account_id == account_id)
    )


def texts_of(rows: Sequence[Row[*tuple[Any, ...]]]) -> list[ApiText]:
    """Texts, from rows of `SHOWN`."""
    ids = message_ids.encode([row.id for row in rows])
    return [_real_text(row, public_id) for row, public_id in zip(rows, ids, strict=True)]


def _real_text(message: Row[*tuple[Any, ...]], public_id: str) -> ApiText:
    planned = message.next_attempt_at if not message.attempts else None
    return ApiText(
        id=public_id,
        number=message.id,
        phone=message.phone,
        country=message.country,
        sender=message.sender,
        text=message.text,
        encoding=message.encoding,
        parts=message.parts,
        price=message.price,
        status=MessageStatus(message.status),
        reason=message.reason,
        reference=message.reference or "",
        sandbox=False,
        created_at=message.created_at,
        send_at=planned,
        valid_until=message.valid_until,
        sent_at=message.sent_at,
        final_at=message.final_at,
        gateway_id=message.gateway_id,
        of_batch=message.campaign_id is not None,
    )


def tried_text(message: SandboxMessage) -> ApiText:
    """A text of the sandbox, as far as its time has come."""
    status, reason = sandbox.status_of(message)
    sent_at, final_at = sandbox.times_of(message)
    return ApiText(
        id=message_ids.SANDBOX_PREFIX + message.public_id,
        number=message.id,
        phone=message.phone,
        country=message.country,
        sender=message.sender,
        text=message.text,
        encoding=message.encoding,
        parts=message.parts,
        price=message.price,
        status=status,
        reason=reason,
        reference=message.reference,
        sandbox=True,
        created_at=message.created_at,
        send_at=message.send_at if message.send_at > message.created_at else None,
        valid_until=message.valid_until,
        sent_at=sent_at,
        final_at=final_at,
    )

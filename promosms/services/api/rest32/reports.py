"""Reports of PromoSMS REST 3.2: what became of the texts that came by it, in a span of time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from promosms.extensions import db
from promosms.models import ApiKey, ApiMessage, Message, MessageStatus, SandboxMessage
from promosms.services.api import message_ids, sandbox
from promosms.services.api.rest32 import delivery_urls

LONGEST = timedelta(days=31)
MOST = 10_000
"""Texts of one answer."""


@dataclass(frozen=True, slots=True)
class Report:
    """A text, and what has become of it. `report` is a number of `delivery_urls.REPORTS`.

    `index` is the program's own id, `done_at` when the result was known.
    """

    number: int
    id: str
    phone: str
    report: int
    index: str
    created_at: datetime
    done_at: datetime | None


@dataclass(frozen=True)
class Reports:
    """The reports, the oldest first; `complete`: there are no more in that time."""

    rows: Sequence[Report]
    complete: bool


def between(key: ApiKey, since: datetime, until: datetime, after: int = 0) -> Reports:
    """Reports of texts that were accepted from `since` to before `until`.

    At most MOST; `after` is the number of the last text of the answer before. A sandbox key gets
    those of all its texts in the sandbox.
    """
    rows = _tried(key, since, until, after) if key.sandbox else _real(key, since, until, after)
    return Reports(rows[:MOST], len(rows) <= MOST)


def number_of(key: ApiKey, public_id: str) -> int | None:
    """The number of a text of the account by its public id; None for one that was never given."""
    if key.sandbox:
        tried = sandbox.find(key.account_id, public_id)
        return None if tried is None else tried.id
    return next(iter(message_ids.decode(public_id)), None)


def _real(key: ApiKey, since: datetime, until: datetime, after: int) -> list[Report]:
    query = (
        select(
            *(Message.id, Message.phone, Message.status, Message.final_at),
            *(ApiMessage.reference, ApiMessage.created_at),
        )
        .join(ApiMessage, ApiMessage.message_id == Message.id)
        .where(
            ApiMessage.account_id == key.account_id,
            ApiMessage.request != "",
            ApiMessage.created_at >= since,
            ApiMessage.created_at < until,
            ApiMessage.message_id > after,
        )
        .order_by(ApiMessage.message_id)
        .limit(MOST + 1)
    )
    rows = db.session.execute(query).all()
    ids = message_ids.encode([row.id for row in rows])
    return [
        Report(
            row.id,
            public_id,
            row.phone,
            delivery_urls.REPORTS[MessageStatus(row.status)],
            row.reference,
            row.created_at,
            row.final_at,
        )
        for row, public_id in zip(rows, ids, strict=True)
    ]


def _tried(key: ApiKey, since: datetime, until: datetime, after: int) -> list[Report]:
    query = (
        select(SandboxMessage)
        .where(
            SandboxMessage.account_id == key.account_id,
            SandboxMessage.key_id == key.id,
            SandboxMessage.created_at >= since,
            SandboxMessage.created_at < until,
            SandboxMessage.id > after,
        )
        .order_by(SandboxMessage.id)
        .limit(MOST + 1)
    )
    return [
        Report(
            text.id,
            message_ids.SANDBOX_PREFIX + text.public_id,
            text.phone,
            delivery_urls.REPORTS[sandbox.status_of(text)[0]],
            text.reference,
            text.created_at,
            sandbox.times_of(text)[1],
        )
        for text in db.session.scalars(query)
    ]
